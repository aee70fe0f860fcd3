// Temporary AWS credentials of the person who is signed in, or of a guest. In memory, and for nobody else.
//
//   who is here? ─┬─ fresh credentials of theirs ────────────────────────────────────┬─> still here? ─> the app
//                 └─ one flow for all who ask: the core's steps, request by request ─┘
//
// Bundled into one file, fetched when credentials are first asked for (build.mjs): nothing here may import what has a
// state that the page has too. That comes as `kit`.

import { CODES } from "./errors-aws.js";
import { send } from "./wire.js";

const GUEST = "guest";
const RESPONSE_LIFETIME = 300; // seconds after which STS takes a SAML response no more
const providers = new WeakMap(); // by client: what gives its credentials

/** `Gatepass.awsCredentials`; `kit`: what the page has once. */
export async function awsCredentials(client, kit, { forceRefresh = false } = {}) {
  if (!providers.has(client)) {
    const opened = open(client, kit);
    providers.set(client, opened);
    opened.catch(() => providers.delete(client));
  }
  const give = await providers.get(client);
  return give(forceRefresh);
}

async function open(client, kit) {
  const { session, records, snapshot } = client;
  kit.addCodes(CODES);
  kit.doors.modules.aws = [() => import("./wasm/aws.js"), () => import("./wasm/aws-inline.js")];
  const { AwsClient } = await kit.load(undefined, "aws");
  const core = new AwsClient(client.text);
  const { guest, identityPoolId, saml } = client.config.aws;
  const guestMark = `guest:${identityPoolId}`;
  let own = {}; // of whoever is here: { who, identityId, credentials, lifetime, fresh, at, base, running }

  const person = () => session.held && JSON.stringify([session.held.user.issuer, session.held.user.id]);

  // Who signs out takes the credentials along.
  snapshot.subscribe(() => {
    if (own.who !== GUEST && own.who !== person()) own = {};
  });

  /** Who is here: a text that tells persons apart. */
  const present = async () => {
    try {
      await client.live(0);
    } catch (e) {
      if (!guest || session.held) throw e;
      return GUEST;
    }
    return person();
  };

  const give = async (isForced) => {
    const who = await present();
    const watched = session.watch();
    const isOver = () => who !== GUEST && (watched() || person() !== who);
    if (own.who !== who) own = { who, identityId: who === GUEST ? (records.mark(guestMark) ?? undefined) : undefined };
    const mine = own;
    if (isForced || !mine.credentials || elapsed(mine) >= mine.fresh) {
      mine.running ??= flow(mine, isOver).finally(() => (mine.running = undefined));
      await mine.running.catch((e) => {
        if (isForced || !mayStay(mine, kit.toGatepassError(e))) throw e;
      });
    }
    if (isOver()) throw gone();
    return { ...mine.credentials, expiration: new Date(mine.at + mine.lifetime * 1000) };
  };

  const gone = () => session.nobody(session.held ? "elsewhere" : undefined);

  const flow = async (mine, isOver) => {
    const { issuer, value } = mine.who === GUEST ? { issuer: "" } : await login();
    const steps = core.begin(issuer, value, mine.identityId);
    let step = steps.first();
    let at, base;
    while (!step.credentials) {
      if (isOver()) throw gone();
      if (step.renew) {
        step = steps.renewed(await newer(value));
      } else {
        const answer = await send(step);
        ({ at } = answer);
        base = performance.now();
        step = steps.take(answer);
      }
    }
    Object.assign(mine, step, { identityId: step.credentials.identityId, at, base });
    if (mine.who === GUEST) records.setMark(guestMark, mine.identityId);
  };

  /** What AWS is told: the ID token, or the SAML response while it is new. */
  const login = async () => {
    const { user, since, base } = session.held;
    if (!saml) return { issuer: user.issuer, value: (await client.live(0)).idToken };
    if (elapsed({ at: since * 1000, base }) >= RESPONSE_LIFETIME) throw session.nobody("response_expired");
    return { issuer: "", value: await client.door.samlResponse() };
  };

  /** An ID token other than `refused`, whoever renews it; none when nothing can renew it. */
  const newer = async (refused) => {
    if (session.held.refreshToken) await client.renew(() => session.held.idToken !== refused);
    const { idToken } = session.held;
    return idToken === refused ? undefined : idToken;
  };

  return give;
}

/** Credentials that are due for renewal hold until their end, when that fails for now or has become impossible. */
const mayStay = (mine, { retryable, details }) =>
  mine.credentials && elapsed(mine) < mine.lifetime && (retryable || details.rule === "response_expired");

/** Seconds since then, by whichever clock says more: one can be set, the other sleeps. */
const elapsed = ({ at, base }) => Math.max(Date.now() - at, performance.now() - base) / 1000;

// gatepass/saml: SAML responses verified wherever WebCrypto is; a back end, an edge, a page.
//
//   verify ─> receiveAnswer ─> questions ─> (WebCrypto) ─> finish ─> who it is

import { CODES } from "./errors-saml.js";
import { GatepassError, addCodes, isGatepassError, toGatepassError } from "./errors.js";
import { doors, load } from "./load.js";
import { holds } from "./spki.js";

export { GatepassError, isGatepassError };

addCodes(CODES);
Object.assign(doors.modules, {
  saml: [() => import("./wasm/saml.js"), () => import("./wasm/saml-inline.js")],
  both: [() => import("./wasm/both.js"), () => import("./wasm/both-inline.js")],
});

// A page with both doors downloads what they share once, unless one of them was loaded already.
let opened = false;
doors.join = (door) => (doors.loading.both || (opened && doors.oidc && !doors.loading.oidc && !doors.loading.saml) ? "both" : door);

export const init = (source) => load(source, "saml").then(() => {});

export function createVerifier(config) {
  opened = true;
  let starting;
  const start = async () => {
    const { SamlClient } = await load(undefined, "saml");
    return new SamlClient(JSON.stringify({ saml: config }), originOf(config?.sp?.acsUrl));
  };
  const call = async (action) => {
    try {
      starting ??= start().catch((e) => ((starting = undefined), Promise.reject(e)));
      return await action(await starting);
    } catch (e) {
      throw toGatepassError(e);
    }
  };

  return {
    verify: (response, { inResponseTo, authnContext = [], now = new Date() } = {}) =>
      call(async (client) => {
        const pending = client.receiveAnswer(new TextEncoder().encode(response), inResponseTo, authnContext.join(" "));
        const verdicts = await Promise.all(pending.questions().map(anyHolds));
        return identity(pending.finish(verdicts, now / 1000));
      }),
    metadata: () => call((client) => client.metadata()),
    expired: () => call((client) => client.expired()),
  };
}

/** Whether one key made the signature. */
async function anyHolds(checks) {
  for (const check of checks) if (await holds(check)) return true;
  return false;
}

function identity({ v, user, nameId, authnInstant, rememberUntil, sessionNotOnOrAfter, ...rest }) {
  delete nameId.v;
  const date = (seconds) => new Date(seconds * 1000);
  const times = { authnInstant: date(authnInstant), rememberUntil: date(rememberUntil) };
  if (sessionNotOnOrAfter !== undefined) times.sessionNotOnOrAfter = date(sessionNotOnOrAfter);
  return { user: { ...user, claims: {} }, nameId, ...rest, ...times };
}

/** A relative address has no meaning here: the core then refuses it. */
function originOf(address) {
  try {
    return new URL(address).origin;
  } catch {
    return "https://relative.invalid";
  }
}

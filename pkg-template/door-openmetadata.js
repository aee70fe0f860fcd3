// The OpenMetadata door: the server says which provider signs its people in, and how.
//
//   ask the server, unless the app brings its configuration ─┬─ a public client ──> the OpenID door, as it is
//                                                            └─ SAML, confidential ──> the server signs in; the same door takes its token
//
// Bundled into one file for pages that fetch it when their configuration names it (build.mjs): nothing here may
// import what has a state of its own. What is shared with the page comes as `kit`.

import { CODES } from "./errors-openmetadata.js";
import { breakLoops } from "./sign-in-loop.js";
import { attempt, read, write } from "./web-storage.js";
import { send } from "./wire.js";

const LIFETIME = 3_600_000; // milliseconds that a server's configuration is believed in one tab
const CALLBACK = /^(\/auth|\/saml)?\/callback$/;
const FOREIGN = "foreign-cookie"; // mark
const COOKIE = "refreshToken"; // of servers before 2026
const TOLD = [0, 200]; // servers until 2026 answer a sign-out with a redirect, which is not followed

/** Tells the loader. */
export function addModules({ modules }) {
  modules.openmetadata = [() => import("./wasm/openmetadata.js"), () => import("./wasm/openmetadata-inline.js")];
}

/** `kit`: what the page has once; `kit.enter` is the OpenID door's. */
export async function enter(client, kit) {
  kit.addCodes(CODES);
  const module = await kit.load(undefined, "openmetadata");
  client.text = await configured(client, module);
  kit.enter(client, module);
  const { core, door, log, records } = client;
  breakLoops(client, kit.GatepassError);
  // A callback page is nowhere to come back to, whichever one the server knows.
  const { signIn } = door;
  door.signIn = (options, here) => signIn(options, CALLBACK.test(location.pathname) ? "/" : here);
  if (!core.isIssued()) return;

  /** Ends the server's own session, which its cookie would renew. */
  const end = async (token) => {
    const { status } = await send(core.endIssued(token)).catch((e) => ({ status: e.code }));
    if (!TOLD.includes(status)) log("logout_failed", `${status}`);
  };

  const { leave } = client;
  client.leave = (...args) => {
    // A cookie that is there already is somebody else's.
    records.setMark(FOREIGN, cookie() && "1");
    return leave(...args);
  };
  const { arrive, signOut } = door;
  door.arrive = async (address, isOver) => {
    const token = attempt(() => core.tokenIn(address));
    core.takeRefreshToken(token && !records.mark(FOREIGN) ? takeCookie() : undefined);
    try {
      return await arrive(address, isOver);
    } catch (e) {
      if (token && isOver()) await end(token);
      throw e;
    }
  };
  // The server echoes no state: nothing would tell one window's answer from another's.
  door.signInWithPopup = undefined;
  door.signOut = async (options, ...held) => {
    const last = held.findLast(Boolean);
    if (last) await end(last.idToken);
    return signOut(options, ...held);
  };
}

/** The configuration with what the server says of itself: asked for once an hour in a tab. */
async function configured({ text, name }, { asked, configured }) {
  const requests = asked(text, location.origin);
  if (!requests) return text;
  const [{ request: { url } }] = requests;
  const key = `gatepass:${name}:openmetadata`;
  const kept = attempt(() => {
    const { at, from, answers } = JSON.parse(read("sessionStorage", key));
    return from === url && Math.abs(Date.now() - at) < LIFETIME && configured(text, ...answers);
  });
  if (kept) return kept;
  const answers = await Promise.all(requests.map(send));
  const whole = configured(text, ...answers);
  write("sessionStorage", key, JSON.stringify({ at: Date.now(), from: url, answers }));
  return whole;
}

const cookie = () => document.cookie.match(`(?:^|; )${COOKIE}=([^;]*)`)?.[1];

/** Moves the server's refresh token out of the cookie. */
function takeCookie() {
  const value = cookie();
  if (value) document.cookie = `${COOKIE}=; path=/; max-age=0`;
  return value && attempt(() => decodeURIComponent(value));
}

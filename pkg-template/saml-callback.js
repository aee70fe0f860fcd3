// The browser is back from the identity provider: a handle → a session, a refusal, or a fresh sign-in.
//
//   address ─┬─ a rule ─────────────────────────────────────> refused: the ACS could not take the post
//            ├─ the ACS itself: the post went to the server ─> restart once
//            └─ a handle ── take ─┬─ nothing ───────────────> stay if signed in, else refused
//                                 └─ response ── RelayState ── claim ─┬─ another client's ──> stay
//                                                                     └─ ours, or unasked ── checks ── once ── exchange ──> session
//
// SAML profiles §4.1.4.3, §4.1.5. What binds a response to this browser is the record under its RelayState.

import { HANDLE, take } from "./hand-over.js";
import { SIGNED_OUT } from "./records.js";
import { isFirst } from "./replay.js";
import { allowRestart } from "./restart.js";
import { anyHolds } from "./spki.js";
import { memory } from "./stores.js";
import { send } from "./wire.js";

const IS_HANDLE = /^[\w-]{43}$/;
// What acs-form.js and hand-over.js refuse.
const RULES = ["busy", "content_type", "no_response", "repeated", "too_large"];

/**
 * `taken` is the page's: whichever of its clients comes first takes a hand-over for all. `isRetryable(error)` tells a
 * fault that passes.
 */
export function makeSamlCallback(client, taken, isRetryable) {
  const { core, session, records, live } = client;
  let pending; // a response that was believed, whose exchange a network fault interrupted
  let received; // { response, text, until }: of the session with this text

  const takeOnce = (handle) => {
    if (!taken.has(handle)) taken.set(handle, take(handle).catch(denied));
    return taken.get(handle);
  };

  const arrive = async (address, isOver) => {
    await session.read();
    const { pathname, searchParams } = new URL(address, location.origin);
    const value = searchParams.get(HANDLE);
    if (!value) return pathname === new URL(client.config.saml.sp.acsUrl, location.origin).pathname ? unattended(isOver) : {};
    if (value === "storage") denied();
    if (RULES.includes(value)) throw { code: "message_invalid", rule: value };
    if (pending?.handle === value) return complete(pending);
    const handedOver = IS_HANDLE.test(value) && (await takeOnce(value));
    if (!handedOver) return stray("handle_unknown");
    const { response, relayState } = handedOver;
    const record = relayState && (await records.claim(relayState));
    if (typeof record === "symbol") return {}; // FOREIGN: not compared, this file may be a copy
    if (record) taken.set(value, Promise.resolve({ relayState })); // the other clients need no more
    try {
      return await complete({ handle: value, response, relayState, record, isOver });
    } catch (e) {
      if (e?.rule === "transaction_expired") return restart(isOver, e.rule, record);
      if (e?.rule === "in_response_to" && !record) return stray("state_unknown");
      if (e?.code !== "idp_initiated_refused" || client.config.saml.allowIdpInitiated !== "restart") throw e;
      return unasked(isOver, core.returnTo(relayState ?? "/"), e);
    }
  };

  const denied = () => {
    throw { code: "storage_unavailable", rule: "hand_over" };
  };

  /** The setting "restart": who is here already stays, who has signed out stays out. */
  const unasked = (isOver, returnTo, why) => {
    if (session.isAlive()) return { returnTo };
    if (records.mark(SIGNED_OUT) === "1") throw why;
    return restart(isOver, why.rule || "idp_initiated", undefined, returnTo);
  };

  // The post came before the worker. Its body is gone, the person's session there is not.
  const unattended = (isOver) => unasked(isOver, "/", { code: "callback_invalid", rule: "acs_unattended" });

  const restart = (isOver, rule, record, returnTo) => {
    allowRestart(client, rule);
    return client.leave(core.restart(record, returnTo), isOver);
  };

  // An address from the history, a form sent twice, an answer to a sign-in of another browser.
  const stray = (rule) => {
    if (session.isAlive()) return {};
    throw { code: "callback_invalid", rule };
  };

  const complete = async (callback) => {
    const { response, relayState, record, isOver } = callback; // of the first try: another one is no new sign-in
    const bytes = new TextEncoder().encode(response);
    pending = undefined;
    const begun = (callback.begun ??= await judge(bytes, record));
    let text = begun.session;
    if (isOver()) throw session.nobody(); // nor does the back end give tokens
    try {
      const request = core.exchange(bytes, record);
      if (request) text = core.withTokens(text, await send(request));
    } catch (e) {
      if (!isOver() && isRetryable(e)) pending = callback;
      throw e;
    }
    if (begun.oneTimeUse) keepHere();
    if (!(await session.begin(text, isOver))) throw session.nobody();
    received = { response, text, until: begun.rememberUntil };
    return { returnTo: begun.returnTo ?? core.returnTo(relayState ?? "/") };
  };

  const judge = async (bytes, record) => {
    const judged = core.receive(bytes, record);
    const begun = judged.begin(await Promise.all(judged.questions().map(anyHolds)));
    const first = await isFirst(begun).catch(() => {
      throw { code: "storage_unavailable", rule: "replay" };
    });
    if (!first) throw { code: "assertion_invalid", rule: "replayed" };
    return begun;
  };

  // OneTimeUse (SAML core §2.5.1.5): this page keeps it, and what the tabs shared before goes.
  const keepHere = () => {
    const shared = client.store;
    const own = memory();
    const set = async (text) => {
      records.setMark(SIGNED_OUT, "expired"); // the other tabs must not write it back
      await shared.remove().catch(() => {});
      await own.set(text);
    };
    client.store = { ...own, set };
  };

  return {
    arrive,
    /** The response as it was received, for as long as somebody else may accept it. */
    async response() {
      await live(0);
      if (received?.text === session.held.text && received.until > Date.now() / 1000) return received.response;
      throw session.nobody("response_expired");
    },
    forget() {
      received = pending = undefined;
      taken.clear();
    },
  };
}

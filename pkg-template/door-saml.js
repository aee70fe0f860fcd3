// The SAML door: a service provider inside the page.
//
//   signIn ── worker ready ── transaction ── (sp.sign) ── redirect, or a form ······ the ACS ── saml-callback.js ── session
//
// Bundled into one file for pages that fetch it when their configuration names it (build.mjs): nothing here may
// import what has a state of its own. What is shared with the other door comes as `kit`.

import { workerReady } from "./acs-ready.js";
import { CODES } from "./errors-saml.js";
import { sweep } from "./hand-over.js";
import { makeSamlCallback } from "./saml-callback.js";
import { makeSamlLogout } from "./saml-logout.js";

export { addModules } from "./saml-modules.js";

const WARNING = 60; // seconds before a session ends
const MAX_TIMER = 2 ** 31 - 1; // milliseconds; longer ones fire at once

/** `kit`: what the page has once. */
export async function enter(client, kit) {
  kit.addCodes(CODES);
  const { SamlClient } = await kit.load(undefined, "saml");
  const { records, session, snapshot, log } = client;
  const core = (client.core = new SamlClient(client.text, location.origin));
  const settings = client.config.saml;
  for (const what of core.expired()) log("idp_expired", what);

  const isWorker = settings.acs !== "server";
  const getReady = () => workerReady(settings, client.config.redirectUri);
  if (isWorker) getReady().catch(() => {}); // an identity provider may post here at any time
  sweep();

  /** Leaves with a message: signed by the app's back end, by address or by form. */
  const send = async (departing, isOver) => {
    const signature = await signed(departing.octets);
    if (isOver?.()) throw session.nobody();
    const { url, action, fields } = departing.leave(signature);
    return url ? kit.depart(url) : Promise.race([blocked(), kit.depart(action, form(action, fields))]);
  };

  const signed = async (octets) => {
    if (!octets) return new Uint8Array();
    try {
      return bytes(await client.config.saml.sp.sign(octets));
    } catch (e) {
      throw new kit.GatepassError("request_invalid", { option: "saml.sp.sign", rule: "failed" }, e);
    }
  };

  /** Leaves for the identity provider; not when the person has signed out meanwhile. */
  client.leave = async (departing, isOver = session.watch()) => {
    if (isWorker) await getReady();
    if (!(await records.keep(departing.state, departing.record, true))) throw { code: "storage_unavailable", rule: "transaction" };
    return send(departing, isOver);
  };

  const callback = makeSamlCallback(client, kit.taken, (e) => kit.toGatepassError(e).retryable);
  const logout = makeSamlLogout(client, send, kit.depart);

  // The tokens, if the app's back end gave some.
  const { live } = client;
  client.live = async (minValidity) => {
    const held = await live(minValidity);
    const missing = () => {
      throw new kit.GatepassError("config_invalid", { option: "saml.exchange", rule: "missing" });
    };
    return {
      get accessToken() {
        return held.accessToken ?? missing();
      },
      get idToken() {
        return held.idToken ?? missing();
      },
    };
  };

  // Nothing renews this session: say so before it ends.
  let timer, told;
  const warn = () => {
    clearTimeout(timer);
    const { held } = session;
    if (!held || told === held.text) return;
    const wait = session.remaining() - WARNING;
    if (wait > 0) return (timer = setTimeout(warn, Math.min(wait * 1000 + 1, MAX_TIMER)));
    told = held.text;
    log("session_ends_soon", `${Math.round(session.remaining())}`);
  };
  snapshot.subscribe(warn);

  // A page that takes messages is nowhere to come back to.
  const isOurs = (path) => [settings.sp.acsUrl, settings.sp.sloUrl].some((url) => url && path === new URL(url, location.origin).pathname);

  client.door = {
    arrive: (address, isOver) => (logout.isFor(address) ? logout.arrive(address) : callback.arrive(address, isOver)),
    signIn: (options, here) => client.leave(core.signIn(options, isOurs(location.pathname) ? "/" : here)),
    startFrom: (query) => client.leave(core.startFrom(query)),
    samlResponse: callback.response,
    spMetadata: () => core.metadata(),
    async signOut(options, ...held) {
      callback.forget();
      await sweep(true);
      return logout.signOut(options, ...held);
    },
  };
}

/** Rejects when the page's Content Security Policy forbids the form. */
const blocked = () =>
  new Promise((_, reject) => {
    addEventListener("securitypolicyviolation", ({ effectiveDirective }) => {
      if (effectiveDirective === "form-action") reject({ code: "request_invalid", option: "saml.binding", rule: "form_action" });
    });
  });

/** A buffer's, or those of any view of one. An empty signature would leave the page for nothing. */
function bytes(signature) {
  const { buffer = signature, byteOffset, byteLength } = signature;
  if (!byteLength) throw new TypeError("sp.sign answers no bytes");
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function form(action, fields) {
  const form = Object.assign(document.createElement("form"), { action, method: "post", hidden: true });
  for (const [name, value] of Object.entries(fields)) {
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
  document.body.append(form);
  return form;
}

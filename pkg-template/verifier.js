// SAML responses verified wherever WebCrypto is: a back end, an edge, a page.
//
//   verify ─> receiveAnswer ─> questions ─> (WebCrypto) ─> begin ─> who it is

import { CODES } from "./errors-saml.js";
import { addCodes, toGatepassError } from "./errors.js";
import { doors, load } from "./load.js";
import { addModules } from "./saml-modules.js";
import { anyHolds } from "./spki.js";

export function createVerifier(config) {
  addCodes(CODES); // here: a bundler drops what a module does when it is loaded
  addModules(doors);
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
        return identity(pending.begin(verdicts, now / 1000));
      }),
    metadata: () => call((client) => client.metadata()),
    expired: () => call((client) => client.expired()),
  };
}

/** The session's record says it all but for what only its beginning knows. */
function identity({ session, issuer, rememberUntil, oneTimeUse }) {
  const { user } = JSON.parse(session);
  const { authnInstant, sessionNotOnOrAfter, ...claims } = user.claims;
  const date = (seconds) => new Date(seconds * 1000);
  const times = { authnInstant: date(authnInstant), rememberUntil: date(rememberUntil) };
  if (sessionNotOnOrAfter !== undefined) times.sessionNotOnOrAfter = date(sessionNotOnOrAfter);
  return { user: { ...user, claims: {} }, issuer, ...claims, ...times, oneTimeUse };
}

/** A relative address has no meaning here: the core then refuses it. */
function originOf(address) {
  try {
    return new URL(address).origin;
  } catch {
    return "https://relative.invalid";
  }
}

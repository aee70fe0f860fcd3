// Single logout by redirect: our request and its answer, the identity provider's request and ours.
//
//   signOut ── can we ask? ─┬─ LogoutRequest (signed) ······ LogoutResponse ── checks ──> signed out here, where `logoutUri` says
//                           └─ the identity provider's own sign-out page, or nothing
//   LogoutRequest ── signature ── this session? ── over in every tab ── LogoutResponse
//
// SAML profiles §4.4, SAML bindings §3.4.

import { anyHolds } from "./spki.js";

const LOGOUT = "logout"; // the mark that has our request's ID
const MESSAGE = /[?&]SAML(Request|Response)=/;

/** `send(departing)` leaves with a message, `depart(url)` for a page. */
export function makeSamlLogout(client, send, depart) {
  const { core, session, records, log, config } = client;

  const arrive = async (address) => {
    await session.read(); // whatever is refused, who is here stays
    const deflated = core.readLogout(queryOf(address).slice(1));
    if (!deflated) return {};
    const { bytes, limit } = deflated.inflate();
    const inflated = await inflate(bytes, limit);
    const { held } = session;
    const message = deflated.receive(inflated, held?.text, records.mark(LOGOUT));
    const { requested, answer, partial } = message.settle(await anyHolds(message.questions()));
    if (requested) {
      if (held) await end(held);
      return answer ? send(answer) : {};
    }
    records.setMark(LOGOUT);
    if (partial) log("logout_partial", "status");
    const { pathname, search } = new URL(config.logoutUri ?? "/", location.origin);
    return { returnTo: pathname + search };
  };

  // In every tab, whatever lives in one of them only too.
  const end = async (held) => {
    if (session.held?.text !== held.text) throw { code: "message_invalid", rule: "name_id" }; // another one began meanwhile
    session.epoch++;
    await session.finish("revoked");
    client.show({ error: undefined, tell: "revoked" });
  };

  return {
    arrive,
    isFor: (address) => MESSAGE.test(queryOf(address)),

    /** Nobody is signed in here any more: now at the identity provider. */
    async signOut({ scope }, ...held) {
      await records.clear();
      if (scope === "local") return;
      const { text } = held.findLast(Boolean) ?? {};
      try {
        const departing = text && core.logout(text);
        if (departing) {
          records.setMark(LOGOUT, departing.id);
          return await send(departing);
        }
      } catch (e) {
        if (e.code === "interrupted") throw e; // it did leave
        log("logout_failed", e.details?.rule ?? e.rule);
      }
      const page = core.signOutUrl();
      if (page) return depart(page);
    },
  };
}

const queryOf = (address) => new URL(address, location.origin).search;

async function inflate(bytes, limit) {
  const chunks = [];
  try {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    for (const reader = stream.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      chunks.push(value);
      if ((limit -= value.length) < 0) throw await reader.cancel();
    }
    return new TextDecoder("utf-8", { fatal: true }).decode(await new Blob(chunks).arrayBuffer());
  } catch {
    throw { code: "message_invalid", rule: limit < 0 ? "too_large" : "deflate" };
  }
}

// The OpenID Connect door: what a client does at Cognito or at another OpenID provider.

import { makeCallback } from "./callback.js";
import { GatepassError } from "./errors.js";
import { depart } from "./page.js";
import { awaitPopup } from "./popup.js";
import { makeProvider } from "./provider.js";
import { makeRenewal } from "./renewal.js";
import { send } from "./wire.js";

/** `core` is the module's exports. */
export function enter(client, { Client }) {
  const { records, log, config } = client;
  const core = (client.core = new Client(client.text, location.origin));
  const provider = (client.provider = makeProvider(client));

  /** The sign-in that `begin` makes, once the provider is known. */
  const begun = async (begin) => {
    if (!core.isKnown()) begin(); // what the app asks is judged before anything is fetched
    await provider.ready();
    return begin();
  };

  /** Leaves for the login page; not by itself when that `isOver`. */
  client.leave = async (begin, isOver) => {
    const { url, state, record } = await begun(begin);
    if (!(await records.keep(state, record))) throw new GatepassError("storage_unavailable", { rule: "transaction" });
    if (isOver?.()) throw client.session.nobody();
    return depart(url);
  };

  /** Tells the provider that a refresh token is no longer wanted. Nobody waits for the answer. */
  client.revoke = async (token) => {
    if (!token) return;
    try {
      await provider.ready();
      const request = core.revoke(token);
      if (request) await send(request);
    } catch {
      // It ends by itself, in its time.
    }
  };

  client.renewal = makeRenewal(client);
  const { arrive, take } = makeCallback(client);
  client.door = {
    arrive,
    signIn: (options, here) => client.leave(() => core.signIn(options, here)),
    startFrom: (query) => client.leave(() => core.startFrom(query)),

    /** Leaves in `popup`; answers with what waits for its return: `complete` takes what brings the session about. */
    async signInWithPopup(popup, options, here) {
      const { url, state, record } = await begun(() => core.signIn(options, here));
      popup.location = url;
      return (complete) =>
        new Promise((resolve, reject) => {
          const back = (address) => resolve(complete(() => take(address, record, state, client.session.watch())));
          awaitPopup(popup, state, back, () => reject(new GatepassError("interrupted")));
        });
    },

    async getUserInfo() {
      const { accessToken, user } = await client.live(0);
      await provider.ready();
      return core.userinfoClaims(await send(core.userinfo(accessToken)), user.id);
    },

    pageUrl: (name) => core.pageUrl(name),

    /** Nobody is signed in here any more: tokens, other devices, the provider's own session. */
    async signOut({ scope, everywhere }, ...held) {
      for (const token of new Set(held.map((tokens) => tokens?.refreshToken))) client.revoke(token);
      const last = held.findLast(Boolean);
      const ended = everywhere && last ? send(core.everywhere(last.accessToken)).catch((e) => ({ status: e.code })) : undefined;
      await records.clear();
      const { status = 200 } = (await ended) ?? {};
      if (status !== 200) log("everywhere_failed", `${status}`);
      if (scope === "local") return provider.forget();
      await provider.ready().catch(() => {});
      provider.forget();
      return depart(core.logout());
    },
  };
}

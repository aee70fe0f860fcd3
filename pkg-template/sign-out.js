// Signing out, in every tab: here first, then at the provider.
//
//   epoch, mark ── what the store holds ── nothing left here ── revoke ║ everywhere ║ other tabs ── provider's page

import { GatepassError } from "./errors.js";
import { depart } from "./page.js";
import { SIGNED_OUT } from "./records.js";
import { send } from "./wire.js";

export async function signOut({ call, config, session, records, show, revoke }, { scope = "global", everywhere = false }) {
  if (scope !== "global" && scope !== "local") throw new GatepassError("request_invalid", { option: "scope", rule: "unknown" });
  if (everywhere && !config?.cognito) throw new GatepassError("request_invalid", { option: "everywhere", rule: "unsupported" });
  // Before anything is waited for: a renewal or callback under way must see it.
  session.epoch++;
  records.setMark(SIGNED_OUT, "1");
  const { held } = session;
  session.end("signed_out");
  return call(async ({ core, store, provider, log }) => {
    // Another tab may just have renewed.
    const stored = await store.get().then((text) => core.view(text)).catch(() => undefined);
    await store.remove().catch(() => {});
    show({ error: undefined, tell: "signed_out" });
    const last = stored ?? held;
    for (const token of new Set([held?.refreshToken, last?.refreshToken])) revoke(token);
    const ended = everywhere && last ? send(core.everywhere(last.accessToken)).catch((e) => ({ status: e.code })) : undefined;
    await records.clear();
    const { status = 200 } = (await ended) ?? {};
    if (status !== 200) log("everywhere_failed", `${status}`);
    if (scope === "local") return provider.forget();
    await provider.ready().catch(() => {});
    provider.forget();
    return depart(core.logout());
  });
}

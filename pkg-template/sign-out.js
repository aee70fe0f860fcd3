// Signing out, in every tab: here first, then at the provider.
//
//   epoch, mark ── what the store holds ── nothing left here ── other tabs ── the door: revoke ║ everywhere ── provider's page

import { GatepassError } from "./errors.js";
import { SIGNED_OUT } from "./records.js";

export async function signOut({ call, config, session, records, show }, { scope = "global", everywhere = false }) {
  if (scope !== "global" && scope !== "local") throw new GatepassError("request_invalid", { option: "scope", rule: "unknown" });
  if (everywhere && !config?.cognito) throw new GatepassError("request_invalid", { option: "everywhere", rule: "unsupported" });
  // Before anything is waited for: a renewal or callback under way must see it.
  session.epoch++;
  records.setMark(SIGNED_OUT, "1");
  const { held } = session;
  session.end("signed_out");
  return call(async ({ core, store, door }) => {
    // Another tab may just have renewed.
    const stored = await store.get().then((text) => ({ ...core.view(text), text })).catch(() => undefined);
    await store.remove().catch(() => {});
    show({ error: undefined, tell: "signed_out" });
    return door.signOut({ scope, everywhere }, held, stored);
  });
}

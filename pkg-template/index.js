// The package's front: the door that the configuration names. SAML's is fetched by pages that have it.

import { enter } from "./door-oidc.js";
import { GatepassError, isGatepassError } from "./errors.js";
import { kit } from "./kit.js";
import { doors, init, load } from "./load.js";
import { createBy } from "./shell.js";

export { GatepassError, init, isGatepassError };

export function createGatepass(config) {
  if (!config?.saml) {
    doors.oidc = true;
    return createBy(async (client) => enter(client, await load()), config);
  }
  if (typeof window !== "undefined") fetchSaml().catch(() => {}); // early: it is there when the first method is called
  return createBy(async (client) => (await fetchSaml()).enter(client, kit), config);
}

async function fetchSaml() {
  const fetched = import("./door-saml.bundle.js").then((door) => (door.addModules(doors), door));
  doors.coming = fetched.catch(() => {});
  return fetched.catch((e) => {
    throw new GatepassError("wasm_load_failed", {}, e);
  });
}

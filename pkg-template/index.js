// The package's front: the door that the configuration names. All but OpenID's are fetched by pages that have them.

import { parseUrl } from "./arrival.js";
import { enter } from "./door-oidc.js";
import { GatepassError, isGatepassError } from "./errors.js";
import { kit } from "./kit.js";
import { doors, failed, init, load } from "./load.js";
import { createBy } from "./shell.js";

export { GatepassError, init, isGatepassError };

const apart = { openMetadata: () => import("./door-openmetadata.bundle.js"), saml: () => import("./door-saml.bundle.js") };

export function createGatepass(config) {
  const door = Object.keys(apart).find((door) => config?.[door]);
  if (!door) {
    doors.oidc = true;
    return createBy(async (client) => enter(client, await load()), config);
  }
  if (typeof window !== "undefined") fetchDoor(door).catch(() => {}); // early: it is there when the first method is called
  const { openMetadata } = config;
  if (openMetadata) {
    const server = parseUrl(openMetadata.server ?? "", globalThis.location?.href)?.origin;
    config = { bearer: "id", apiOrigins: [server], ...config };
  }
  return createBy(async (client) => (await fetchDoor(door)).enter(client, { ...kit, enter }), config);
}

async function fetchDoor(name) {
  const fetched = apart[name]().then((door) => (door.addModules(doors), door));
  doors.coming = fetched.catch(() => {});
  return fetched.catch(failed);
}

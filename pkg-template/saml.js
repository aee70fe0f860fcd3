// gatepass/saml: a page with SAML alone, and the verifier for back ends. Nothing of the other door is in it.

import { addModules, enter } from "./door-saml.js";
import { GatepassError, isGatepassError } from "./errors.js";
import { kit } from "./kit.js";
import { doors, load } from "./load.js";
import { createBy } from "./shell.js";

export { createVerifier } from "./verifier.js";
export { GatepassError, isGatepassError };

export async function init(source) {
  addModules(doors);
  await load(source, "saml");
}

export function createGatepass(config) {
  addModules(doors);
  return createBy((client) => enter(client, kit), config);
}

// The SAML sign-in at SimpleSAMLphp: passwords and sessions, prefixed signatures, SessionNotOnOrAfter.

import { after } from "node:test";
import { samlFlows } from "./saml-flows.mjs";
import { simpleSamlPhp } from "./saml-logins.mjs";
import { startSamlWorld } from "./saml-world.mjs";

const world = await startSamlWorld({ startIdp: simpleSamlPhp });
after(world.stop);

const person = {
  id: "alice@example.com",
  name: "Alice Example",
  email: "alice@example.com",
  groups: ["engineers", "admins"],
  attributes: {
    uid: ["alice"],
    mail: ["alice@example.com"],
    displayName: ["Alice Example"],
    groups: ["engineers", "admins"],
    eduPersonAffiliation: ["member", "employee"],
  },
};

// On the way back it has forgotten our request: what it sends then comes unasked.
samlFlows(world, person, { back: ["idp_initiated_refused", undefined] });

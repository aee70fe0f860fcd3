// The SAML sign-in at saml-idp: signatures in the default namespace, no end of the session of its own.

import { after } from "node:test";
import { samlFlows } from "./saml-flows.mjs";
import { samlIdp } from "./saml-logins.mjs";
import { startSamlWorld } from "./saml-world.mjs";

const world = await startSamlWorld({ startIdp: samlIdp });
after(world.stop);

const email = "saml.jackson@example.com";
const groups = ["Simple IdP Users", " West Coast Users", " Cloud Users"]; // as it splits them
samlFlows(world, {
  id: email,
  name: "saml jackson",
  email,
  groups,
  attributes: {
    firstName: ["Saml"],
    lastName: ["Jackson"],
    displayName: ["saml jackson"],
    email: [email],
    mobilePhone: ["+1-415-555-5141"],
    groups,
    userType: ["Admin"],
  },
});

// `make demo`: starts the demo and stays until Ctrl-C. `SAML_PORT=7001 make demo` where 7000 is taken.

import { existsSync } from "node:fs";
import { startDemo } from "./start.mjs";

// Before the others' handlers, so that Ctrl-C is a good end and not a failure.
process.once("SIGINT", () => {
  console.log("\nStopped.");
  process.exit(0);
});

const HINT = "\n  Or let it have another one: SAML_PORT=7001 make demo (on a Mac, AirPlay Receiver takes 7000)";

try {
  if (!existsSync(new URL("../pkg/index.js", import.meta.url))) {
    throw new Error("The package is not built yet: run `make pkg` first, or `make demo`, which does it all.");
  }
  const { site, provider, samlIdp } = await startDemo();
  const { user, engineer } = provider;
  console.log(`
  gatepass demo      ${site.origin}

  with Cognito       ${engineer.name}    ${engineer.password}    (in the group engineers)
  or                 ${user.name}   ${user.password}
                     user pool ${provider.userPoolId}, on ministack at ${provider.origin}

  with SAML          no password: press “Sign in” at the identity provider
  or start there     ${samlIdp.singleSignOn}
                     ${samlIdp.entityId}, on saml-idp at ${new URL(samlIdp.singleSignOn).origin}

  stop               Ctrl-C
`);
} catch (error) {
  console.error(`\n  ${error.message}${/^Port .* SAML/.test(error.message) ? HINT : ""}\n`);
  process.exitCode = 1;
}

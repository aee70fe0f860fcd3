// `make demo`: starts the demo and stays until Ctrl-C.

import { existsSync } from "node:fs";
import { startDemo } from "./start.mjs";

// Before the others' handlers, so that Ctrl-C is a good end and not a failure.
process.once("SIGINT", () => {
  console.log("\nStopped.");
  process.exit(0);
});

try {
  if (!existsSync(new URL("../pkg/index.js", import.meta.url))) {
    throw new Error("The package is not built yet: run `make pkg` first, or `make demo`, which does it all.");
  }
  const { site, provider } = await startDemo();
  console.log(`
  gatepass demo      ${site.origin}

  sign in as         ${provider.engineer.name}    ${provider.engineer.password}    (in the group engineers)
  or as              ${provider.user.name}   ${provider.user.password}

  user pool          ${provider.userPoolId}, on ministack at ${provider.origin}
  stop               Ctrl-C
`);
} catch (error) {
  console.error(`\n  ${error.message}\n`);
  process.exitCode = 1;
}

// STS that takes a SAML response: moto (PyPI). It verifies nothing of it: neither signature nor audience, age or trust policy;
// the session's name, its length and the account come from the response's attributes. Web identity tokens are not read.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { assertPortFree } from "./ports.mjs";
import { startProgram } from "./program.mjs";

const SERVER = fileURLToPath(new URL("../../target/venv/bin/moto_server", import.meta.url));

/** Roles of another account it forgets at once when a SAML response was the login. */
export const ACCOUNT = "123456789012";

/** Starts it on `http://127.0.0.1:port`. */
export async function startMoto({ port }) {
  if (!existsSync(SERVER)) throw new Error("moto is not installed. From the top folder: tests/setup.sh python");
  await assertPortFree(port, "moto");
  const origin = `http://127.0.0.1:${port}`;
  const program = startProgram(SERVER, ["-H", "127.0.0.1", "-p", `${port}`]);
  await program.answers(`${origin}/moto-api/`).catch((e) => program.stop().then(() => Promise.reject(e)));
  return { origin, log: program.log, stop: program.stop };
}

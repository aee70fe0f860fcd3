// A SAML identity provider: saml-idp (npm). It signs response and assertion, RSA with SHA-256, and says
// yes to everybody who presses its button.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { makeIdentity } from "./certificate.mjs";
import { atEnd } from "./lifetime.mjs";
import { assertPortFree } from "./ports.mjs";
import { startProgram } from "./program.mjs";
import { submit } from "./saml-forms.mjs";

const PROGRAM = join(dirname(createRequire(import.meta.url).resolve("saml-idp/package.json")), "bin/run.js");

/**
 * Starts it for one service provider.
 *
 * `signIn(departure)` is a person who presses the button: from `{ url }` or a form to
 * `{ action, fields }`, the form that goes to the service provider.
 */
export async function startSamlIdp({ port, sp }) {
  await assertPortFree(port, "the SAML identity provider");
  const folder = mkdtempSync(join(tmpdir(), "gatepass-saml-idp-"));
  const forget = atEnd(() => rmSync(folder, { recursive: true, force: true })); // a private key is in it
  const file = (name, text) => (writeFileSync(join(folder, name), text), join(folder, name));
  const { privateKey, certificate } = makeIdentity();
  const args = ["--host", "127.0.0.1", "--port", `${port}`, "--issuer", "urn:gatepass:saml-idp", "--acsUrl", sp.acsUrl, "--audience", sp.entityId];
  args.push("--cert", file("cert.pem", certificate), "--key", file("key.pem", privateKey));
  const program = startProgram(process.execPath, [PROGRAM, ...args], { env: { HOST: undefined, PORT: undefined } }); // they would outdo the arguments
  const origin = `http://127.0.0.1:${port}`;
  const stop = async () => {
    await program.stop();
    rmSync(folder, { recursive: true, force: true });
    forget();
  };

  await program.answers(`${origin}/metadata`).catch((e) => stop().then(() => Promise.reject(e)));
  return {
    entityId: "urn:gatepass:saml-idp",
    singleSignOn: `${origin}/saml/sso`,
    certificate,
    email: "saml.jackson@example.com",
    metadata: () => fetch(`${origin}/metadata`).then((answer) => answer.text()),
    signIn: async (departure) => submit(await submit(departure)),
    stop,
  };
}

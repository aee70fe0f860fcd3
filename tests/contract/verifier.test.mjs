// gatepass/saml's verifier, as a back end bundles it: alone, and with all that it needs.

import assert from "node:assert/strict";
import { buildSync } from "esbuild";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const path = (url) => fileURLToPath(new URL(url, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "gatepass-verifier-"));
after(() => rmSync(folder, { recursive: true }));
const { metafile } = buildSync({
  stdin: { contents: `export { createVerifier, isGatepassError } from "gatepass/saml";`, resolveDir: path(".") },
  alias: { "gatepass/saml": path("../../pkg/saml.js") },
  bundle: true, splitting: true, format: "esm", target: "es2022", platform: "node", outdir: folder, entryNames: "verifier", outExtension: { ".js": ".mjs" },
  metafile: true,
});
const { createVerifier, isGatepassError } = await import(join(folder, "verifier.mjs"));
const verifier = createVerifier({
  idp: {
    entityId: "https://idp.example.com/metadata",
    singleSignOn: "https://idp.example.com/sso",
    certificates: readFileSync(path("../fixtures/saml/keys/idp-rsa2048.crt.pem"), "utf8"),
  },
  sp: { entityId: "https://sp.example.com/metadata", acsUrl: "https://sp.example.com/saml/acs" },
});
const options = { inResponseTo: "_req-4f9a2c7e11d04c0b", now: new Date("2026-06-01T12:00:00Z") };
const message = (file) => readFileSync(path(`../fixtures/saml/${file}`)).toString("base64");

test("it knows its own error codes", async () => {
  const code = (expected) => (e) => isGatepassError(e) && e.code === expected && e.turn !== undefined;
  await assert.rejects(verifier.verify("junk!"), code("message_invalid"));
  const changed = readFileSync(path("../fixtures/saml/accepted/assertion-signed-rsa-sha256.xml"), "utf8").replaceAll("alice@", "admin@");
  await assert.rejects(verifier.verify(Buffer.from(changed).toString("base64"), options), code("signature_invalid"));
});

test("and says who it is", async () => {
  const identity = await verifier.verify(message("accepted/assertion-signed-rsa-sha256.xml"), options);
  assert.deepEqual([identity.user.id, identity.user.claims, identity.signed], ["alice@example.com", {}, "assertion"]);
  const members = ["assertionId", "authnContext", "authnInstant", "issuer", "nameId", "oneTimeUse", "rememberUntil", "sessionIndex", "sessionNotOnOrAfter", "signed", "user"];
  assert.deepEqual(Object.keys(identity).filter((name) => !members.includes(name)), []);
  for (const time of [identity.authnInstant, identity.rememberUntil]) assert.ok(time instanceof Date);
});

test("nothing of a page's sign-in is in the bundle", () => {
  const used = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs)).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  const files = [...new Set(used.map(([file]) => file.replace(/^.*\bpkg\//, "")))].filter((file) => !file.startsWith("wasm/"));
  assert.deepEqual(files.filter((file) => /^(shell|client|session|door-|saml-callback|hand-over|callback|popup)/.test(file)), []);
  assert.ok(files.includes("verifier.js"));
});

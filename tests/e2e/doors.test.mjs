// A page downloads the door that it uses: Cognito alone, SAML alone, or what both share once.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { serve } from "../../www/serve.mjs";
import { launchChromium } from "./chromium.mjs";
import { freePort } from "./world.mjs";

const path = (url) => fileURLToPath(new URL(url, import.meta.url));
const config = { cognito: { userPoolId: "eu-central-1_a", clientId: "b", domain: "c" } };
const site = await serve({ port: await freePort(), siteDir: path("site/"), pkgDir: path("../../pkg/"), config });
const browser = await launchChromium();
after(() => Promise.all([browser.close(), site.stop()]));

const SAML_FILES = ["errors-saml.js", "saml.js", "spki.js"];
const identityProvider = {
  entityId: "https://idp.example.com/metadata",
  singleSignOn: "https://idp.example.com/sso",
  certificates: readFileSync(path("../fixtures/saml/keys/idp-p256.crt.pem"), "utf8"),
};

/** A page that has not loaded anything yet; `asked()` are the package's files since the last time. */
async function open(t, where = "/") {
  const page = await browser.newPage();
  t.after(() => page.close());
  await page.addInitScript(() => (window.harness = { manual: true }));
  site.requests.splice(0);
  await page.goto(site.origin + where);
  const asked = () => site.requests.splice(0).map(({ path }) => path).filter((path) => path.startsWith("/gatepass/")).map((path) => path.slice(10)).sort();
  return { page, asked };
}

const openCognito = (page) => page.evaluate(() => auth.ready().then(({ status }) => status));
const openSaml = (page) =>
  page.evaluate(async (idp) => {
    const { createVerifier } = await import("/gatepass/saml.js");
    const verifier = createVerifier({ idp, sp: { entityId: "urn:sp", acsUrl: "https://sp.example/acs" } });
    return (await verifier.metadata()).includes('entityID="urn:sp"');
  }, identityProvider);

test("Cognito alone: nothing of SAML", async (t) => {
  const { page, asked } = await open(t);
  assert.equal(await openCognito(page), "signedOut");
  const files = asked();
  assert.deepEqual(files.filter((file) => file.startsWith("wasm/")), ["wasm/gatepass.js", "wasm/inline.js"]);
  assert.deepEqual(files.filter((file) => SAML_FILES.includes(file)), []);
});

test("SAML alone: nothing of Cognito", async (t) => {
  const { page, asked } = await open(t, "/config.js");
  assert.equal(await openSaml(page), true);
  assert.deepEqual(asked(), ["errors-saml.js", "errors.js", "load.js", "saml.js", "spki.js", "wasm/saml-inline.js", "wasm/saml.js"]);
});

test("both, known before anything is loaded: one module", async (t) => {
  const { page, asked } = await open(t);
  asked();
  assert.equal(await openSaml(page), true);
  assert.equal(await openCognito(page), "signedOut");
  assert.equal(await openSaml(page), true);
  assert.deepEqual(asked(), [...SAML_FILES, "wasm/both-inline.js", "wasm/both.js"].sort());
});

test("both, one after the other: each its own, and both work", async (t) => {
  const { page, asked } = await open(t);
  assert.equal(await openCognito(page), "signedOut");
  asked();
  assert.equal(await openSaml(page), true);
  assert.deepEqual(asked(), [...SAML_FILES, "wasm/saml-inline.js", "wasm/saml.js"].sort());
});

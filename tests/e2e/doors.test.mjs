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

// What only one of the doors has.
const SAML_FILES = [
  "acs-ready.js", "acs.js", "door-saml.bundle.js", "door-saml.js", "errors-saml.js", "hand-over.js", "replay.js", "saml-callback.js",
  "saml-logout.js", "saml-modules.js", "saml.js", "spki.js", "verifier.js",
];
const OIDC_FILES = ["callback.js", "door-oidc.js", "index.js", "keys.js", "popup.js", "provider.js", "renewal.js"];
const WASM = { oidc: ["wasm/gatepass.js", "wasm/inline.js"], saml: ["wasm/saml-inline.js", "wasm/saml.js"], both: ["wasm/both-inline.js", "wasm/both.js"] };

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

const wasm = (files) => files.filter((file) => file.startsWith("wasm/"));
const among = (files, list) => files.filter((file) => list.includes(file));

const openCognito = (page) => page.evaluate(() => auth.ready().then(({ status }) => status));

/** The verifier of gatepass/saml. */
const openVerifier = (page) =>
  page.evaluate(async (idp) => {
    const { createVerifier } = await import("/gatepass/saml.js");
    const verifier = createVerifier({ idp, sp: { entityId: "urn:sp", acsUrl: "https://sp.example/acs" } });
    return (await verifier.metadata()).includes('entityID="urn:sp"');
  }, identityProvider);

/** A SAML client, by the package's front or by gatepass/saml; and a Cognito client that was made before it is ready. */
const openSaml = (page, from, cognito) =>
  page.evaluate(async ([idp, from, cognito]) => {
    const { createGatepass } = await import(`/gatepass/${from}`);
    const saml = { idp, sp: { entityId: "urn:sp", acsUrl: `${location.origin}/saml/acs` } };
    const both = [createGatepass({ saml, name: "saml" }), cognito && createGatepass({ cognito, name: "cognito" })];
    return Promise.all(both.filter(Boolean).map((client) => client.ready().then(({ status }) => status)));
  }, [identityProvider, from, cognito]);

test("Cognito alone: nothing of SAML", async (t) => {
  const { page, asked } = await open(t);
  assert.equal(await openCognito(page), "signedOut");
  const files = asked();
  assert.deepEqual(wasm(files), WASM.oidc);
  assert.deepEqual(among(files, SAML_FILES), []);
  assert.deepEqual(among(files, OIDC_FILES), OIDC_FILES);
});

test("SAML alone, by gatepass/saml: nothing of Cognito", async (t) => {
  const { page, asked } = await open(t, "/config.js");
  assert.deepEqual(await openSaml(page, "saml.js"), ["signedOut"]);
  const files = asked();
  assert.deepEqual(wasm(files), WASM.saml);
  assert.deepEqual(among(files, OIDC_FILES), []);
  const apart = ["acs.js", "door-saml.bundle.js"]; // the worker comes from the site's top, the bundle is the front's
  assert.deepEqual(among(files, SAML_FILES), SAML_FILES.filter((file) => !apart.includes(file)));
});

test("SAML alone, by the front: one more file, and not Cognito's module", async (t) => {
  const { page, asked } = await open(t, "/config.js");
  assert.deepEqual(await openSaml(page, "index.js"), ["signedOut"]);
  const files = asked();
  assert.deepEqual(wasm(files), WASM.saml);
  assert.deepEqual(among(files, SAML_FILES), ["door-saml.bundle.js"]);
});

test("SAML alone, by the front, nothing asked of it yet: its door is on its way, its module is not", async (t) => {
  const { page, asked } = await open(t, "/config.js");
  await page.evaluate(async (idp) => {
    const { createGatepass } = await import("/gatepass/index.js");
    createGatepass({ saml: { idp, sp: { entityId: "urn:sp", acsUrl: `${location.origin}/saml/acs` } } });
    await import("/gatepass/door-saml.bundle.js");
  }, identityProvider);
  const files = asked();
  assert.deepEqual(wasm(files), []);
  assert.deepEqual(among(files, SAML_FILES), ["door-saml.bundle.js"]);
});

test("the verifier alone: nothing of Cognito", async (t) => {
  const { page, asked } = await open(t, "/config.js");
  assert.equal(await openVerifier(page), true);
  const files = asked();
  assert.deepEqual(wasm(files), WASM.saml);
  assert.deepEqual(among(files, OIDC_FILES), []);
});

for (const from of ["index.js", "saml.js"]) {
  test(`both clients, known before anything is loaded, SAML's by ${from}: one module`, async (t) => {
    const { page, asked } = await open(t);
    asked();
    assert.deepEqual(await openSaml(page, from), ["signedOut"]);
    assert.equal(await openCognito(page), "signedOut");
    assert.deepEqual(wasm(asked()), WASM.both);
  });
}

test("both clients by the front, made together: one module", async (t) => {
  const { page, asked } = await open(t, "/config.js");
  assert.deepEqual(await openSaml(page, "index.js", config.cognito), ["signedOut", "signedOut"]);
  assert.deepEqual(wasm(asked()), WASM.both);
});

test("a Cognito client and a verifier, known before anything is loaded: one module", async (t) => {
  const { page, asked } = await open(t);
  asked();
  assert.equal(await openVerifier(page), true);
  assert.equal(await openCognito(page), "signedOut");
  assert.equal(await openVerifier(page), true);
  assert.deepEqual(wasm(asked()), WASM.both);
});

for (const [what, openOther] of [["a client", (page) => openSaml(page, "index.js").then(([status]) => status === "signedOut")], ["a verifier", openVerifier]]) {
  test(`${what} of SAML's after Cognito's: each its own, and both work`, async (t) => {
    const { page, asked } = await open(t);
    assert.equal(await openCognito(page), "signedOut");
    assert.deepEqual(wasm(asked()), WASM.oidc);
    assert.equal(await openOther(page), true);
    assert.deepEqual(wasm(asked()), WASM.saml);
    assert.equal(await openCognito(page), "signedOut");
  });
}

test("what a door cannot do it says, by the method's own name", async (t) => {
  const { page } = await open(t);
  const refusals = await page.evaluate(async ([idp, cognito]) => {
    const { createGatepass } = await import("/gatepass/index.js");
    const saml = { idp, sp: { entityId: "urn:sp", acsUrl: `${location.origin}/saml/acs` } };
    const of = async (client, methods) => {
      const refused = ({ code, details: { option, rule } }) => [option, code, rule];
      return Promise.all(methods.map((method) => client[method]().then(() => "done", refused)));
    };
    return [
      ...(await of(createGatepass({ saml, name: "saml" }), ["signInWithPopup", "getUserInfo"])),
      ...(await of(createGatepass({ cognito, name: "cognito" }), ["samlResponse", "spMetadata"])),
    ];
  }, [identityProvider, config.cognito]);
  const methods = ["signInWithPopup", "getUserInfo", "samlResponse", "spMetadata"];
  assert.deepEqual(refusals, methods.map((method) => [method, "request_invalid", "unsupported"]));
});

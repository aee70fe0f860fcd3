// In each engine: every message of tests/fixtures/saml gets the verdict that it gets natively, from the
// package as it is shipped, with that engine's WebCrypto; and one genuine message for each algorithm.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { serve } from "../../www/serve.mjs";
import { freePort, until } from "../e2e/world.mjs";
import { engines } from "./engines.mjs";
import { ALGORITHMS, WORLD, signedResponse } from "./saml-messages.mjs";

const path = (url) => fileURLToPath(new URL(url, import.meta.url));
const port = await freePort();
const config = { cognito: { userPoolId: "eu-central-1_a", clientId: "b", domain: "c" } };
const site = await serve({ port, siteDir: path("../e2e/site/"), pkgDir: path("../../pkg/"), config });
after(() => site.stop());

// The native table is the one list of verdicts.
const native = readFileSync(path("../native/saml/own.rs"), "utf8").split("const TABLE")[1].split("];")[0];
const rows = [...native.matchAll(/^ {4}\("(.+)", (?:RSA|"(.+)"), "(.+)"\),$/gm)].map(([, file, key = "idp-rsa2048", verdict]) => ({ file, key, verdict }));
const fixtures = path("../fixtures/saml/");
const files = readdirSync(fixtures, { recursive: true }).filter((file) => /^(accepted|rejected).*\.xml$/.test(file));
assert.deepEqual(rows.map(({ file }) => file).sort(), files.sort());

const questions = [
  ...rows.map(({ file, key, verdict }) => ({
    name: file,
    response: readFileSync(fixtures + file).toString("base64"),
    certificate: readFileSync(`${fixtures}keys/${key}.crt.pem`, "utf8"),
    expected: verdict === "ok" ? WORLD.person : verdict,
  })),
  ...ALGORITHMS.map((algorithm) => ({ name: algorithm.name, ...signedResponse(algorithm), expected: WORLD.person })),
  ...ALGORITHMS.map((algorithm) => {
    const { certificate } = signedResponse(algorithm);
    const { response } = signedResponse({ ...algorithm, pair: algorithm.makePair() });
    return { name: `${algorithm.name}, another key`, response, certificate, expected: "signature_invalid/signature" };
  }),
];

/** Judged in the page: who it is, or `code/rule`. */
async function judge(questions, world) {
  const { createVerifier, isGatepassError } = await import("/gatepass/saml.js");
  const verdicts = [];
  for (const { response, certificate } of questions) {
    const verifier = createVerifier({
      idp: { entityId: world.issuer, singleSignOn: "https://idp.example.com/sso", certificates: [certificate] },
      sp: { entityId: world.entityId, acsUrl: world.acsUrl },
    });
    const options = { inResponseTo: world.inResponseTo, now: new Date(world.now) };
    const verdict = await verifier.verify(response, options).then(
      ({ user }) => user.id,
      (e) => (isGatepassError(e) ? [e.code, e.details.rule].filter(Boolean).join("/") : String(e)),
    );
    verdicts.push(verdict);
  }
  return verdicts;
}

for (const engine of engines) {
  const options = { skip: process.env.CI || !engine.missing ? false : engine.missing };

  test(`${engine.name}: every message gets its verdict, every algorithm is verified`, options, async (t) => {
    if (engine.missing) assert.fail(engine.missing);
    const { page, end } = await engine.start();
    t.after(end);
    await page.goto(`http://localhost:${port}/`);
    await until(() => page.evaluate("window.auth?.snapshot.status === 'signedOut'"));
    const seen = {};
    const expected = {};
    for (let i = 0; i < questions.length; i += 8) {
      const some = questions.slice(i, i + 8);
      const verdicts = await page.evaluate(judge, some, WORLD);
      some.forEach(({ name, expected: verdict }, at) => {
        seen[name] = verdicts[at];
        expected[name] = verdict;
      });
    }
    assert.deepEqual(seen, expected);
    t.diagnostic(`${rows.length} messages, ${ALGORITHMS.length} algorithms`);
  });
}

// Signed requests: SimpleSAMLphp takes no others, the key is on the app's back end, and the page asks it for
// each signature by `saml.sp.sign`.

import assert from "node:assert/strict";
import { sign } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { after, test } from "node:test";
import { makeIdentity } from "../providers/certificate.mjs";
import { simpleSamlPhp } from "./saml-logins.mjs";
import { loaded, startSamlWorld } from "./saml-world.mjs";
import { lines, requests, requestsBeside } from "./wire.mjs";
import { ready, rejection, stored, verdict } from "./world.mjs";

const { privateKey, certificate } = makeIdentity();

/** The app's back end: it signs what its own page sends. */
async function api(request, response) {
  response.end(sign("sha256", await buffer(request), privateKey));
}

const world = await startSamlWorld({
  startIdp: simpleSamlPhp,
  idpOptions: { validate: true },
  sp: { sign: true, certificate },
  api,
});
after(world.stop);
const { origin, idp } = world;

// What the app's function may do instead of answering with bytes. It runs in the page.
const NO_SIGNATURE = [
  ["rejects", () => Promise.reject(new Error("the back end is down, and says: secret"))],
  ["throws", () => { throw new TypeError("secret"); }],
  ["answers nothing", () => undefined],
  ["answers no bytes", () => new Uint8Array()],
  ["answers base64", () => "c2VjcmV0"],
  ["answers a number", () => 256],
  ["answers JSON", () => ({ signature: "c2VjcmV0" })],
];

for (const binding of ["redirect", "post"]) {
  const harness = { saml: { binding } };

  test(`signed, by ${binding}: it lets in, and the page never sees the key`, async (t) => {
    const page = await world.open(t, "/start", { harness });
    const bodies = [];
    page.on("response", (response) => world.atSite(new URL(response.url())) && bodies.push(response.text().catch(() => "")));
    await page.reload();
    await loaded(page);
    const mark = world.site.requests.length;
    await world.begin(page);
    await world.logIn(page);
    assert.equal((await ready(page)).user.email, idp.email);

    assert.deepEqual(world.site.requests.slice(mark).filter(({ method }) => method === "POST").map(({ path }) => path), ["/api/sign"]);
    const [asked] = requestsBeside(page.wire, origin);
    if (binding === "redirect") {
      const names = [...new URL(asked.url).searchParams.keys()];
      assert.deepEqual(names, ["SAMLRequest", "RelayState", "SigAlg", "Signature"]);
    } else {
      const xml = Buffer.from(new URLSearchParams(asked.body).get("SAMLRequest"), "base64").toString();
      assert.match(xml, /<ds:SignatureValue>/);
      assert.ok(xml.includes(certificate.split("\n")[1]));
    }
    const texts = (await Promise.all(bodies)).join("\n");
    assert.ok(texts.includes("createGatepass") && texts.includes(certificate.split("\n")[1]), "bodies are seen at all");
    for (const secret of ["PRIVATE KEY", privateKey.split("\n")[1]]) assert.ok(!texts.includes(secret));
  });

  test(`unsigned, by ${binding}: it shows its own error page`, async (t) => {
    const page = await world.open(t, "/start", { harness: { saml: { binding, sp: { sign: false } } } });
    await page.evaluate(() => void auth.signIn());
    await page.waitForURL((url) => url.origin === idp.origin);
    await page.waitForLoadState();
    assert.match(await page.evaluate(() => document.body.innerText), /no signature found on message/);
  });

  test(`changed after it was signed, by ${binding}: it shows its own error page`, async (t) => {
    const page = await world.open(t, "/start", { harness });
    await page.evaluate(() => {
      const { sign } = config.saml.sp;
      config.saml.sp.sign = async (octets) => sign(octets.map((octet, at) => (at === octets.length - 1 ? octet ^ 1 : octet)));
      auth.signIn();
    });
    await page.waitForURL((url) => url.origin === idp.origin);
    await page.waitForLoadState();
    assert.match(await page.evaluate(() => document.body.innerText), /Unable to validate Sig/i);
    assert.ok(!idp.isLogin(new URL(page.url())));
  });

  test(`sp.sign that gives no signature, by ${binding}: request_invalid, and the page stays`, async (t) => {
    const page = await world.open(t, "/start", { harness });
    const mark = page.wire.length;
    for (const [name, answer] of NO_SIGNATURE) {
      await page.evaluate(`config.saml.sp.sign = ${answer}`);
      const error = await rejection(page, () => auth.signIn());
      assert.deepEqual([...verdict(error), error.details.option], ["request_invalid", "failed", "saml.sp.sign"], name);
      assert.ok(!error.message.includes("secret"), name);
    }
    assert.equal(page.url(), `${origin}/start`);
    assert.deepEqual(lines(requests(page.wire.slice(mark))), []);
  });
}

test("the app's own error is the cause", async (t) => {
  const page = await world.open(t, "/start");
  const cause = await page.evaluate(() => {
    config.saml.sp.sign = () => Promise.reject(new RangeError("mine"));
    return auth.signIn().catch((error) => `${error.cause}`);
  });
  assert.equal(cause, "RangeError: mine");
});

test("it signs with any view of bytes", async (t) => {
  const page = await world.open(t, "/start");
  await page.evaluate(() => {
    const { sign } = config.saml.sp;
    config.saml.sp.sign = async (octets) => {
      const signature = new Uint8Array(await sign(octets));
      const buffer = new Uint8Array([1, 2, 3, ...signature, 4]).buffer;
      return new DataView(buffer, 3, signature.length);
    };
  });
  await world.begin(page);
  assert.ok(idp.isLogin(new URL(page.url())));
});

// Where a private key may stand by mistake.
for (const [option, saml] of [
  ["saml.sp.certificate", { sp: { certificate: privateKey } }],
  ["saml.sp.privateKey", { sp: { privateKey } }],
  ["saml.idp.certificates", { idp: { ...world.byHand, certificates: [privateKey] } }],
]) {
  test(`a private key in the configuration, ${option}: refused, and not repeated`, async (t) => {
    const page = await world.open(t, "/start", { harness: { saml } });
    const { status, error } = await ready(page);
    assert.equal(status, "signedOut");
    assert.deepEqual([...verdict(error), error.details.option], ["config_invalid", "private_key", option]);
    assert.ok(!JSON.stringify(error).includes(privateKey.split("\n")[1]));
    assert.deepEqual(verdict(await rejection(page, () => auth.signIn())), ["config_invalid", "private_key"]);
    assert.deepEqual((await stored(page)).map(([, key]) => key), []);
  });
}

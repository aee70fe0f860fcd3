// Single logout with SimpleSAMLphp: ours goes out signed and comes back, its own ends the session in every tab
// and is answered; what is forged ends nothing.

import assert from "node:assert/strict";
import { sign } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { after, test } from "node:test";
import { deflateRawSync } from "node:zlib";
import { makeIdentity } from "../providers/certificate.mjs";
import { simpleSamlPhp } from "./saml-logins.mjs";
import { loaded, startSamlWorld, xmlOfQuery } from "./saml-world.mjs";
import { lines, requests, requestsTo } from "./wire.mjs";
import { ready, stored, verdict } from "./world.mjs";

const { privateKey, certificate } = makeIdentity();
const world = await startSamlWorld({
  startIdp: simpleSamlPhp,
  sp: (origin) => ({ sign: true, certificate, sloUrl: `${origin}/saml/slo` }),
  saml: async (idp) => ({ idp: { metadata: await idp.metadata() } }),
  api: async (request, response) => response.end(sign("sha256", await buffer(request), privateKey)),
});
after(world.stop);
const { origin, idp, sp } = world;

const SLO = `${idp.origin}/saml2/idp/SingleLogoutService.php`;
const SIGNED_OUT = ["gatepass:default:signed-out", "gatepass:replay:", "gatepass:vault-key"];
const left = async (page) => (await stored(page)).map(([, key]) => key.replace(/(?<=:replay:).*/, "")).sort();
const query = (url) => new URL(url).searchParams;
const attribute = (xml, name) => xml.match(new RegExp(` ${name}="([^"]*)"`))[1];

/** The address of SimpleSAMLphp's own LogoutRequest to us, signed by it; the browser has not been there. */
async function logoutRequest(page) {
  let at = `${SLO}?${new URLSearchParams({ ReturnTo: `${idp.origin}/` })}`;
  while (new URL(at).origin === idp.origin) at = (await page.context().request.get(at, { maxRedirects: 0 })).headers().location;
  assert.ok(at.startsWith(`${sp.sloUrl}?SAMLRequest=`), at);
  return at;
}

/** Opens what the identity provider, or somebody else, sends. */
async function visit(page, url) {
  await page.goto(url);
  await loaded(page);
}

for (const logoutUri of [undefined, "/bye?a=b"]) {
  test(`signOut() goes out signed and comes back to ${logoutUri ?? "/"}: signed out at both`, async (t) => {
    const page = await world.signedIn(t, "/here", { harness: { options: { logoutUri } } });
    const other = await world.open(t, "/there", { context: page.context() });
    assert.equal((await ready(other)).status, "signedIn");
    const session = await page.evaluate(() => auth.snapshot.user.claims);
    const mark = page.wire.length;
    await page.evaluate(() => void auth.signOut());
    await page.waitForURL(origin + (logoutUri ?? "/"));
    await loaded(page);

    const [asked] = requestsTo(page.wire.slice(mark), idp.origin);
    assert.deepEqual([...query(asked.url).keys()], ["SAMLRequest", "SigAlg", "Signature"]);
    const request = xmlOfQuery(query(asked.url).get("SAMLRequest"));
    assert.match(request, /^<samlp:LogoutRequest /);
    assert.ok(request.includes(`>${session.nameId.value}</saml:NameID>`));
    assert.ok(request.includes(`<samlp:SessionIndex>${session.sessionIndex}</samlp:SessionIndex>`));
    const answer = requests(page.wire.slice(mark)).find(({ url }) => url.startsWith(`${sp.sloUrl}?`));
    const response = xmlOfQuery(query(answer.url).get("SAMLResponse"));
    assert.equal(attribute(response, "InResponseTo"), attribute(request, "ID"));

    assert.deepEqual(await ready(page), { status: "signedOut", reason: "signed_out" });
    assert.equal(await other.evaluate(() => auth.snapshot.reason), "elsewhere");
    assert.deepEqual(await left(page), SIGNED_OUT);
    const cdp = await page.context().newCDPSession(page);
    const { entries } = await cdp.send("Page.getNavigationHistory");
    assert.deepEqual(entries.map(({ url }) => url).filter((url) => url.startsWith(origin) && url.includes("SAML")), []);

    // There too: it wants the password again.
    await world.begin(page);
    await world.logIn(page);
    assert.equal((await ready(page)).user.email, idp.email);
  });
}

test("sign-out here alone: nothing is sent, and the session there goes on", async (t) => {
  const page = await world.signedIn(t, "/here");
  const mark = page.wire.length;
  await page.evaluate(() => auth.signOut({ scope: "local" }));
  assert.deepEqual(lines(requests(page.wire.slice(mark))), []);
  assert.deepEqual(await left(page), SIGNED_OUT);

  await page.evaluate(() => void auth.signIn());
  await page.waitForFunction(() => window.auth?.snapshot.status === "signedIn");
});

test("the identity provider ends the session: in every tab, revoked, and it hears of it", async (t) => {
  const page = await world.signedIn(t, "/here");
  const other = await world.open(t, "/there", { context: page.context() });
  assert.equal((await ready(other)).status, "signedIn");
  const mark = page.wire.length;
  const done = `${idp.origin}/resources/default.css`; // a page of its own
  await page.goto(`${SLO}?${new URLSearchParams({ ReturnTo: done })}`).catch(() => {}); // our page leaves before it has loaded
  await page.waitForURL(done);

  const asked = requests(page.wire.slice(mark)).find(({ url }) => url.startsWith(`${sp.sloUrl}?`));
  const answer = requestsTo(page.wire.slice(mark), idp.origin).find(({ url }) => query(url).has("SAMLResponse"));
  assert.deepEqual([...query(answer.url).keys()], ["SAMLResponse", "RelayState", "SigAlg", "Signature"]);
  assert.equal(query(answer.url).get("RelayState"), query(asked.url).get("RelayState"));
  const response = xmlOfQuery(query(answer.url).get("SAMLResponse"));
  assert.equal(attribute(response, "InResponseTo"), attribute(xmlOfQuery(query(asked.url).get("SAMLRequest")), "ID"));
  assert.match(response, /status:Success"/);

  await other.waitForFunction(() => auth.snapshot.status === "signedOut");
  assert.deepEqual(await other.evaluate(() => auth.snapshot), { status: "signedOut", reason: "revoked" });
  assert.deepEqual(await left(other), SIGNED_OUT);
  await visit(page, `${origin}/later`);
  assert.deepEqual(await ready(page), { status: "signedOut", reason: "revoked" });

  // Sent once more, to nobody: answered all the same, so that the provider can go on with the others.
  const again = page.wire.length;
  await page.goto(asked.url).catch(() => {});
  await page.waitForURL((url) => url.origin === idp.origin);
  const second = requestsTo(page.wire.slice(again), idp.origin).find(({ url }) => query(url).has("SAMLResponse"));
  assert.equal(attribute(xmlOfQuery(query(second.url).get("SAMLResponse")), "InResponseTo"), attribute(response, "InResponseTo"));
  await visit(page, `${origin}/later`);
  assert.deepEqual(await ready(page), { status: "signedOut", reason: "revoked" });
});

const encode = (xml) => deflateRawSync(xml).toString("base64");
/** The address with some parameters replaced, or taken out. */
const altered = (url, changes) => {
  const address = new URL(url);
  for (const [name, value] of Object.entries(changes)) value === undefined ? address.searchParams.delete(name) : address.searchParams.set(name, value);
  return address.href;
};
const rewritten = (url, from, to) => {
  const xml = xmlOfQuery(query(url).get("SAMLRequest"));
  const other = xml.replace(from, to);
  assert.notEqual(other, xml);
  return altered(url, { SAMLRequest: encode(other) });
};
const unsigned = (url) => altered(url, { SigAlg: undefined, Signature: undefined });
const stranger = makeIdentity();
/** Signed in the same way, by somebody else. */
const resigned = (url) => {
  const address = new URL(altered(url, { Signature: undefined }));
  const signature = sign("sha256", Buffer.from(address.search.slice(1)), stranger.privateKey).toString("base64");
  return altered(address.href, { Signature: signature });
};

// What is done to a genuine LogoutRequest for this very session: name, change, verdict.
const FORGED = [
  ["unsigned", unsigned, ["signature_invalid", "unsigned"]],
  ["without its signature's algorithm", (url) => altered(url, { SigAlg: undefined }), ["signature_invalid", "unsigned"]],
  ["signed by somebody else", resigned, ["signature_invalid", "signature"]],
  ["with SHA-1", (url) => altered(url, { SigAlg: "http://www.w3.org/2000/09/xmldsig#rsa-sha1" }), ["signature_invalid", "signature_method"]],
  ["with another RelayState", (url) => altered(url, { RelayState: "x" }), ["signature_invalid", "signature"]],
  ["at another time", (url) => rewritten(url, / IssueInstant="\d{4}/, ' IssueInstant="2020'), ["signature_invalid", "signature"]],
  ["for somebody else", (url) => rewritten(url, "alice@example.com<", "bob@example.com<"), ["message_invalid", "name_id"]],
  ["of another session", (url) => rewritten(url, /SessionIndex>_../, "SessionIndex>_zz"), ["message_invalid", "session_index"]],
  ["from another issuer", (url) => rewritten(url, "/idp</saml:Issuer>", "/other</saml:Issuer>"), ["message_invalid", "issuer"]],
  ["for another address", (url) => rewritten(url, "/saml/slo", "/saml/other"), ["message_invalid", "destination"]],
  ["long ago", (url) => rewritten(url, / NotOnOrAfter="\d{4}/, ' NotOnOrAfter="2020'), ["message_invalid", "not_on_or_after"]],
  ["twice in one address", (url) => `${url}&SAMLRequest=x`, ["message_invalid", "repeated"]],
  ["not base64", (url) => altered(url, { SAMLRequest: "***" }), ["message_invalid", "base64"]],
  ["not deflated", (url) => altered(url, { SAMLRequest: Buffer.of(255, 255, 255).toString("base64") }), ["message_invalid", "deflate"]],
  // Cut off: whoever reads it to the end finds it damaged.
  ["that inflates to 4 MB", (url) => altered(url, { SAMLRequest: deflateRawSync(Buffer.alloc(4_000_000)).subarray(0, -20).toString("base64") }), ["message_invalid", "too_large"]],
  ["as the answer to nothing", (url) => unsigned(url).replace("SAMLRequest", "SAMLResponse").replace(/=[^&]+/, `=${encodeURIComponent(encode(logoutResponse))}`), ["message_invalid", "in_response_to"]],
];
const logoutResponse =
  `<samlp:LogoutResponse xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_1" Version="2.0"` +
  ` IssueInstant="2026-01-01T00:00:00Z" InResponseTo="_2"><saml:Issuer>${idp.entityId}</saml:Issuer><samlp:Status><samlp:StatusCode` +
  ` Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status></samlp:LogoutResponse>`;

test("a LogoutRequest that is forged ends nothing; the genuine one does", async (t) => {
  const page = await world.signedIn(t, "/here");
  const { status, user, expiresAt } = await ready(page);
  const genuine = await logoutRequest(page);
  for (const [name, forge, expected] of FORGED) {
    const mark = page.wire.length;
    await visit(page, forge(genuine));
    const { error, ...snapshot } = await ready(page);
    assert.deepEqual(verdict(error), expected, name);
    assert.deepEqual([snapshot.status, snapshot.user, snapshot.expiresAt], [status, user, expiresAt], name);
    assert.ok(!/alice|bob/.test(JSON.stringify(error)), name);
    assert.equal(page.url(), sp.sloUrl, name);
    assert.deepEqual(lines(requestsTo(page.wire.slice(mark), idp.origin)), [], name);
  }

  await page.goto(genuine).catch(() => {});
  await page.waitForURL(({ origin }) => origin === idp.origin);
  await visit(page, `${origin}/later`);
  assert.deepEqual(await ready(page), { status: "signedOut", reason: "revoked" });
});

test("what stands in the fragment is no logout message", async (t) => {
  const page = await world.signedIn(t, "/here");
  const before = await ready(page);
  await visit(page, `${sp.sloUrl}#&SAMLRequest=x`);
  assert.deepEqual(await ready(page), before);
});

test("the genuine LogoutRequest of another browser's session ends nothing here", async (t) => {
  const mine = await world.signedIn(t, "/here");
  const theirs = await world.signedIn(t, "/here");
  await visit(mine, await logoutRequest(theirs));
  const { status, error } = await ready(mine);
  assert.deepEqual([status, ...verdict(error)], ["signedIn", "message_invalid", "session_index"]);
});

// Where nobody signs, a LogoutRequest cannot go out.
for (const [name, signOut, expected] of [
  ["the identity provider's own page for it", `${idp.origin}/logout.php?from=here`, `${idp.origin}/logout.php?from=here`],
  ["no page for it either: the page stays", undefined, `${origin}/here`],
]) {
  test(`without sign, ${name}`, async (t) => {
    const metadata = await idp.metadata();
    const harness = { saml: { sp: { sign: false }, idp: { metadata, ...(signOut && { signOut }) } } };
    const page = await world.signedIn(t, "/here", { harness });
    const other = await world.open(t, "/there", { context: page.context(), harness });
    assert.equal((await ready(other)).status, "signedIn");
    const mark = page.wire.length;
    await page.evaluate(() => void auth.signOut().then(() => (window.signedOut = true)));
    await (signOut ? page.waitForURL(signOut) : page.waitForFunction(() => window.signedOut));

    assert.equal(page.url(), expected);
    const left = requests(page.wire.slice(mark)).filter(({ type }) => type === "Document").map(({ url }) => url);
    assert.deepEqual(left, signOut ? [signOut] : []);
    await other.waitForFunction(() => auth.snapshot.status === "signedOut");
    assert.equal(await other.evaluate(() => auth.snapshot.reason), "elsewhere");
  });
}

test("the back end that signs is down: signed out here, reported, and nothing is sent", async (t) => {
  const page = await world.signedIn(t, "/here");
  const mark = page.wire.length;
  await page.evaluate(() => {
    config.saml.sp.sign = () => Promise.reject(new Error("down"));
    return auth.signOut();
  });
  assert.deepEqual(await page.evaluate(() => [auth.snapshot.status, auth.snapshot.reason]), ["signedOut", "signed_out"]);
  assert.deepEqual(await page.evaluate(() => log), [{ event: "logout_failed", detail: "failed" }]);
  assert.deepEqual(lines(requests(page.wire.slice(mark))), []);
});

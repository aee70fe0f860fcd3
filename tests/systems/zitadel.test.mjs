// ZITADEL signs people in: directly by SAML, behind IAM Identity Center, and by OpenID Connect. The browser really visits the
// instance's host name, found on this machine; zitadel.mjs says who plays it.
//
// What SimpleSAMLphp and oidc-provider do not do is made here: times with fractions, NotBefore of this very moment, and the
// responses by which ZITADEL says no.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createVerifier } from "../../pkg/saml.js";
import { ALGORITHMS, signedResponse } from "../engines/saml-messages.mjs";
import { startSamlWorld, xmlOf, xmlOfQuery } from "../e2e/saml-world.mjs";
import { lines, requests, requestsTo } from "../e2e/wire.mjs";
import { oidcProvider, ready, startWorld, verdict } from "../e2e/world.mjs";
import { ALICE as ALICE_AT_AWS } from "./identity-center.mjs";
import { ENTITY_ID, HOST, ISSUER as AWS, PORTAL, servedMetadata, SSO } from "./metadata.mjs";
import { picture } from "./picture.mjs";
import { ALICE, failure, ROBOT, zitadel, zitadelApplication } from "./zitadel.mjs";

const siteDir = fileURLToPath(new URL("site/", import.meta.url));
const world = await startSamlWorld({
  startIdp: zitadel,
  idpOptions: ({ entityId }) => ({ others: [{ entityId: `${entityId}/older`, settings: zitadelApplication({ response: false }) }] }),
  siteDir,
  demo: { app: "Cloud Costs", system: "ZITADEL" },
});
const { origin, sp, idp } = world;
after(world.stop);

const MINUTE = 60_000;
const EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
const HUMAN = {
  id: "alice@org.zitadel.example",
  issuer: ENTITY_ID,
  name: "Alice Example",
  email: "alice@example.com",
  groups: ["engineers", "admins"],
  roles: [],
  attributes: ALICE.attributes,
};
const MACHINE = { id: "robot@org.zitadel.example", issuer: ENTITY_ID, groups: [], roles: [], attributes: ROBOT.attributes };

const seen = async (page) => {
  const { status, error } = await ready(page);
  return [status, ...(error ? verdict(error) : [])];
};
const byPath = (page, host) => requests(page.wire).filter(({ url, type }) => type === "Document" && new URL(url).host === host);

for (const binding of ["redirect", "post"]) {
  test(`a person, asked by ${binding}: the e-mail address is the attribute's, not the login name`, async (t) => {
    const page = await world.signedIn(t, "/costs", { harness: { saml: { binding, idp: { metadata: idp.metadata } } } });
    const { user: { claims, ...user }, via } = await ready(page);
    assert.deepEqual([user, via], [HUMAN, "saml"]);
    assert.deepEqual([claims.nameId.value, claims.nameId.format], [HUMAN.id, EMAIL], "ZITADEL calls a login name so");
    assert.equal(claims.signed, "response");
    assert.equal(byPath(page, HOST)[0].url.split("?")[0], SSO);
  });
}

test("a machine user: no e-mail address, though the NameID looks like one", async (t) => {
  const page = await world.open(t, "/");
  await world.begin(page);
  await world.logIn(page, ROBOT);
  const { user: { claims, ...user }, status } = await ready(page);
  assert.deepEqual([status, user, claims.nameId.format], ["signedIn", MACHINE, EMAIL]);
});

test("a release of before October 2025, which signs the assertion alone: signed in", async (t) => {
  const page = await world.signedIn(t, "/", { harness: { saml: { sp: { entityId: `${sp.entityId}/older` } } } });
  const { user: { claims, ...user } } = await ready(page);
  assert.deepEqual([user, claims.signed], [HUMAN, "assertion"]);
});

test("metadata that were good for five minutes, an hour later: noted, and signed in", async (t) => {
  const stale = { metadata: servedMetadata(idp.certificate, Date.now() - 60 * MINUTE) };
  const page = await world.signedIn(t, "/", { harness: { saml: { idp: stale } } });
  assert.equal((await ready(page)).user.email, "alice@example.com");
  assert.deepEqual(await page.evaluate(() => log.map(({ event, detail }) => [event, detail])), [["idp_expired", "metadata"]]);
});

test("signed out here: ZITADEL's own session stays, and the next sign-in is silent", async (t) => {
  const page = await world.signedIn(t, "/");
  await page.evaluate(() => auth.signOut());
  assert.deepEqual(await page.evaluate(() => auth.snapshot), { status: "signedOut", reason: "signed_out" });
  assert.equal(page.url(), `${origin}/`);
  const mark = page.wire.length;
  await page.evaluate(() => void auth.signIn());
  await page.waitForFunction(() => window.auth?.snapshot.status === "signedIn");
  const pages = byPath({ wire: page.wire.slice(mark) }, HOST).map(({ url }) => new URL(url));
  assert.ok(pages.length > 0 && !pages.some(idp.isLogin));
});

// What nobody here can be made to say.
const algorithm = ALGORITHMS.find(({ name }) => name === "RSA with SHA-256");
const certificate = signedResponse(algorithm).certificate;
const CRAFTED = { harness: { saml: { idp: { ...world.byHand, certificates: [certificate] } } } };

/** A sign-in that the page began, answered by `respond({ inResponseTo })`. */
async function answered(t, respond) {
  const page = await world.open(t, "/", CRAFTED);
  await world.begin(page);
  const sent = new URL(byPath(page, HOST)[0].url).searchParams;
  const inResponseTo = xmlOfQuery(sent.get("SAMLRequest")).match(/ ID="([^"]+)"/)[1];
  await world.post(page, { SAMLResponse: respond({ inResponseTo }), RelayState: sent.get("RelayState") });
  return page;
}

/** Go writes times without the zeros at the end of a fraction. */
const fraction = (digits) => (at) => `${new Date(at).toISOString().slice(0, 19)}${digits && `.${digits}`}Z`;
const attribute = ([name, values]) =>
  `<saml:Attribute Name="${name}" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:basic">` +
  `${values.map((value) => `<saml:AttributeValue>${value}</saml:AttributeValue>`).join("")}</saml:Attribute>`;
const attributeStatement = `<saml:AttributeStatement>${Object.entries(ALICE.attributes).map(attribute).join("")}</saml:AttributeStatement>`;
const MINE = { issuer: ENTITY_ID, ...sp, person: HUMAN.id, nameIdFormat: EMAIL, attributeStatement };

const times = (now, digits = "") => ({ now, begins: now, ends: now + 5 * MINUTE, time: fraction(digits) });

test("NotBefore of this very moment, and no SessionNotOnOrAfter: the session has the assertion's five minutes", async (t) => {
  const now = Date.now();
  const page = await answered(t, (asked) => signedResponse(algorithm, { ...MINE, ...times(now, "123456"), ...asked }).response);
  const { user: { claims, ...user }, expiresAt } = await ready(page);
  assert.deepEqual(user, HUMAN);
  assert.equal(expiresAt, Math.floor((now + 5 * MINUTE) / 1000) * 1000);
  await picture(page, "zitadel-signed-in");
});

test("times have as many digits of a second as there are, none to six", async () => {
  const verifier = createVerifier({ ...CRAFTED.harness.saml, sp });
  for (const digits of ["", "1", "12", "123", "1234", "12345", "123456"]) {
    const now = Date.now();
    const { response } = signedResponse(algorithm, { ...MINE, ...times(now, digits), inResponseTo: "_asked" });
    assert.equal(xmlOf(response).match(/ NotBefore="[^"]+T[\d:]+(?:\.(\d+))?Z"/)[1] ?? "", digits);
    const { user, authnInstant } = await verifier.verify(response, { inResponseTo: "_asked", now: new Date(now) });
    assert.deepEqual([user.id, +authnInstant], [HUMAN.id, Math.floor(now / 1000) * 1000], digits);
  }
});

for (const [what, ahead, expected] of [
  ["half a minute", MINUTE / 2, ["signedIn"]],
  ["two minutes", 2 * MINUTE, ["signedOut", "assertion_invalid", "not_before"]],
]) {
  test(`ZITADEL's clock is ${what} ahead: ${expected.at(-1)}`, async (t) => {
    const page = await answered(t, (asked) => signedResponse(algorithm, { ...MINE, ...times(Date.now() + ahead), ...asked }).response);
    assert.deepEqual(await seen(page), expected);
  });
}

for (const [status, code, rule] of [
  ["RequestDenied", "access_denied", "RequestDenied"],
  ["AuthnFailed", "access_denied", "AuthnFailed"],
  ["Responder", "provider_refused", "status"],
  ["UnsupportedBinding", "provider_refused", "status"],
]) {
  test(`ZITADEL says ${status}: ${code}/${rule}, and its words are the provider's`, async (t) => {
    const page = await answered(t, (asked) => failure({ status, message: "failed to get attributes", acsUrl: sp.acsUrl, ...asked }));
    const { status: now, error } = await ready(page);
    assert.deepEqual([now, ...verdict(error)], ["signedOut", code, rule]);
    assert.deepEqual(error.details.provider, { error: `urn:oasis:names:tc:SAML:2.0:status:${status}`, description: "failed to get attributes" });
    assert.ok(!error.message.includes("attributes"));
    if (status === "RequestDenied") await picture(page, "zitadel-refused");
  });
}

const BEHIND = { harness: { saml: { idp: { metadata: idp.identityCenter.metadata } } } };

test("behind IAM Identity Center: the page sees Identity Center's response, about the user of its directory", async (t) => {
  const page = await world.signedIn(t, "/costs", BEHIND);
  const { user: { claims, ...user } } = await ready(page);
  const { mail: [email], ...attributes } = ALICE_AT_AWS.attributes;
  assert.deepEqual(user, { id: email, issuer: AWS, name: "Alice Example", email, groups: [], roles: [], attributes });
  assert.equal(page.url(), `${origin}/costs`);
  const hosts = requests(page.wire).filter(({ type }) => type === "Document").map(({ url }) => new URL(url).host);
  const walk = hosts.filter((host, i) => host !== hosts[i - 1]);
  const here = new URL(origin).host;
  assert.deepEqual(walk, [here, PORTAL, HOST, PORTAL, here]);
  const response = xmlOf(await page.evaluate(() => auth.samlResponse()));
  assert.ok(response.includes(AWS) && !response.includes(HUMAN.id));
});

test("behind IAM Identity Center, a user whom its directory does not have: nothing comes back, and the page may ask again", async (t) => {
  const page = await world.open(t, "/", BEHIND);
  await world.begin(page);
  await idp.press(page, ROBOT);
  await page.waitForURL((url) => url.host === PORTAL);
  await page.waitForLoadState();
  await world.visit(page, origin);
  assert.deepEqual(await seen(page), ["signedOut"]);
  assert.deepEqual(world.posts(), []);
  await world.begin(await world.open(t, "/", BEHIND));
});

const ROLES = "urn:zitadel:iam:org:project:roles";
const roles = { admin: { "290000000000000009": "org.zitadel.example" } };
const scopes = ["openid", "email", "profile", "urn:zitadel:iam:org:project:id:zitadel:aud", "urn:zitadel:iam:org:project:role:admin"];

// Two boxes in the application's token settings, "User Info inside ID Token" and "User roles inside ID Token".
for (const [what, userInfoInIdToken] of [["with", true], ["without", false]]) {
  test(`by OpenID Connect, ${what} user info and roles inside the ID token`, async (t) => {
    const oidc = await startWorld({
      startProvider: oidcProvider,
      providerOptions: {
        routes: {
          authorization: "/oauth/v2/authorize",
          token: "/oauth/v2/token",
          revocation: "/oauth/v2/revoke",
          userinfo: "/oidc/v1/userinfo",
          end_session: "/oidc/v1/end_session",
          jwks: "/oauth/v2/keys",
        },
        claims: { [scopes[3]]: {}, [scopes[4]]: { [ROLES]: roles } },
        userInfoInIdToken,
        opaque: true,
      },
      config: ({ issuer, clientId }) => ({ oidc: { issuer, clientId }, scopes, storage: "session" }),
      siteDir,
    });
    t.after(oidc.stop);
    const page = await oidc.signedIn(t, "/costs");
    const { user, via } = await ready(page);
    assert.deepEqual([via, user.id, user.issuer, user.roles], ["oidc", "ada", oidc.provider.issuer, []]);
    const inToken = userInfoInIdToken ? ["ada@example.com", "Oidc Person", roles] : [undefined, undefined, undefined];
    assert.deepEqual([user.email, user.name, user.claims[ROLES]], inToken);
    const info = await page.evaluate(() => auth.getUserInfo());
    assert.deepEqual([info.email, info.name, info[ROLES]], ["ada@example.com", "Oidc Person", roles], "the provider says it when asked");
    const asked = requestsTo(page.wire, oidc.provider.origin);
    assert.deepEqual(lines(asked).slice(0, 2), ["GET /.well-known/openid-configuration", "GET /oauth/v2/authorize"]);
    assert.equal(new URL(asked[1].url).searchParams.get("scope"), scopes.join(" "));
    assert.ok(["POST /oauth/v2/token", "GET /oauth/v2/keys", "GET /oidc/v1/userinfo"].every((line) => lines(asked).includes(line)));
  });
}

// IAM Identity Center signs people in to a front-end of nOps' shape: a page that is the service provider, an ACS with a
// query, entity ID …/metadata, roles from the page's own defaults. The browser really visits portal.sso.<region>.amazonaws.com,
// found on this machine; the configuration is the downloaded file, or the four fields that nOps' form has.
//
// SimpleSAMLphp plays it. What it cannot say is made here: the empty attribute statement, a session's end in
// NotOnOrAfter alone, another Recipient.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { ALGORITHMS, signedResponse } from "../engines/saml-messages.mjs";
import { attended, loaded, startSamlWorld, xmlOf, xmlOfQuery } from "../e2e/saml-world.mjs";
import { requestsTo } from "../e2e/wire.mjs";
import { ready, verdict } from "../e2e/world.mjs";
import { application, identityCenter } from "./identity-center.mjs";
import { ISSUER, metadataFile, PORTAL, SIGN_OUT } from "./metadata.mjs";
import { picture } from "./picture.mjs";

const ACS_PATH = "/sso/v1/4711/?acs";
const PARTS = {
  response: { response: true, assertion: false },
  assertion: { response: false, assertion: true },
};

const world = await startSamlWorld({
  startIdp: identityCenter,
  // One application for each way to sign: the service provider's name tells them apart.
  idpOptions: ({ entityId }) => ({
    others: Object.entries(PARTS).map(([part, signed]) => ({ entityId: `${entityId}/${part}`, settings: application(signed) })),
  }),
  acsPath: ACS_PATH,
  sp: (origin) => ({ entityId: `${origin}/sso/v1/4711/metadata` }),
  config: { defaultRoles: ["viewer"] },
  siteDir: fileURLToPath(new URL("site/", import.meta.url)),
  demo: { app: "Cloud Costs", system: "IAM Identity Center" },
});
const { origin, sp, idp } = world;
after(world.stop);

const MINUTE = 60_000;
const EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
const BY_FIELDS = { entityId: ISSUER, singleSignOn: ISSUER, certificates: [idp.certificate] };
const USER = {
  id: "alice@example.com",
  issuer: ISSUER,
  name: "Alice Example",
  email: "alice@example.com",
  groups: [],
  roles: ["viewer"],
  attributes: { "User.Email": ["alice@example.com"], "User.FirstName": ["Alice"], "User.LastName": ["Example"] },
};

const seen = async (page) => {
  const { status, error } = await ready(page);
  return [status, ...(error ? verdict(error) : [])];
};

/** What was asked of Identity Center, as XML, and how. */
function asked(page) {
  const { url, method, body } = requestsTo(page.wire, `https://${PORTAL}`)[0];
  const sent = method === "POST" ? new URLSearchParams(body) : new URL(url).searchParams;
  return { method, address: url.split("?")[0], request: (method === "POST" ? xmlOf : xmlOfQuery)(sent.get("SAMLRequest")) };
}

for (const [how, own, bindings] of [
  ["the metadata file", { metadata: idp.metadata }, ["redirect", "post"]],
  ["the metadata file with an empty NameIDFormat", { metadata: metadataFile(idp.certificate, "") }, ["redirect"]],
  ["the four fields", BY_FIELDS, ["redirect"]],
]) {
  for (const binding of bindings) {
    test(`by ${how}, asked by ${binding}: signed in at ${PORTAL}`, async (t) => {
      const page = await world.signedIn(t, "/costs?month=11#total", { harness: { saml: { idp: own, binding } } });

      const { user: { claims, ...user }, via, expiresAt } = await ready(page);
      assert.deepEqual([user, via], [USER, "saml"]);
      assert.deepEqual([claims.nameId.value, claims.nameId.format], ["alice@example.com", EMAIL]);
      assert.equal(page.url(), `${origin}/costs?month=11#total`);
      const { method, address, request } = asked(page);
      assert.deepEqual([method, address], [binding === "post" ? "POST" : "GET", ISSUER]);
      assert.ok(request.includes(` Destination="${ISSUER}"`) && request.includes(` AssertionConsumerServiceURL="${sp.acsUrl}"`), request);
      const response = xmlOf(await page.evaluate(() => auth.samlResponse()));
      assert.equal(expiresAt, Date.parse(response.match(/ SessionNotOnOrAfter="([^"]+)"/)[1]), "the session duration of the console");
      assert.ok(response.includes(` Recipient="${sp.acsUrl}"`) && sp.acsUrl.endsWith("/?acs"));
      assert.deepEqual(world.posts(), [], "no server has seen the response");
      if (binding === "post") await picture(page, "identity-center-signed-in");
    });
  }
}

test("the page before: what a person presses", async (t) => {
  const page = await world.open(t, "/");
  await ready(page);
  await picture(page, "identity-center-signed-out");
  await page.evaluate(() => document.querySelector("#sign-in").click());
  await page.waitForURL(idp.isLogin);
  await world.logIn(page);
  assert.equal((await ready(page)).user.email, "alice@example.com");
  assert.match(await page.textContent("#view"), /Alice Example.*alice@example\.com.*viewer.*User\.FirstName/s);
});

// A NameIDPolicy that is not the console's format of Subject is answered there with HTTP 403, "No access".
test("the request has no NameIDPolicy, unless a format is asked for", async (t) => {
  for (const [options, policy] of [
    [{}, undefined],
    [{ nameIdFormat: EMAIL }, `<samlp:NameIDPolicy Format="${EMAIL}"`],
  ]) {
    const page = await world.open(t, "/");
    await world.begin(page, options);
    assert.equal(asked(page).request.match(/<\w*:?NameIDPolicy[^>]*?(?=\/?>| AllowCreate)/)?.[0], policy);
  }
});

for (const part of Object.keys(PARTS)) {
  test(`only the ${part} is signed: signed in`, async (t) => {
    const page = await world.signedIn(t, "/", { harness: { saml: { sp: { entityId: `${sp.entityId}/${part}` } } } });
    const { user } = await ready(page);
    assert.deepEqual([user.email, user.claims.signed], [USER.email, part]);
    const signatures = xmlOf(await page.evaluate(() => auth.samlResponse())).match(/<ds:Signature[ >]/g);
    assert.equal(signatures.length, 1);
  });
}

/** A browser that has been at the site before, and a tab of it at the access portal's tile. */
async function atTile(t, harness, relayState = "") {
  const context = await world.person(t);
  await attended(await world.open(t, "/", { context, harness }));
  const page = await world.openElsewhere(t, { context, harness });
  await page.goto(idp.tile(relayState));
  return page;
}

test("the portal's tile, not allowed: idp_initiated_refused", async (t) => {
  const page = await atTile(t, {}, "/costs");
  await world.logIn(page);
  assert.deepEqual(await seen(page), ["signedOut", "idp_initiated_refused", undefined]);
  assert.equal(page.url(), `${origin}/callback`);
  await picture(page, "identity-center-tile-refused");
});

const ALLOWED = { saml: { allowIdpInitiated: true } };

for (const [relayState, place] of [["/costs", "/costs"], ["https://evil.example/", "/"]]) {
  test(`the portal's tile, allowed, relay state ${relayState}: signed in at ${place}`, async (t) => {
    const page = await atTile(t, ALLOWED, relayState);
    await world.logIn(page);
    const { user: { claims, ...user }, status } = await ready(page);
    assert.deepEqual([status, user], ["signedIn", USER]);
    assert.equal(page.url(), origin + place);
  });
}

test("the tile's response a second time: replayed", async (t) => {
  const page = await atTile(t, ALLOWED);
  const fields = await world.logInAndHold(page);
  assert.doesNotMatch(xmlOf(fields.SAMLResponse), /InResponseTo/);
  await world.post(page, fields);
  assert.deepEqual(await seen(page), ["signedIn"]);
  await page.evaluate(() => auth.signOut({ scope: "local" }));
  await world.post(page, fields);
  assert.deepEqual(await seen(page), ["signedOut", "assertion_invalid", "replayed"]);
});

test(`the tile, "restart": a sign-in of the page's own, which nobody sees`, async (t) => {
  const page = await atTile(t, { saml: { allowIdpInitiated: "restart" } }, "/costs");
  await idp.press(page);
  await page.waitForURL(`${origin}/costs`); // the portal's session is silent
  await loaded(page);
  assert.deepEqual(await seen(page), ["signedIn"]);
  const response = xmlOf(await page.evaluate(() => auth.samlResponse()));
  assert.match(response, / InResponseTo="/);
});

test("sign-out ends here, and leaves for the sign-out URL where the page names it", async (t) => {
  const page = await world.signedIn(t, "/", { harness: { saml: { idp: { metadata: idp.metadata, signOut: SIGN_OUT } } } });
  await page.evaluate(() => void auth.signOut());
  await page.waitForURL((url) => url.host === PORTAL);
  assert.equal(requestsTo(page.wire, `https://${PORTAL}`).filter(({ url }) => url === SIGN_OUT).length, 1);
  await world.visit(page, origin);
  assert.deepEqual(await ready(page), { status: "signedOut", reason: "signed_out" });
});

// What SimpleSAMLphp does not say.
const algorithm = ALGORITHMS.find(({ name }) => name === "RSA with SHA-256");
const EMPTY = "<saml:AttributeStatement></saml:AttributeStatement>";

/** A sign-in that the page began, answered by a response of ours. */
async function answered(t, more = {}) {
  const certificate = signedResponse(algorithm).certificate;
  const page = await world.open(t, "/", { harness: { saml: { idp: { ...BY_FIELDS, certificates: [certificate] } } } });
  await world.begin(page);
  const inResponseTo = asked(page).request.match(/ ID="([^"]+)"/)[1];
  const relayState = new URL(requestsTo(page.wire, `https://${PORTAL}`)[0].url).searchParams.get("RelayState");
  const now = Date.now();
  const usual = { issuer: ISSUER, ...sp, inResponseTo, person: "alice@example.com", nameIdFormat: EMAIL, attributeStatement: EMPTY, now };
  const { response } = signedResponse(algorithm, { ...usual, ...more });
  await world.post(page, { SAMLResponse: response, RelayState: relayState });
  return page;
}

test("nothing is mapped but Subject: the empty AttributeStatement is accepted, Subject is the e-mail address", async (t) => {
  const page = await answered(t);
  const { status, user: { claims, ...user } } = await ready(page);
  assert.equal(status, "signedIn");
  assert.deepEqual(user, { id: "alice@example.com", issuer: ISSUER, email: "alice@example.com", groups: [], roles: ["viewer"], attributes: {} });
  assert.ok(xmlOf(await page.evaluate(() => auth.samlResponse())).includes(EMPTY));
});

for (const [what, bounds, left] of [
  ["SessionNotOnOrAfter", { sessionEnds: 60 * MINUTE, ends: 5 * MINUTE }, 60 * MINUTE],
  ["NotOnOrAfter, as in 2022", { ends: 60 * MINUTE }, 60 * MINUTE],
  ["NotOnOrAfter, which is later than the session's end", { sessionEnds: 20 * MINUTE, ends: 60 * MINUTE }, 20 * MINUTE],
]) {
  test(`the session duration is in ${what}`, async (t) => {
    const now = Date.now();
    const times = Object.entries(bounds).map(([name, after]) => [name, now + after]);
    const page = await answered(t, { begins: now, ...Object.fromEntries(times) });
    const { status, expiresAt } = await ready(page);
    assert.equal(status, "signedIn");
    assert.equal(expiresAt, Math.floor((now + left) / 1000) * 1000);
  });
}

for (const [what, more, rule] of [
  ["Recipient without the query", { acsUrl: sp.acsUrl.replace("?acs", "") }, "recipient"],
  ["Recipient with a value in the query", { acsUrl: `${sp.acsUrl}=` }, "recipient"],
  ["the audience of another application", { entityId: `${sp.entityId}/` }, "audience"],
]) {
  test(`${what}: assertion_invalid/${rule}`, async (t) => {
    assert.deepEqual(await seen(await answered(t, more)), ["signedOut", "assertion_invalid", rule]);
  });
}

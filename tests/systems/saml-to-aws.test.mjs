// A SAML response for AWS credentials, while it is new: by STS itself at moto, by an identity pool at ministack. The identity
// provider is SimpleSAMLphp with the attributes that AWS asks for.
//
// Neither emulator verifies the response: signature, audience, age and the role's trust policy are a live account's to judge.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { person } from "../e2e/life.mjs";
import { simpleSamlPhp } from "../e2e/saml-logins.mjs";
import { loaded, startSamlWorld } from "../e2e/saml-world.mjs";
import { freePort, ready } from "../e2e/world.mjs";
import { SAML_PROVIDER, seedIdentityPool } from "../providers/identity-pool.mjs";
import { startMinistack } from "../providers/ministack.mjs";
import { ACCOUNT, startMoto } from "../providers/moto.mjs";
import { asked, caller, credentials, roleName, roleOf, sdk } from "./aws-sdk.mjs";

const AWS_ATTRIBUTE = "https://aws.amazon.com/SAML/Attributes/";
const ROLE = `arn:aws:iam::${ACCOUNT}:role/gatepass-saml`;
const PROVIDER = `arn:aws:iam::${ACCOUNT}:saml-provider/gatepass`;

const moto = await startMoto({ port: await freePort() });
after(moto.stop);
const ministack = await startMinistack({ port: await freePort(), redirectUris: ["http://localhost/callback"], logoutUris: ["http://localhost/"] });
after(ministack.stop);
const { identityPoolId, roles } = await seedIdentityPool(ministack);
const { userPoolId, clientId, domain } = ministack;
const world = await startSamlWorld({
  startIdp: simpleSamlPhp,
  idpOptions: {
    attributes: {
      [`${AWS_ATTRIBUTE}Role`]: [`${ROLE},${PROVIDER}`],
      [`${AWS_ATTRIBUTE}RoleSessionName`]: ["alice@example.com"],
    },
  },
  // The policy of the site lets the page ask both.
  config: { cognito: { userPoolId, clientId, domain }, aws: { endpoints: { identityPool: `${ministack.origin}/`, sts: `${moto.origin}/` } } },
});
after(world.stop);

const sts = { region: "eu-central-1", saml: { providerArn: PROVIDER, roleArn: ROLE }, endpoints: { sts: `${moto.origin}/` } };
const pool = {
  identityPoolId,
  saml: { providerArn: SAML_PROVIDER, roleArn: roles.chosen },
  endpoints: { identityPool: `${ministack.origin}/`, sts: `${ministack.origin}/` },
};
const withAws = (aws, more) => ({ init: sdk, harness: { options: { aws }, ...more } });

test("AssumeRoleWithSAML: the response goes to STS, and an AWS SDK acts in the role", async (t) => {
  for (const front of [false, true]) {
    const page = await world.signedIn(t, "/", withAws(sts, { front }));
    const arn = await caller(page);
    assert.equal(roleOf(arn), roleName(ROLE));
    assert.match(arn, /\/alice@example\.com$/);
    assert.deepEqual(asked(page), ["AssumeRoleWithSAML"]);
    const { body } = page.wire.find(({ kind, body }) => kind === "request" && body?.startsWith("Action=AssumeRoleWithSAML"));
    const form = new URLSearchParams(body);
    assert.equal(form.get("SAMLAssertion"), await page.evaluate(() => auth.samlResponse()));
    assert.deepEqual([form.get("PrincipalArn"), form.get("RoleArn")], [PROVIDER, ROLE]);
    assert.equal((await credentials(page)).identityId, undefined);
  }
});

test("an identity pool takes the response as login", async (t) => {
  const page = await world.signedIn(t, "/", withAws(pool));
  assert.equal(roleOf(await caller(page)), roleName(roles.authenticated));
  assert.deepEqual(asked(page), ["GetId", "GetCredentialsForIdentity"]);
  const [id, given] = page.wire.filter(({ kind, headers }) => kind === "request" && headers["x-amz-target"]).map(({ body }) => JSON.parse(body));
  const response = await page.evaluate(() => auth.samlResponse());
  assert.deepEqual(id.Logins, { [SAML_PROVIDER]: response });
  assert.deepEqual(given.Logins, id.Logins);
  assert.equal(given.CustomRoleArn, roles.chosen);
});

for (const [name, aws] of [["STS", sts], ["an identity pool", pool]]) {
  test(`five minutes old, the response is not sent to ${name} any more; what was had before holds until its end`, async (t) => {
    const alice = await person(t, world, withAws(aws));
    const page = await alice.signIn();
    await alice.clock.pass(290);
    const first = await credentials(page);
    assert.match(first.accessKeyId, /^ASIA/);

    await alice.clock.pass(10);
    const mark = page.wire.length;
    assert.equal((await credentials(page)).accessKeyId, first.accessKeyId);
    assert.deepEqual(await credentials(page, { forceRefresh: true }), ["sign_in_required", "response_expired"]);
    await alice.clock.pass(3250); // due for renewal; by a page's clock that is ahead, a little before the end
    assert.equal((await credentials(page)).accessKeyId, first.accessKeyId);
    await alice.clock.pass(350);
    assert.deepEqual(await credentials(page), ["sign_in_required", "response_expired"]);
    assert.deepEqual(asked(page, mark), []);
  });
}

test("another page of the session, or the same one reloaded, has no response to send", async (t) => {
  const page = await world.signedIn(t, "/", withAws(sts));
  await page.reload();
  await loaded(page);
  assert.equal((await ready(page)).status, "signedIn");
  assert.deepEqual(await credentials(page), ["sign_in_required", "response_expired"]);
  assert.deepEqual(asked(page), []);
});

test("a page with both doors downloads the module of the credentials apart", async (t) => {
  const page = await world.signedIn(t, "/", withAws(sts, { front: true, second: { cognito: true, name: "b" } }));
  assert.equal(roleOf(await caller(page)), roleName(ROLE));
  const modules = page.wire.filter(({ kind, url }) => kind === "request" && /inline\.js$/.test(url)).map(({ url }) => url.split("/").at(-1));
  assert.ok(modules.includes("both-inline.js") && modules.includes("aws-inline.js"), modules.join());
});

test("a sign-out takes the credentials along", async (t) => {
  const page = await world.signedIn(t, "/", withAws(sts));
  assert.equal(roleOf(await caller(page)), roleName(ROLE));
  await page.evaluate(() => auth.signOut({ scope: "local" }));
  assert.equal(await caller(page), "sign_in_required");
  assert.deepEqual(await credentials(page, { forceRefresh: true }), ["sign_in_required", "signed_out"]);
});

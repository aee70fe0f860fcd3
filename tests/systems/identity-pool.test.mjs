// Temporary AWS credentials: a sign-in at the Cognito emulator, an identity pool, and a real AWS SDK that asks who it is.
//
// What the emulators leave out is in providers/identity-pool.mjs and providers/moto.mjs. Only a live account could show:
// `CustomRoleArn` and rule-based roles taken by the enhanced flow, the key of a pool with an updated issuer, STS's CORS
// headers, and that STS and an identity pool take a SAML response of ours.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { everythingKept, person } from "../e2e/life.mjs";
import { freePort, ready, startWorld } from "../e2e/world.mjs";
import { seedIdentityPool } from "../providers/identity-pool.mjs";
import { startMinistack } from "../providers/ministack.mjs";
import { startMoto } from "../providers/moto.mjs";
import { asked, caller, callerOf, credentials, interfere, roleName, roleOf, sdk } from "./aws-sdk.mjs";
import { picture } from "./picture.mjs";

const moto = await startMoto({ port: await freePort() });
after(moto.stop);
const world = await startWorld({
  startProvider: emulator,
  config: { aws: { endpoints: { sts: moto.origin } } },
  siteDir: fileURLToPath(new URL("site/", import.meta.url)),
  demo: { app: "Reports", system: "Amazon Cognito" },
});
after(world.stop);
const { identityPoolId, roles, engineer, user } = world.provider;
const endpoints = { identityPool: `${world.provider.origin}/`, sts: `${world.provider.origin}/` };
const aws = { identityPoolId, endpoints };

async function emulator(options) {
  const provider = await startMinistack(options);
  const { userPoolId, clientId, domain, jwksUri, engineer } = provider;
  const pool = await seedIdentityPool(provider);
  return { ...provider, ...pool, cognito: { userPoolId, clientId, domain, endpoints: { jwksUri } }, person: engineer };
}

/** How a page is opened: with this `aws` section, and the SDK in it. */
const withAws = (more) => ({ init: sdk, harness: { options: { aws: { ...aws, ...more } } } });
const signedIn = (t, more) => world.signedIn(t, "/", withAws(more));
const signOut = (page) => page.evaluate(() => auth.signOut({ scope: "local" }));

test("an AWS SDK acts in the role of this run, by two requests, and nothing is stored", async (t) => {
  const page = await signedIn(t);
  assert.deepEqual(asked(page), [], "nothing before somebody asks");
  assert.equal(roleOf(await caller(page)), roleName(roles.authenticated));
  assert.deepEqual(asked(page), ["GetId", "GetCredentialsForIdentity"]);

  const given = await credentials(page);
  assert.match(given.accessKeyId, /^ASIA/);
  assert.match(given.identityId, /^eu-central-1:[0-9a-f-]{36}$/);
  const lifetime = (given.expiration - (await page.evaluate(() => Date.now()))) / 1000;
  assert.ok(lifetime > 3000 && lifetime <= 3600, `${lifetime}`);
  assert.equal(roleOf(await caller(page)), roleName(roles.authenticated));
  assert.deepEqual(asked(page), ["GetId", "GetCredentialsForIdentity"], "those of before");

  const kept = await everythingKept(page);
  for (const secret of [given.accessKeyId, given.secretAccessKey, given.sessionToken, given.identityId]) assert.ok(!kept.includes(secret));
});

test("pictures for the guide", async (t) => {
  const page = await signedIn(t);
  await page.evaluate(() => document.querySelector("#get-credentials").click());
  await page.waitForFunction(() => document.querySelector("#credentials dl"));
  await picture(page, "identity-pool-credentials");
});

test("with another secret AWS refuses", async (t) => {
  const page = await signedIn(t);
  // From here: ministack's refusal lacks the header by which a page may read it.
  const { expiration: _, ...given } = await credentials(page);
  assert.equal(roleOf(await callerOf(given, endpoints.sts)), roleName(roles.authenticated));
  const altered = { ...given, secretAccessKey: given.secretAccessKey.replace(/^./, (c) => (c === "a" ? "b" : "a")) };
  assert.equal(await callerOf(altered, endpoints.sts), "SignatureDoesNotMatch");
});

test("one flow for all who ask at once; forceRefresh asks once more, and everybody has the new ones", async (t) => {
  const page = await signedIn(t);
  const keys = await page.evaluate(() => Promise.all([1, 2, 3].map(() => auth.awsCredentials().then(({ accessKeyId }) => accessKeyId))));
  assert.equal(new Set(keys).size, 1);
  assert.deepEqual(asked(page), ["GetId", "GetCredentialsForIdentity"]);

  const before = page.wire.length;
  const forced = await credentials(page, { forceRefresh: true });
  assert.notEqual(forced.accessKeyId, keys[0]);
  assert.deepEqual(asked(page, before), ["GetCredentialsForIdentity"]);
  assert.equal((await credentials(page)).accessKeyId, forced.accessKeyId);
  assert.deepEqual(asked(page, before), ["GetCredentialsForIdentity"]);
});

test("renewed six minutes before the end, not earlier; where that fails for now, they hold until the end", async (t) => {
  const ada = await person(t, world, withAws());
  const page = await ada.signIn();
  const first = await credentials(page);
  await ada.clock.pass(3600 - 360 - 30);
  assert.equal((await credentials(page)).accessKeyId, first.accessKeyId);

  await interfere(page, "GetCredentialsForIdentity", { status: 500, __type: "InternalErrorException" }, 2);
  await ada.clock.pass(30);
  assert.equal((await credentials(page)).accessKeyId, first.accessKeyId, "AWS has a problem of its own");
  assert.deepEqual(await credentials(page, { forceRefresh: true }), ["provider_unavailable", undefined], "who insists hears of it");
  assert.notEqual((await credentials(page)).accessKeyId, first.accessKeyId);
});

test("a sign-out during the call: it rejects, and so does the SDK that had credentials", async (t) => {
  const page = await signedIn(t);
  assert.equal(roleOf(await caller(page)), roleName(roles.authenticated));
  let reached;
  const atAws = new Promise((resolve) => (reached = resolve));
  let release;
  const released = new Promise((resolve) => (release = resolve));
  await interfere(page, "GetCredentialsForIdentity", async (route) => {
    reached();
    await released;
    await route.fallback();
  });
  const pending = credentials(page, { forceRefresh: true });
  await atAws;
  await signOut(page);
  release();
  assert.deepEqual(await pending, ["sign_in_required", "signed_out"]);
  assert.equal(await caller(page), "sign_in_required", "an SDK client of before has none either");
});

test("a sign-out between the two requests: the second is not made", async (t) => {
  const page = await signedIn(t);
  await interfere(page, "GetId", async (route) => {
    await signOut(page);
    await route.fallback();
  });
  assert.deepEqual(await credentials(page), ["sign_in_required", "signed_out"]);
  assert.deepEqual(asked(page), ["GetId"]);
});

test("another person: an identity of their own, for the same SDK client too", async (t) => {
  const context = await world.person(t);
  const page = await world.signedIn(t, "/", { ...withAws(), context });
  const ada = await credentials(page);
  assert.equal(roleOf(await caller(page)), roleName(roles.authenticated));

  // In another tab of the same browser: this one hears of it.
  const other = await world.open(t, "/", { ...withAws(), context });
  await ready(other);
  await signOut(other);
  await world.begin(other);
  await world.logIn(other, user);
  await ready(other);
  await page.waitForFunction((email) => auth.snapshot.user?.email === email, user.name);
  const demo = await credentials(page);
  assert.notEqual(demo.identityId, ada.identityId);
  assert.notEqual(demo.accessKeyId, ada.accessKeyId);
  assert.equal(demo.identityId, (await credentials(other)).identityId);
});

test("a guest has a role and an identity that stays, and is nobody's once somebody signs in", async (t) => {
  const context = await world.person(t);
  const page = await world.open(t, "/", { ...withAws({ guest: true }), context });
  const guest = await credentials(page);
  assert.equal(roleOf(await caller(page)), roleName(roles.unauthenticated));
  assert.deepEqual(asked(page), ["GetId", "GetCredentialsForIdentity"]);

  const again = await world.open(t, "/", { ...withAws({ guest: true }), context });
  assert.equal((await credentials(again)).identityId, guest.identityId);
  assert.deepEqual(asked(again), ["GetCredentialsForIdentity"]);

  await world.begin(page);
  await world.logIn(page);
  await ready(page);
  const { identityId } = await credentials(page);
  assert.notEqual(identityId, guest.identityId);
  assert.equal(roleOf(await caller(page)), roleName(roles.authenticated));
  await again.waitForFunction(() => auth.snapshot.status === "signedIn");
  assert.equal((await credentials(again)).identityId, identityId, "the tab that had the guest's");
  await signOut(page);
  assert.equal((await credentials(page)).identityId, guest.identityId);
  assert.equal(roleOf(await caller(page)), roleName(roles.unauthenticated), "the same SDK client");
});

test("a guest's identity that is gone is made anew, once", async (t) => {
  const page = await world.open(t, "/", withAws({ guest: true }));
  const { identityId } = await credentials(page);
  for (const __type of ["ResourceNotFoundException", "com.amazonaws.cognito.identity#NotAuthorizedException"]) {
    const mark = page.wire.length;
    await interfere(page, "GetCredentialsForIdentity", { __type });
    const { identityId: next } = await credentials(page, { forceRefresh: true });
    assert.notEqual(next, identityId);
    assert.deepEqual(asked(page, mark), ["GetCredentialsForIdentity", "GetId", "GetCredentialsForIdentity"], __type);
  }
  await interfere(page, "GetCredentialsForIdentity", { __type: "NotAuthorizedException" }, 2);
  assert.deepEqual(await credentials(page, { forceRefresh: true }), ["aws_refused", "not_authorized"]);
});

test("without guests, who is not signed in gets nothing, and nothing is asked", async (t) => {
  const page = await world.open(t, "/", withAws());
  assert.deepEqual(await credentials(page), ["sign_in_required", "never"]);
  assert.deepEqual(asked(page), []);
});

test("an ID token that AWS does not take is renewed once", async (t) => {
  const page = await signedIn(t);
  const token = await page.evaluate(() => auth.getIdToken());
  await interfere(page, "GetId", { __type: "NotAuthorizedException", message: "Invalid login token. Token expired: 2 >= 1" });
  assert.match((await credentials(page)).accessKeyId, /^ASIA/);
  assert.deepEqual(asked(page), ["GetId", "GetId", "GetCredentialsForIdentity"]);
  const tokens = page.wire.filter(({ kind, body }) => kind === "request" && body?.includes("Logins")).map(({ body }) => Object.values(JSON.parse(body).Logins)[0]);
  assert.equal(tokens[0], token);
  assert.notEqual(tokens[1], token);
  assert.equal(tokens[2], tokens[1]);

  const mark = page.wire.length;
  await interfere(page, "GetCredentialsForIdentity", { __type: "NotAuthorizedException" }, 2);
  assert.deepEqual(await credentials(page, { forceRefresh: true }), ["aws_refused", "not_authorized"]);
  assert.deepEqual(asked(page, mark), ["GetCredentialsForIdentity", "GetCredentialsForIdentity"]);
});

test("a token of another pool is refused with AWS's own type", async (t) => {
  const page = await signedIn(t, { loginsKey: "cognito-idp.eu-central-1.amazonaws.com/eu-central-1_another" });
  assert.deepEqual(await credentials(page), ["aws_refused", "not_authorized"]);
});

test("role choice: the enhanced flow asks for it", async (t) => {
  const page = await signedIn(t, { roleArn: roles.chosen });
  await credentials(page);
  const { body } = page.wire.find(({ kind, headers }) => kind === "request" && headers["x-amz-target"]?.endsWith("GetCredentialsForIdentity"));
  assert.equal(JSON.parse(body).CustomRoleArn, roles.chosen);
});

test("the basic flow: STS gives the chosen role, by its trust policy", async (t) => {
  const basic = { flow: "basic", roleArn: roles.chosen, sessionName: "ada@page", durationSeconds: 900 };
  const page = await signedIn(t, basic);
  const arn = await caller(page);
  assert.equal(roleOf(arn), roleName(roles.chosen));
  assert.match(arn, /\/ada@page$/);
  assert.deepEqual(asked(page), ["GetId", "GetOpenIdToken", "AssumeRoleWithWebIdentity"]);
  const given = await credentials(page);
  const lifetime = (given.expiration - (await page.evaluate(() => Date.now()))) / 1000;
  assert.ok(lifetime > 600 && lifetime <= 900, `${lifetime}`);
  await credentials(page, { forceRefresh: true });
  assert.deepEqual(asked(page).slice(3), ["GetOpenIdToken", "AssumeRoleWithWebIdentity"]);

  const refused = await signedIn(t, { ...basic, roleArn: roles.unauthenticated });
  assert.deepEqual(await credentials(refused), ["aws_refused", "access_denied"]);
});

test("the basic flow with another emulator's STS", async (t) => {
  const page = await signedIn(t, { flow: "basic", roleArn: roles.chosen, endpoints: { ...endpoints, sts: `${moto.origin}/` } });
  assert.equal(roleOf(await caller(page)), roleName(roles.chosen));
  assert.deepEqual(asked(page), ["GetId", "GetOpenIdToken", "AssumeRoleWithWebIdentity"]);
});

test("a mistake in the section is reported by awsCredentials, and by nothing else", async (t) => {
  const page = await world.signedIn(t, "/", { init: sdk, harness: { options: { aws: { identityPoolId: "eu-central-1" } } } });
  assert.deepEqual(await credentials(page), ["config_invalid", "malformed", "aws.identityPoolId"]);
  const without = await world.signedIn(t, "/", { init: sdk });
  assert.deepEqual(await credentials(without), ["config_invalid", "missing", "aws.identityPoolId"]);
});

test("Amplify sees gatepass's session", async (t) => {
  const page = await signedIn(t);
  const session = await page.evaluate(async () => {
    const { amplifyProviders } = await import("/gatepass/amplify.js");
    const { userPoolId, clientId } = config.cognito;
    const Cognito = { userPoolId, userPoolClientId: clientId, identityPoolId: config.aws.identityPoolId };
    sdk.Amplify.configure({ Auth: { Cognito } }, { Auth: amplifyProviders(auth) });
    const shape = async (options) => {
      const { tokens, credentials, identityId, userSub } = await sdk.fetchAuthSession(options);
      return { id: tokens?.idToken.toString(), email: tokens?.idToken.payload.email, key: credentials?.accessKeyId, isDate: credentials?.expiration instanceof Date, identityId, userSub };
    };
    const first = await shape();
    const own = { id: await auth.getIdToken(), key: (await auth.awsCredentials()).accessKeyId, sub: auth.snapshot.user.id, identityId: (await auth.awsCredentials()).identityId };
    const forced = await shape({ forceRefresh: true });
    await auth.signOut({ scope: "local" });
    return { first, own, forced, out: await shape() };
  });
  const { first, own, forced, out } = session;
  assert.deepEqual(first, { id: own.id, email: engineer.name, key: own.key, isDate: true, identityId: own.identityId, userSub: own.sub });
  assert.notEqual(forced.key, first.key);
  assert.deepEqual([out.id, out.key, out.identityId], [undefined, undefined, undefined]);
});

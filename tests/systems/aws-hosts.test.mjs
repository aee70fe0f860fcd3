// AWS's own host names in the configuration, no address of an emulator: the browser leads them to one.
//
//   *.amazoncognito.com, cognito-idp, cognito-identity, sts ── --host-resolver-rules ── TLS of this run ── ministack

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { freePort, startWorld } from "../e2e/world.mjs";
import { seedIdentityPool } from "../providers/identity-pool.mjs";
import { startMinistack } from "../providers/ministack.mjs";
import { mapHosts, startTlsFront } from "../providers/tls.mjs";
import { asked, caller, roleName, roleOf, sdk } from "./aws-sdk.mjs";

const REGION = "eu-central-1";
const DOMAIN = "gatepass-demo"; // as ministack.mjs has it
const HOSTED = `${DOMAIN}.auth.${REGION}.amazoncognito.com`;
const HOSTS = [HOSTED, ...["cognito-idp", "cognito-identity", "sts"].map((service) => `${service}.${REGION}.amazonaws.com`)];

const port = await freePort();
let front;
const world = await startWorld({
  startProvider,
  config: {},
  browserOptions: { args: [mapHosts(HOSTS, port)] },
  contextOptions: { ignoreHTTPSErrors: true, bypassCSP: true }, // the site's policy is made of addresses in the configuration
});
after(world.stop);

async function startProvider(options) {
  const emulator = await startMinistack(options);
  const pool = await seedIdentityPool(emulator);
  front = await startTlsFront({ port, target: emulator.origin });
  const { userPoolId, clientId, engineer: person } = emulator;
  const cognito = { userPoolId, clientId, domain: DOMAIN };
  return { ...emulator, ...pool, origin: `https://${HOSTED}`, cognito, person, stop: () => front.stop().then(emulator.stop) };
}

test("sign-in, credentials and an SDK's request, by AWS's own names", async (t) => {
  const { identityPoolId, roles } = world.provider;
  const page = await world.signedIn(t, "/", { init: sdk, harness: { options: { aws: { identityPoolId } } } });
  assert.equal(roleOf(await caller(page)), roleName(roles.authenticated));
  assert.deepEqual(asked(page), ["GetId", "GetCredentialsForIdentity"]);
  assert.deepEqual([...front.hosts].sort(), [...HOSTS].sort());

  const basic = { identityPoolId, flow: "basic", roleArn: roles.chosen };
  const other = await world.signedIn(t, "/", { init: sdk, harness: { options: { aws: basic } } });
  assert.equal(roleOf(await caller(other)), roleName(roles.chosen));
});

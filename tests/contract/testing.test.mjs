// gatepass/testing: the double behaves as the contract says, and an app can be tested with it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createGatepass, isGatepassError } from "../../pkg/index.js";
import { createTestGatepass } from "../../pkg/testing.js";

// The app under test: what a greeting component would do.
async function greeting(auth) {
  const { status, user, error } = await auth.ready();
  if (error?.retryable) return "One moment please";
  if (status !== "signedIn") return "Please sign in";
  const token = await auth.getAccessToken();
  return `Hello ${user.name}${user.groups.includes("engineers") ? ", engineer" : ""} (${token.length > 0 ? "with" : "without"} a token)`;
}

test("an app, signed in, signed out, expired, failing and healed", async () => {
  const auth = createTestGatepass({ user: { name: "Ada", groups: ["engineers"] } });
  assert.equal(await greeting(auth), "Hello Ada, engineer (with a token)");
  auth.expire();
  assert.equal(auth.snapshot.reason, "expired");
  assert.equal(await greeting(auth), "Please sign in");
  auth.fail("network_failed");
  assert.equal(await greeting(auth), "One moment please");
  auth.fail();
  auth.signInAs({ name: "Bob" });
  assert.equal(await greeting(auth), "Hello Bob (with a token)");
  assert.equal(await greeting(createTestGatepass()), "Please sign in");
});

test("failures are real GatepassErrors", async () => {
  const auth = createTestGatepass({ error: "storage_unavailable" });
  await assert.rejects(auth.signIn(), (e) => isGatepassError(e) && e.code === "storage_unavailable" && e.turn === "person");
  assert.equal(auth.snapshot.error.code, "storage_unavailable");
});

test("tokens end with the session", async () => {
  const auth = createTestGatepass({ user: {} });
  auth.signInAs({}, 30);
  assert.equal(await auth.getIdToken({ minValidity: 20 }), "test-id-token");
  const code = (rule) => (e) => e.code === "sign_in_required" && e.details.rule === rule;
  await assert.rejects(auth.getAccessToken({ minValidity: 60 }), code("min_validity"));
  await auth.signOut({ scope: "local" });
  await assert.rejects(auth.getAccessToken(), code("signed_out"));
});

test("listeners are called, calls are recorded", async () => {
  const auth = createTestGatepass();
  let told = 0;
  const stop = auth.subscribe(() => told++);
  auth.signInAs();
  stop();
  auth.expire();
  assert.equal(told, 1);
  auth.signIn({ returnTo: "/deep" });
  assert.deepEqual(auth.calls, [["signIn", { returnTo: "/deep" }]]);
});

test("the double has exactly the real one's methods, and its own four", () => {
  const real = Object.keys(createGatepass({})).sort();
  const double = Object.keys(createTestGatepass()).sort();
  assert.deepEqual(double.filter((name) => !real.includes(name)), ["calls", "expire", "fail", "signInAs"]);
  assert.deepEqual(real.filter((name) => !double.includes(name)), []);
});

test("it can fail with every code of the contract", async () => {
  const types = readFileSync(new URL("../../pkg/index.d.ts", import.meta.url), "utf8");
  const codes = [...types.split("export type GatepassErrorCode =")[1].matchAll(/"(\w+)"/g)].map(([, code]) => code);
  assert.ok(codes.length > 30);
  for (const code of codes) {
    const auth = createTestGatepass({ user: {} });
    auth.fail(code);
    await assert.rejects(auth.getAccessToken(), (e) => isGatepassError(e) && e.code === code && e.message.length > 10);
  }
});

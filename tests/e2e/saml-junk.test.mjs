// Somebody else's page posts junk at the assertion consumer service, as often as it likes. It signs nobody in, leaves
// nothing behind, and never pushes out the answer to a sign-in that is under way.

import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import { startSamlWorld } from "./saml-world.mjs";
import { ready, stored, until, verdict } from "./world.mjs";

const world = await startSamlWorld();
const { origin } = world;
after(world.stop);
beforeEach(() => void world.site.requests.splice(0));

const MAX_PENDING = 4;
const handOvers = async (page) => (await stored(page)).filter(([, key]) => key.startsWith("gatepass:hand-over:"));
const isReady = (page) => page.evaluate(() => navigator.serviceWorker.getRegistrations().then((all) => !!all[0]?.active));
const base64 = (text) => Buffer.from(text).toString("base64");

const JUNK = [
  ["an unknown RelayState", { SAMLResponse: base64("<a/>"), RelayState: "x".repeat(43) }],
  ["no RelayState", { SAMLResponse: base64("<a/>") }],
  ["a huge RelayState", { SAMLResponse: base64("<a/>"), RelayState: "x".repeat(100_000) }],
  ["a RelayState in another alphabet", { SAMLResponse: base64("<a/>"), RelayState: "ü".repeat(40) }],
  ["a RelayState like a key of ours", { SAMLResponse: base64("<a/>"), RelayState: "gatepass:default:tx:" }],
];
const shape = ["message_invalid", "shape"];

/** A person's browser in which a sign-in is under way, its hand-over made and not yet taken. */
async function underWay(t) {
  const page = await world.open(t, "/before");
  const fields = await world.answer(page, { returnTo: "/after" });
  return { page, context: page.context(), address: await world.postAndHold(page, fields) };
}

/** A page of the site that does nothing: to look at the stores. */
const watch = (t, context) => world.open(t, "/", { context, harness: { manual: true } });

for (const [what, fields, expected] of [
  ...JUNK.map(([what, fields]) => [what, fields, shape]),
  ["no base64", { SAMLResponse: "%" }, ["message_invalid", "base64"]],
  ["no XML", { SAMLResponse: base64("junk") }, ["message_invalid", "malformed"]],
  ["no response at all", { RelayState: "x" }, ["message_invalid", "no_response"]],
]) {
  test(`junk with ${what}: ${expected.join("/")}, and nobody is signed in`, async (t) => {
    const context = await world.person(t);
    await until(async () => isReady(await watch(t, context).then((page) => page.evaluate(() => auth.ready()).then(() => page))));
    const attacker = await world.openElsewhere(t, { context });
    await world.post(attacker, fields);
    const { status, error } = await ready(attacker);
    assert.deepEqual([status, ...verdict(error)], ["signedOut", ...expected]);
    assert.deepEqual(await handOvers(attacker), []);
    assert.deepEqual(world.posts(), []);
  });
}

test("20 junk posts, one after the other: the real answer is still there and signs in", async (t) => {
  const { page, context, address } = await underWay(t);
  const observer = await watch(t, context);
  const real = `gatepass:hand-over:${new URL(address).searchParams.get("saml_handle")}`;
  const attacker = await world.openElsewhere(t, { context });
  for (let i = 0; i < 20; i++) {
    const [, { RelayState, ...fields }] = JUNK[i % JUNK.length];
    const unlike = RelayState && `${i}${RelayState}`.slice(0, RelayState.length); // each its own
    await world.postAndHold(attacker, { ...fields, ...(unlike && { RelayState: unlike }) });
    const keys = (await handOvers(observer)).map(([, key]) => key);
    assert.ok(keys.includes(real), `gone after ${i + 1}`);
    assert.equal(keys.length, Math.min(i + 2, MAX_PENDING));
  }
  await world.visit(page, address);
  assert.equal((await ready(page)).status, "signedIn");
  assert.equal(page.url(), `${origin}/after`);
  assert.deepEqual(world.posts(), []);
});

test("8 junk posts at once: likewise", async (t) => {
  const { page, context, address } = await underWay(t);
  const observer = await watch(t, context);
  const attackers = await Promise.all(Array.from({ length: 8 }, () => world.openElsewhere(t, { context })));
  const held = await Promise.all(attackers.map((attacker, i) => world.postAndHold(attacker, { SAMLResponse: base64("<a/>"), RelayState: `${i}` })));
  assert.equal(new Set(held).size, 8);
  const records = await handOvers(observer);
  assert.equal(records.length, MAX_PENDING);
  await world.visit(page, address);
  assert.equal((await ready(page)).status, "signedIn");
  assert.deepEqual(world.posts(), []);
});

test("8 windows at once, opened by the attacker's page, come back before the person does: each ends in an error", async (t) => {
  const { page, context, address } = await underWay(t);
  const attacker = await world.openElsewhere(t, { context });
  const opened = [];
  context.on("page", (popup) => opened.push(popup));
  await attacker.evaluate((action) => {
    for (let i = 0; i < 8; i++) {
      const form = Object.assign(document.createElement("form"), { action, method: "post", target: `junk${i}` });
      for (const [name, value] of [["SAMLResponse", btoa("<a/>")], ["RelayState", `${i}`]]) form.append(Object.assign(document.createElement("input"), { name, value }));
      document.body.append(form);
      form.submit();
    }
  }, world.sp.acsUrl);
  await until(() => opened.length === 8);
  for (const popup of opened) {
    await popup.waitForURL(world.atSite);
    await popup.waitForFunction(() => window.auth);
    const { status, error } = await ready(popup);
    const [code, rule] = verdict(error);
    // Those that were pushed out by others are not even read.
    assert.ok(["message_invalid/shape", "callback_invalid/handle_unknown"].includes(`${code}/${rule}`), `${code}/${rule}`);
    assert.equal(status, "signedOut");
  }
  await world.visit(page, address);
  assert.equal((await ready(page)).status, "signedIn");
  assert.deepEqual(world.posts(), []);
});

test("four answers are awaited: junk is refused as busy, and each of the four signs in", async (t) => {
  const { page, context, address } = await underWay(t);
  const addresses = [address];
  for (let i = 1; i < MAX_PENDING; i++) {
    await world.visit(page, `${origin}/`);
    addresses.push(await world.postAndHold(page, await world.answer(page, { returnTo: `/after${i}` })));
  }
  const attacker = await world.openElsewhere(t, { context });
  const before = (await handOvers(await watch(t, context))).map(([, key]) => key);
  for (const [what, fields] of JUNK) {
    await world.post(attacker, fields);
    const { status, error } = await ready(attacker);
    assert.deepEqual([status, ...verdict(error)], ["signedOut", "message_invalid", "busy"], what);
  }
  assert.deepEqual((await handOvers(attacker)).map(([, key]) => key), before);
  for (const [i, address] of addresses.entries()) {
    await world.visit(page, address);
    const { status, error } = await ready(page);
    assert.deepEqual([status, error, page.url()], ["signedIn", undefined, `${origin}/after${i || ""}`]);
  }
  assert.deepEqual(world.posts(), []);
});

test("a fifth sign-in is under way: its answer takes the place of the oldest", async (t) => {
  const { page, address } = await underWay(t);
  const addresses = [address];
  for (let i = 0; i < MAX_PENDING; i++) {
    await world.visit(page, `${origin}/`);
    addresses.push(await world.postAndHold(page, await world.answer(page)));
  }
  await world.visit(page, addresses[0]);
  assert.deepEqual(verdict((await ready(page)).error), ["callback_invalid", "handle_unknown"]);
  for (const address of addresses.slice(1)) {
    await world.visit(page, address);
    assert.equal((await ready(page)).status, "signedIn");
  }
});

test("the answer is sent twice: the later hand-over is the one that counts", async (t) => {
  const page = await world.open(t, "/");
  const fields = await world.answer(page);
  const first = await world.postAndHold(page, fields);
  const second = await world.postAndHold(page, fields);
  assert.notEqual(first, second);
  await world.visit(page, first);
  assert.deepEqual(verdict((await ready(page)).error), ["callback_invalid", "handle_unknown"]);
  await world.visit(page, second);
  assert.equal((await ready(page)).status, "signedIn");
});

test("what an attacker's page sends in the name of somebody's RelayState does not end in a session", async (t) => {
  // It cannot know one. If it did: the person has to sign in again, and nothing else.
  const page = await world.open(t, "/");
  const { SAMLResponse, RelayState } = await world.answer(page);
  const attacker = await world.openElsewhere(t, { context: page.context() });
  await world.post(attacker, { SAMLResponse: base64("<a/>"), RelayState });
  assert.deepEqual(verdict((await ready(attacker)).error), shape);
  await world.post(page, { SAMLResponse, RelayState });
  const { status, error } = await ready(page);
  assert.deepEqual([status, ...verdict(error)], ["signedOut", "callback_invalid", "state_unknown"]);
});

// Responses that nobody has asked for, that were seen before, that belong to somebody else, or that come before there
// is a worker; and how a session ends. saml-idp's own responses, posted by another site's page.

import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import { createAcs, forNode } from "../../pkg/acs-handler.js";
import { ALGORITHMS, signedResponse } from "../engines/saml-messages.mjs";
import { startSamlWorld } from "./saml-world.mjs";
import { ready, stored, until, verdict } from "./world.mjs";

const world = await startSamlWorld();
const served = await startSamlWorld({ acs: forNode(createAcs()), saml: { acs: "server" } });
const { origin, sp, idp } = world;
after(() => Promise.all([world.stop(), served.stop()]));
beforeEach(() => {
  for (const { site } of [world, served]) site.requests.splice(0);
});

const MINUTE = 60_000;
const allowed = { saml: { allowIdpInitiated: true } };
const restarting = { saml: { allowIdpInitiated: "restart" } };
const NO_REMEMBERING = `{
  const { put } = IDBObjectStore.prototype;
  IDBObjectStore.prototype.put = function (value, key) {
    if (String(key).startsWith("gatepass:replay:")) throw new DOMException("full", "QuotaExceededError");
    return put.call(this, value, key);
  };
}`;

/** A browser that has been at the site before: the worker is there. */
async function visitor(t, harness = {}) {
  const context = await world.person(t);
  const page = await world.open(t, "/", { context, harness });
  await until(() => page.evaluate(() => navigator.serviceWorker.getRegistrations().then((all) => !!all[0]?.active)));
  return { context, page, elsewhere: (more) => world.openElsewhere(t, { context, harness, ...more }) };
}

const replays = async (page) => (await stored(page)).filter(([, key]) => key.startsWith("gatepass:replay:"));
const seen = async (page) => {
  const { status, error } = await ready(page);
  return [status, ...(error ? verdict(error) : [])];
};
const unregister = (page) =>
  page.evaluate(() => navigator.serviceWorker.getRegistrations().then((all) => Promise.all(all.map((one) => one.unregister()))));
const signOut = (page) => page.evaluate(() => auth.signOut({ scope: "local" }));

test("unasked, not allowed: idp_initiated_refused, and nobody is signed in", async (t) => {
  const { elsewhere } = await visitor(t);
  const page = await elsewhere();
  await world.post(page, await world.unasked("/deep"));
  assert.deepEqual(await seen(page), ["signedOut", "idp_initiated_refused", undefined]);
  assert.equal(page.url(), `${origin}/callback`);
  assert.deepEqual(await replays(page), []);
  assert.deepEqual(world.posts(), []);
});

const PLACES = [
  ["a path", "/deep?a=b#c", "/deep?a=b#c"],
  ["an address of the site", `${origin}/deep`, "/deep"],
  ["another origin", "https://evil.example/", "/"],
  ["the site's name as a prefix", `${origin}.evil.example/`, "/"],
  ["another host without a scheme", "//evil.example/", "/"],
  ["the same with a backslash", "/\\evil.example/", "/"],
  ["a script", "javascript:alert(1)", "/"],
  ["no path", "deep", "/"],
  ["nothing", "", "/"],
  ["none", undefined, "/"],
];

for (const [what, relayState, returnTo] of PLACES) {
  test(`unasked, allowed, RelayState ${what}: signed in at ${returnTo}`, async (t) => {
    const { elsewhere } = await visitor(t, allowed);
    const page = await elsewhere();
    await world.post(page, await world.unasked(relayState));
    assert.deepEqual(await seen(page), ["signedIn"]);
    assert.equal(page.url(), origin + returnTo);
    assert.deepEqual(world.posts(), []);
  });
}

/** Posts, and lands at the identity provider's login page instead of at the site. */
async function postAway(page, fields, at = world) {
  const away = page.waitForURL(at.idp.isLogin);
  await at.post(page, fields).catch(() => {}); // the site's page may be gone before it is looked at
  await away;
}

for (const [what, relayState, returnTo] of PLACES.filter((_, i) => [0, 2, 9].includes(i))) {
  test(`unasked, "restart", RelayState ${what}: a sign-in of our own begins by itself and ends at ${returnTo}`, async (t) => {
    const { elsewhere } = await visitor(t, restarting);
    const page = await elsewhere();
    const fields = await world.unasked(relayState);
    await postAway(page, fields);
    await world.logIn(page);
    assert.deepEqual(await seen(page), ["signedIn"]);
    assert.equal(page.url(), origin + returnTo);
    assert.deepEqual(world.posts(), []);
  });
}

test(`unasked, "restart": once in ten minutes`, async (t) => {
  const { page: first, elsewhere } = await visitor(t, restarting);
  const page = await elsewhere();
  await postAway(page, await world.unasked());
  await world.post(page, await world.unasked());
  assert.deepEqual(await seen(page), ["signedOut", "callback_invalid", "idp_initiated"]);
  assert.equal(page.url(), `${origin}/callback`);

  await first.evaluate(() => (localStorage["gatepass:default:restarted"] -= 600));
  await postAway(page, await world.unasked());
});

test(`unasked, "restart", after a deliberate sign-out: refused`, async (t) => {
  const { context } = await visitor(t, restarting);
  const page = await world.signedIn(t, "/", { context, harness: restarting });
  await signOut(page);
  await world.post(page, await world.unasked("/deep"));
  assert.deepEqual(await seen(page), ["signedOut", "idp_initiated_refused", undefined]);
});

test(`unasked, "restart": who is signed in stays, and comes to the RelayState's path`, async (t) => {
  const page = await world.signedIn(t, "/", { harness: restarting });
  await world.post(page, await world.unasked("/deep"));
  assert.deepEqual(await seen(page), ["signedIn"]);
  assert.equal(page.url(), `${origin}/deep`);
});

test("the same unasked response again: replayed, whatever happened in between", async (t) => {
  const { elsewhere } = await visitor(t, allowed);
  const page = await elsewhere();
  const fields = await world.unasked();
  await world.post(page, fields);
  assert.deepEqual(await seen(page), ["signedIn"]);
  const replayed = ["assertion_invalid", "replayed"];

  await world.post(page, fields);
  assert.deepEqual(await seen(page), ["signedIn", ...replayed], "in the same tab: the session stands, as it was");
  const other = await elsewhere();
  await world.post(other, fields);
  assert.deepEqual(await seen(other), ["signedIn", ...replayed], "in another tab");
  await signOut(page);
  await world.post(page, fields);
  assert.deepEqual(await seen(page), ["signedOut", ...replayed], "after the sign-out");
  await page.reload();
  await page.waitForFunction(() => window.auth);
  assert.deepEqual(await seen(page), ["signedOut"], "a reload does not send it again");
  await world.post(page, { ...fields, RelayState: "/elsewhere" });
  assert.deepEqual(await seen(page), ["signedOut", ...replayed], "with another RelayState");
  assert.equal((await replays(page)).length, 1);
});

test("the same unasked response in two tabs at once: one of them signs in", async (t) => {
  const { elsewhere } = await visitor(t, { ...allowed, options: { storage: "session" } });
  const tabs = [await elsewhere(), await elsewhere()];
  const fields = await world.unasked();
  await Promise.all(tabs.map((tab) => world.post(tab, fields)));
  const verdicts = (await Promise.all(tabs.map(seen))).map(String).sort();
  assert.deepEqual(verdicts, ["signedIn", "signedOut,assertion_invalid,replayed"]);
});

test("the answer to a sign-in again, after the sign-out: callback_invalid/state_unknown", async (t) => {
  const page = await world.open(t, "/");
  const fields = await world.answer(page);
  await world.post(page, fields);
  assert.deepEqual(await seen(page), ["signedIn"]);
  await world.post(page, fields);
  assert.deepEqual(await seen(page), ["signedIn"], "who is signed in stays");
  await signOut(page);
  await world.post(page, fields);
  assert.deepEqual(await seen(page), ["signedOut", "callback_invalid", "state_unknown"]);
});

test("nothing can be remembered: storage_unavailable/replay, and nobody is signed in", async (t) => {
  const { elsewhere } = await visitor(t, allowed);
  const page = await elsewhere({ init: NO_REMEMBERING });
  await world.post(page, await world.unasked());
  assert.deepEqual(await seen(page), ["signedOut", "storage_unavailable", "replay"]);
});

test("what is remembered is a hash, until it cannot be accepted any more", async (t) => {
  const { elsewhere } = await visitor(t, allowed);
  const page = await elsewhere();
  await world.post(page, await world.unasked());
  const { user } = await ready(page);
  const [[, key, until]] = await replays(page);
  assert.match(key, /^gatepass:replay:[A-Za-z0-9+/]{43}=$/);
  assert.ok(!key.includes(user.claims.assertionId));
  const { expiresAt } = await ready(page);
  assert.equal(until, expiresAt / 1000 + 60, "the end of the assertion, and the skew");
  await signOut(page);
  assert.equal((await replays(page)).length, 1, "a sign-out leaves it");

  await page.evaluate(async (key) => {
    const done = (request) => new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
    const db = await done(indexedDB.open("gatepass"));
    await done(db.transaction("records", "readwrite").objectStore("records").put(Math.floor(Date.now() / 1000) - 1, key));
    db.close();
  }, key);
  await world.post(page, await world.unasked());
  assert.deepEqual(await seen(page), ["signedIn"]);
  const keys = (await replays(page)).map(([, key]) => key);
  assert.equal(keys.length, 1);
  assert.notEqual(keys[0], key);
});

for (const [what, harness] of [["", {}], [", unasked ones allowed", allowed], [`, "restart"`, restarting]]) {
  test(`login CSRF: an attacker's own answer in a victim's browser is callback_invalid/state_unknown${what}`, async (t) => {
    const attackers = await world.open(t, "/", { harness });
    const fields = await world.answer(attackers);
    const { elsewhere } = await visitor(t, harness);
    const victims = await elsewhere();
    await world.post(victims, fields);
    assert.deepEqual(await seen(victims), ["signedOut", "callback_invalid", "state_unknown"]);
    await world.post(victims, { SAMLResponse: fields.SAMLResponse });
    assert.deepEqual(await seen(victims), ["signedOut", "callback_invalid", "state_unknown"], "without its RelayState");

    await world.post(attackers, fields);
    assert.deepEqual(await seen(attackers), ["signedIn"], "it was a good one");
  });
}

test("the first visit is a post, before there is a worker: a sign-in of our own begins by itself, once", async (t) => {
  const page = await world.openElsewhere(t);
  await postAway(page, await world.unasked("/deep"));
  assert.deepEqual(world.posts(), ["/saml/acs"]);
  await world.logIn(page);
  assert.deepEqual(await seen(page), ["signedIn"]);
  assert.equal(page.url(), `${origin}/`);
  assert.deepEqual(world.posts(), ["/saml/acs"], "the second one was the worker's");
});

test("a post without a worker, a second time within ten minutes: callback_invalid/acs_unattended", async (t) => {
  const page = await world.openElsewhere(t);
  await postAway(page, await world.unasked());
  await unregister(await world.open(t, "/", { context: page.context(), harness: { manual: true } }));
  await world.post(page, await world.unasked());
  assert.deepEqual(await seen(page), ["signedOut", "callback_invalid", "acs_unattended"]);
  assert.equal(page.url(), `${origin}/saml/acs`);
});

test("a post without a worker, after a deliberate sign-out: callback_invalid/acs_unattended", async (t) => {
  const page = await world.signedIn(t, "/");
  await signOut(page);
  await unregister(page);
  await world.post(page, await world.unasked());
  assert.deepEqual(await seen(page), ["signedOut", "callback_invalid", "acs_unattended"]);
});

test("a post without a worker, somebody is signed in: they stay", async (t) => {
  const page = await world.signedIn(t, "/");
  await unregister(page);
  await world.post(page, await world.unasked());
  assert.deepEqual(await seen(page), ["signedIn"]);
});

/** Hears what the browser reports of policies, and the hand-over page's answer. */
function watchPage(page) {
  const violations = [];
  page.on("console", (message) => /Content.Security.Policy/i.test(message.text()) && violations.push(message.text()));
  return { violations, answered: page.waitForResponse((response) => response.url() === served.sp.acsUrl) };
}

for (const [what, harness, come] of [
  ["asked for", {}, async (t, harness) => {
    const page = await served.open(t, "/", { harness });
    return [page, await served.answer(page, { returnTo: "/deep" })];
  }],
  ["unasked, the first visit", allowed, async (t, harness) => [await served.openElsewhere(t, { harness }), await served.unasked("/deep")]],
]) {
  test(`acs: "server", ${what}: signed in without a worker, by a page that keeps nothing and says nothing`, async (t) => {
    const [page, fields] = await come(t, harness);
    const { violations, answered } = watchPage(page);
    await page.goto(served.elsewhere.origin);
    await served.post(page, fields);
    await page.waitForURL(`${served.origin}/deep`);
    await page.waitForFunction(() => window.auth);
    assert.deepEqual(await seen(page), ["signedIn"]);
    assert.deepEqual(await page.evaluate(() => navigator.serviceWorker.getRegistrations().then((all) => all.length)), 0);

    const answer = await answered;
    assert.equal(answer.status(), 200);
    const headers = answer.headers();
    assert.deepEqual([headers["cache-control"], headers["referrer-policy"]], ["no-store", "no-referrer"]);
    assert.match(headers["content-security-policy"], /^default-src 'none'; script-src 'sha256-[A-Za-z0-9+/]{43}='; /);
    assert.deepEqual(violations, []);
    const callback = served.site.requests.find(({ path }) => path.startsWith("/callback"));
    assert.match(callback.path, /^\/callback\?saml_handle=[\w-]{43}$/);
    assert.equal(callback.referer, undefined);

    // Back: to where the post came from.
    await page.goBack();
    assert.ok(page.url().startsWith(served.elsewhere.origin), page.url());
    assert.deepEqual(served.posts(), ["/saml/acs"]);
  });
}

test("with the worker, the back button does not send the response again either", async (t) => {
  const page = await world.open(t, "/");
  const fields = await world.answer(page);
  await page.goto(world.elsewhere.origin);
  await world.post(page, fields);
  assert.deepEqual(await seen(page), ["signedIn"]);
  await page.goBack();
  assert.ok(page.url().startsWith(world.elsewhere.origin), page.url());
  assert.deepEqual(world.posts(), []);
});

// An identity provider of our own: saml-idp does not say when the session ends.
const algorithm = ALGORITHMS.find(({ name }) => name === "ECDSA P-256 with SHA-256");
const crafted = (sessionEnds, more) =>
  signedResponse(algorithm, { issuer: "urn:gatepass:crafted", ...sp, person: "alice@example.com", now: Date.now(), sessionEnds, ...more });

for (const [what, left] of [["SessionNotOnOrAfter", 20 * MINUTE], ["the assertion, where that is not said", undefined]]) {
  test(`the session ends with ${what}, in every tab; a minute before that the app is told`, async (t) => {
    const { response, certificate } = crafted(left && Date.now() + left);
    const own = { entityId: "urn:gatepass:crafted", singleSignOn: idp.singleSignOn, certificates: [certificate] };
    const harness = { saml: { allowIdpInitiated: true, idp: own } };
    const { context, elsewhere } = await visitor(t, harness);
    await context.clock.install();
    const page = await elsewhere();
    await world.post(page, { SAMLResponse: response });
    const { status, expiresAt } = await ready(page);
    assert.equal(status, "signedIn");
    const tab = await world.open(t, "/", { context, harness });
    assert.equal((await ready(tab)).status, "signedIn");
    const rest = await page.evaluate((expiresAt) => expiresAt - Date.now(), expiresAt);
    assert.ok(rest > (left ?? 5 * MINUTE) - MINUTE && rest <= (left ?? 5 * MINUTE), `${rest}`);

    const tabs = [page, tab];
    const told = (tab) => tab.evaluate(() => log.filter(({ event }) => event === "session_ends_soon").length);
    await context.clock.runFor(rest - MINUTE - 2_000);
    for (const tab of tabs) assert.equal(await told(tab), 0);
    await context.clock.runFor(4_000);
    for (const tab of tabs) {
      await tab.waitForFunction(() => log.some(({ event }) => event === "session_ends_soon"));
      assert.equal(await tab.evaluate(() => auth.snapshot.status), "signedIn");
    }
    await context.clock.runFor(MINUTE);
    for (const tab of tabs) {
      await tab.waitForFunction(() => auth.snapshot.status === "signedOut");
      assert.deepEqual(await tab.evaluate(() => auth.snapshot), { status: "signedOut", reason: "expired" });
      assert.equal(await told(tab), 1);
    }
    assert.deepEqual((await stored(page)).filter(([, key]) => key === "gatepass:default:session"), []);
  });
}

test("OneTimeUse: a session of this page alone, and nothing of it is stored", async (t) => {
  const { response, certificate } = crafted(Date.now() + 20 * MINUTE, { oneTimeUse: true });
  const own = { entityId: "urn:gatepass:crafted", singleSignOn: idp.singleSignOn, certificates: [certificate] };
  const harness = { saml: { allowIdpInitiated: true, idp: own } };
  const { context, elsewhere } = await visitor(t, harness);
  const page = await elsewhere();
  await world.post(page, { SAMLResponse: response });
  assert.equal((await ready(page)).user.id, "alice@example.com");
  assert.ok(!(await stored(page)).some(([, key]) => key.endsWith(":session")));
  const tab = await world.open(t, "/", { context, harness });
  assert.equal((await ready(tab)).status, "signedOut");
  assert.equal(await page.evaluate(() => auth.snapshot.status), "signedIn");
});

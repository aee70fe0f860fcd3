// What comes back to the redirect URI is judged: only the answer to a sign-in of this browser signs
// anybody in, once; everything else is refused by its own rule, without a request.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { lines, requests, requestsBeside, requestsTo } from "./wire.mjs";
import { ready, resolution, startWorld, stored, verdict } from "./world.mjs";

const STATE = "s".repeat(43); // well-formed, and nobody's
const STAY = { harness: { stay: true } };

const world = await startWorld();
const { origin, provider } = world;
after(world.stop);

const exchanges = (page) => requests(page.wire).filter(({ url, method }) => url.endsWith("/oauth2/token") && method === "POST");
const transactions = async (page) => (await stored(page)).filter(([, key]) => key.includes(":tx:"));

/** A tab that has left for the login page, and the `state` it left with. */
async function pending(t, path, options) {
  const page = await world.open(t, path, options);
  await world.begin(page, options?.signIn);
  return { page, state: new URL(requestsBeside(page.wire, origin)[0].url).searchParams.get("state") };
}

/** A tab whose sign-in has been answered, and the answer's address, not yet opened. */
async function answered(t, path, options) {
  const { page, state } = await pending(t, path, options);
  return { page, state, address: await world.logInAndHold(page) };
}

/** Makes the one transaction of the page's tab `seconds` older. */
async function age(page, seconds) {
  await page.goto(`${origin}/elsewhere`);
  await page.evaluate((seconds) => {
    const [key] = Object.keys(sessionStorage).filter((key) => key.includes(":tx:"));
    const record = JSON.parse(sessionStorage.getItem(key));
    sessionStorage.setItem(key, JSON.stringify({ ...record, created: record.created - seconds }));
  }, seconds);
}

test("nothing in the address: nothing happens", async (t) => {
  const page = await world.open(t, "/callback?tenant=a#part", STAY);
  assert.deepEqual(await ready(page), { status: "signedOut", reason: "never" });
  assert.equal(page.url(), `${origin}/callback?tenant=a#part`);
});

test("beside the redirect URI, code and state are the app's own", async (t) => {
  const page = await world.open(t, `/other?code=a&state=${STATE}`);
  assert.deepEqual(await ready(page), { status: "signedOut", reason: "never" });
  assert.deepEqual(await resolution(page, () => auth.handleCallback()), { snapshot: { status: "signedOut", reason: "never" }, returnTo: "/" });
  assert.equal(page.url(), `${origin}/other?code=a&state=${STATE}`);
});

test("?result= of a hosted page is the app's own and does not throw", async (t) => {
  const page = await world.open(t, "/callback?result=success&tenant=a", STAY);
  assert.deepEqual(await ready(page), { status: "signedOut", reason: "never" });
  assert.equal(page.url(), `${origin}/callback?result=success&tenant=a`);
});

for (const [what, address, rule] of [
  ["a state that nobody here made", `?code=a&state=${STATE}`, "state_unknown"],
  ["a state of another form", "?code=a&state=forged", "state_unknown"],
  ["a parameter twice", `?code=a&code=b&state=${STATE}`, "repeated"],
  ["a parameter in query and fragment", `?code=a&state=${STATE}#code=b`, "repeated"],
  ["an address of 40 KiB", `#code=a&state=${STATE}&session_state=${"x".repeat(40 << 10)}`, "too_long"],
]) {
  test(`refused: ${what}`, async (t) => {
    const page = await world.open(t, `/callback${address}`, STAY);
    const { status, error } = await ready(page);

    assert.equal(status, "signedOut");
    assert.deepEqual([...verdict(error), error.retryable], ["callback_invalid", rule, false]);
    assert.equal(page.url(), `${origin}/callback`);
    assert.deepEqual(lines(requestsBeside(page.wire, origin)), []);
  });
}

test("the answer may come in the fragment, too", async (t) => {
  const { page, address } = await answered(t, "/", STAY);
  await page.goto(address.replace("?", "#"));

  assert.equal((await ready(page)).status, "signedIn");
  assert.equal(page.url(), `${origin}/callback`);
});

test("a refused callback leaves the session from before alone", async (t) => {
  const page = await world.signedIn(t, "/", STAY);
  const before = await ready(page);
  await page.goto(`${origin}/callback?code=a&code=b&state=${STATE}`);

  const { error, ...after } = await ready(page);
  assert.deepEqual(verdict(error), ["callback_invalid", "repeated"]);
  assert.deepEqual(after, before);
});

test("the sign-in is cancelled: the provider's words, with a verified state only", async (t) => {
  const { page, state } = await pending(t, "/", STAY);
  await page.click("#cancel");
  await page.waitForURL(world.atSite);

  const { status, error } = await ready(page);
  assert.equal(status, "signedOut");
  assert.deepEqual([...verdict(error), error.retryable, error.turn], ["access_denied", undefined, false, "person"]);
  assert.deepEqual(error.details.provider, { error: "access_denied", description: "The person cancelled the sign-in" });
  assert.doesNotMatch(error.message, /The person cancelled/);
  assert.equal(page.url(), `${origin}/callback`);
  assert.deepEqual(exchanges(page), []);
  assert.deepEqual((await transactions(page)).filter(([, key]) => key.endsWith(state)), [], "a definite answer ends the transaction");
});

test("an error's description: + is a space, no line break, 256 characters", async (t) => {
  const { page, state } = await pending(t, "/", STAY);
  await page.goto(`${origin}/callback?error=server_error&error_description=a+b%20c%0A&error_description=d&state=${state}`);
  const { error } = await ready(page);
  assert.deepEqual(verdict(error), ["provider_refused", "server_error"]);
  assert.deepEqual(error.details.provider, { error: "server_error", description: "a b c" });

  await world.begin(page);
  const next = new URL(requests(page.wire).findLast(({ url }) => url.includes("/oauth2/authorize?")).url).searchParams.get("state");
  await page.goto(`${origin}/callback?error=login_required&error_description=${"x".repeat(300)}&state=${next}`);
  const second = (await ready(page)).error;
  assert.deepEqual(verdict(second), ["login_required", "login_required"]);
  assert.equal(second.details.provider.description, "x".repeat(256));
});

test("an error without state is nobody's words, and the pending sign-in still completes", async (t) => {
  const { page, address } = await answered(t, "/", STAY);
  await page.goto(`${origin}/callback?error=access_denied&error_description=Call+0900`);
  const { error } = await ready(page);
  assert.deepEqual(verdict(error), ["access_denied", undefined]);
  assert.equal(error.details.provider, undefined);
  assert.doesNotMatch(JSON.stringify(error), /0900/);
  assert.equal((await transactions(page)).length, 1);

  await page.goto(address);
  assert.equal((await ready(page)).status, "signedIn");
});

test("prompt=none without a session at the provider is login_required", async (t) => {
  const page = await world.open(t, "/", STAY);
  await page.evaluate(() => void auth.signIn({ prompt: "none" }).catch(() => {}));
  await page.waitForURL((url) => url.pathname === "/callback");

  const { error } = await ready(page);
  assert.deepEqual([...verdict(error), error.details.provider.error], ["login_required", "login_required", "login_required"]);
});

test("the answer to another client of the page is left alone", async (t) => {
  const { page, address } = await answered(t, "/", STAY);
  await page.addInitScript(`window.harness = { stay: true, options: { name: "other" } }`);
  await page.goto(address);
  assert.deepEqual(await ready(page), { status: "signedOut", reason: "never" });
  assert.deepEqual([lines(exchanges(page)), (await transactions(page)).length], [[], 1]);

  const later = await page.evaluate(() => gatepass.createGatepass({ ...config, name: "default" }).ready().then(({ status }) => status));
  assert.equal(later, "signedIn");
});

for (const [what, order] of [
  ["the one that it answers first", "await one.ready(), await two.ready()"],
  ["the other one first", "await two.ready(), await one.ready()"],
  ["both at once", "await Promise.all([one.ready(), two.ready()])"],
]) {
  test(`two clients on one page, ${what}: one signs in, the other is not disturbed`, async (t) => {
    const page = await world.open(t, "/", { harness: { manual: true } });
    await world.begin(page);
    await world.logIn(page);
    const [one, two] = await resolution(page, `async () => {
      const one = auth, two = gatepass.createGatepass({ ...config, name: "two" });
      ${order};
      return [one.snapshot, two.snapshot];
    }`);
    assert.deepEqual([one.status, one.error], ["signedIn", undefined]);
    assert.deepEqual(two, { status: "signedOut", reason: "never" });
    assert.equal(exchanges(page).length, 1);
  });
}

test("an answer is used once: again later, or at once in the same page", async (t) => {
  const { page, address } = await answered(t, "/", STAY);
  await page.goto(address);
  const same = await page.evaluate(async () => {
    const [one, two, three] = await Promise.all([auth.handleCallback(), auth.handleCallback(), auth.handleCallback()]);
    return one === two && two === three && callbacks.length === 1 && callbacks[0] === one && one.snapshot === auth.snapshot;
  });
  assert.ok(same, "every call has the same result");
  assert.equal(exchanges(page).length, 1);

  await page.evaluate(() => auth.signOut({ scope: "local" }));
  await page.goto("about:blank");
  await page.goto(address);
  assert.deepEqual(verdict((await ready(page)).error), ["callback_invalid", "state_unknown"]);
  assert.equal(exchanges(page).length, 1);
});

test("an answer opened in another browser is refused", async (t) => {
  const { address } = await answered(t, "/", STAY);
  const thief = await world.open(t, address.slice(origin.length), STAY);

  assert.deepEqual(verdict((await ready(thief)).error), ["callback_invalid", "state_unknown"]);
  assert.equal(thief.url(), `${origin}/callback`);
  assert.deepEqual(exchanges(thief), []);
});

for (const [what, change, rule] of [
  ["of another issuer", (url) => url.searchParams.set("iss", "https://evil.example"), "iss"],
  ["of two issuers", (url) => url.searchParams.append("iss", "https://evil.example"), "repeated"],
  ["without a code", (url) => url.searchParams.set("code", ""), "code_missing"],
]) {
  test(`refused: an answer ${what}`, async (t) => {
    const { page, address } = await answered(t, "/", STAY);
    const changed = new URL(address);
    assert.equal(changed.searchParams.get("iss"), provider.issuer);
    change(changed);
    await page.goto(changed.href);

    assert.deepEqual(verdict((await ready(page)).error), ["callback_invalid", rule]);
    assert.equal(page.url(), `${origin}/callback`);
    assert.deepEqual(exchanges(page), []);
  });
}

test("an expired sign-in starts again, once, and keeps returnTo and options", async (t) => {
  const signIn = { returnTo: "/deep?q=1#part", loginHint: "ada", extraParams: { ui: "dark" } };
  const { page, state, address } = await answered(t, "/", { ...STAY, signIn });
  await age(page, 60 * 60 + 1);
  const mark = page.wire.length;
  await page.goto(address, { waitUntil: "commit" });
  await page.waitForURL((url) => url.pathname === "/callback" && !url.search); // the provider knows the person by now
  await page.waitForFunction(() => window.callbacks?.length === 1);

  const [authorize] = requestsTo(page.wire.slice(mark), provider.origin);
  const { searchParams } = new URL(authorize.url);
  assert.notEqual(searchParams.get("state"), state);
  assert.deepEqual([searchParams.get("login_hint"), searchParams.get("ui")], ["ada", "dark"]);
  assert.equal(await page.evaluate(() => callbacks[0].returnTo), "/deep?q=1#part");
  assert.equal((await ready(page)).status, "signedIn");
  assert.equal(exchanges(page).length, 1);
});

test("59 minutes on the login page are not too long", async (t) => {
  const { page, address } = await answered(t, "/", STAY);
  await age(page, 59 * 60);
  await page.goto(address);
  assert.equal((await ready(page)).status, "signedIn");
});

test("a second restart within ten minutes is refused", async (t) => {
  const { page, address } = await answered(t, "/", STAY);
  await age(page, 60 * 60 + 1);
  await page.evaluate(() => localStorage.setItem("gatepass:default:restarted", String(Math.floor(Date.now() / 1000) - 300)));
  await page.goto(address);
  assert.deepEqual(verdict((await ready(page)).error), ["callback_invalid", "transaction_expired"]);
  assert.deepEqual(exchanges(page), []);
});

test("a code without state starts a proper sign-in, once in ten minutes, and is never exchanged", async (t) => {
  const page = await world.open(t, "/", STAY);
  await page.goto(`${origin}/callback?code=stolen`, { waitUntil: "commit" });
  await page.waitForURL(world.atProvider);
  const { searchParams } = new URL(requestsTo(page.wire, provider.origin)[0].url);
  assert.match(searchParams.get("state"), /^[\w-]{43}$/);
  assert.equal(searchParams.get("code"), null);

  await page.goto(`${origin}/callback?code=stolen`);
  assert.deepEqual(verdict((await ready(page)).error), ["callback_invalid", "state_missing"]);
  assert.equal(page.url(), `${origin}/callback`);

  await page.evaluate(() => localStorage.setItem("gatepass:default:restarted", String(Math.floor(Date.now() / 1000) - 601)));
  await page.goto(`${origin}/callback?code=stolen`, { waitUntil: "commit" });
  await page.waitForURL(world.atProvider);
  assert.deepEqual(exchanges(page), []);

  await world.logIn(page);
  assert.equal((await ready(page)).status, "signedIn");
  assert.equal(exchanges(page).length, 1);
});

test("a code without state does nothing to somebody signed in, nor after a deliberate sign-out", async (t) => {
  const page = await world.signedIn(t, "/", STAY);
  const before = await ready(page);
  const mark = page.wire.length;
  await page.goto(`${origin}/callback?code=stolen&tenant=a`);
  assert.deepEqual(await ready(page), before);
  assert.equal(page.url(), `${origin}/callback?tenant=a`);
  assert.deepEqual(lines(requestsBeside(page.wire.slice(mark), origin)), []);

  await page.evaluate(() => auth.signOut({ scope: "local" }));
  const quiet = page.wire.length;
  await page.goto(`${origin}/callback?code=stolen`);
  assert.deepEqual(await ready(page), { status: "signedOut", reason: "signed_out" });
  assert.equal(page.url(), `${origin}/callback`);
  assert.deepEqual(lines(requestsBeside(page.wire.slice(quiet), origin)), []);
});

for (const evil of ["//evil.example/", "/\\evil.example", "javascript:alert(1)", "https://evil.example/", "/%2Fevil.example", "/\t/evil.example"]) {
  test(`returnTo ${JSON.stringify(evil)} becomes the start page`, async (t) => {
    const page = await world.signedIn(t, "/a", { signIn: { returnTo: evil } });
    assert.equal(page.url(), `${origin}/`);
    assert.equal(await page.evaluate(() => auth.handleCallback().then(({ returnTo }) => returnTo)), "/");
  });
}

test("the page comes back while it was leaving for a restart: interrupted, not loading for ever", async (t) => {
  const page = await world.open(t, "/", STAY);
  await page.route("**/oauth2/authorize?*", (route) => route.fulfill({ status: 204 })); // the page stays
  const left = page.waitForRequest("**/oauth2/authorize?*");
  await page.goto(`${origin}/callback?code=stolen`);
  await left;
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })));

  const { status, reason, error } = await ready(page);
  assert.deepEqual([status, reason, ...verdict(error)], ["signedOut", "never", "interrupted", undefined]);
});

test("errors of the app's own hooks do not undo the sign-in", async (t) => {
  const init = `Storage.prototype.setItem = () => {};`; // so that there is something to log
  const page = await world.open(t, "/", { harness: { manual: true }, init });
  await world.begin(page);
  const uncaught = [];
  page.on("pageerror", ({ message }) => uncaught.push(message));
  await world.logIn(page);
  const { snapshot, returnTo } = await resolution(page, () => {
    const fail = (what) => () => { throw new Error(what); };
    const client = gatepass.createGatepass({ ...config, onCallback: fail("onCallback"), onLog: fail("onLog") });
    client.subscribe(fail("listener"));
    return client.handleCallback();
  });
  assert.deepEqual([snapshot.status, snapshot.error, returnTo], ["signedIn", undefined, "/"]);
  assert.equal((await ready(page)).status, "signedIn");
  assert.deepEqual(uncaught.sort(), ["listener", "onCallback", "onLog"]);
});

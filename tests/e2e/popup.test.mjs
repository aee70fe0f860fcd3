// Signing in through a window of its own: the page stays where it is, and only the answer to its own
// request, from its own origin, is heard.

import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import { startCrafted } from "../providers/crafted.mjs";
import { requests } from "./wire.mjs";
import { ready, resolution, startWorld, stored, until, verdict } from "./world.mjs";

const world = await startWorld({ startProvider: startCrafted });
const { origin, provider } = world;
after(world.stop);
beforeEach(() => provider.craft({ page: {} }));

const ISOLATED = { page: { "cross-origin-opener-policy": "same-origin" } };
// The same site, but to the browser another one.
const ELSEWHERE = origin.replace("localhost", "127.0.0.1");

// The site's own configuration says Cognito (its Content Security Policy is made from that); the pages' is
// this. The opener notes every message that it gets, before gatepass does.
const OIDC = { issuer: provider.issuer, clientId: provider.clientId };
const DOOR = `
  (window.harness ??= {}).options = { cognito: undefined, oidc: ${JSON.stringify(OIDC)} };
  if (!window.heard) {
    window.heard = [];
    addEventListener("message", ({ origin, data }) => heard.push({ origin, data }));
    window.channel = new BroadcastChannel("gatepass:popup");
    channel.onmessage = ({ data }) => heard.push({ data });
  }`;
const denied = (name) => `Object.defineProperty(window, "${name}", { get() { throw new DOMException("denied", "SecurityError"); } });`;
const DENIED = ["sessionStorage", "localStorage", "indexedDB"].map(denied);

/** A page with a button for each name in `clients`, whose click signs in by a popup. */
async function open(t, { clients = ["default"], init = [], context } = {}) {
  context ??= await world.person(t);
  await context.addInitScript(DOOR); // the windows too
  const page = await world.open(t, "/start?a=b#c", { context, init: [DOOR, ...init] });
  await ready(page);
  await page.evaluate((clients) => {
    window.marker = "never reloaded";
    window.outcomes = {};
    for (const name of clients) {
      const client = name === "default" ? auth : gatepass.createGatepass({ ...config, name });
      const button = document.body.appendChild(Object.assign(document.createElement("button"), { id: name, textContent: name }));
      button.onclick = () => {
        delete outcomes[name];
        client.signInWithPopup({ returnTo: "/deep" }).then((value) => (outcomes[name] = { value }), (error) => (outcomes[name] = { error }));
      };
    }
  }, clients);
  return page;
}

/** Clicks and waits for the provider's page in the new window. */
async function click(page, name = "default") {
  const [popup] = await Promise.all([page.waitForEvent("popup"), page.click(`#${name}`)]);
  await popup.waitForURL(world.atProvider);
  await popup.waitForSelector("#continue");
  return popup;
}

const finish = (popup) => popup.click("#continue", { noWaitAfter: true });
const closed = (popup) => until(() => popup.isClosed());

async function outcome(page, name = "default") {
  await page.waitForFunction((name) => window.outcomes[name], name);
  return resolution(page, `async () => outcomes[${JSON.stringify(name)}]`);
}

/** Back on the page, until it has given up. */
async function comeBack(page) {
  await until(async () => {
    await page.mouse.click(300, 300);
    return page.evaluate(() => "default" in outcomes);
  });
  return outcome(page);
}

async function assertStayed(page) {
  assert.equal(page.url(), `${origin}/start?a=b#c`);
  assert.equal(await page.evaluate(() => window.marker), "never reloaded");
  assert.equal(requests(page.wire).filter(({ type }) => type === "Document").length, 1);
}

const exchanges = () => provider.requests.filter(({ path }) => path === "/token").map(({ form }) => form.code);

for (const [what, quirks] of [["", { page: {} }], [", from a page that cuts off its opener", ISOLATED]]) {
  test(`a click signs in${what}, the page stays and the window closes by itself`, async (t) => {
    provider.craft(quirks);
    const page = await open(t);
    const before = exchanges().length;
    const popup = await click(page);
    assert.equal(await popup.evaluate(() => window.opener === null), quirks === ISOLATED);
    await finish(popup);

    const { value, error } = await outcome(page);
    assert.equal(error, undefined);
    assert.deepEqual([value.snapshot.status, value.snapshot.user.id, value.returnTo], ["signedIn", "ada", "/deep"]);
    await closed(popup);
    await assertStayed(page);
    assert.ok(await page.evaluate(() => auth.snapshot === outcomes.default.value.snapshot && auth.snapshot === snapshots.at(-1)));
    assert.match(await page.evaluate(() => auth.getAccessToken()), /^[\w-]{43}$/);
    assert.equal(exchanges().length - before, 1);
    assert.deepEqual((await stored(page)).filter(([, key]) => key.includes(":tx:")), [], "the transaction never left the page");

    await page.reload();
    assert.equal((await ready(page)).status, "signedIn");
  });

  test(`storage is denied${what}: a popup signs in all the same`, async (t) => {
    provider.craft(quirks);
    const context = await world.person(t);
    for (const script of DENIED) await context.addInitScript(script);
    const page = await open(t, { context, init: DENIED });
    const popup = await click(page);
    await finish(popup);

    const { value, error } = await outcome(page);
    assert.deepEqual([value?.snapshot.status, error], ["signedIn", undefined]);
    await closed(popup);
    await assertStayed(page);
    assert.deepEqual(await page.evaluate(() => log.map(({ event }) => event)), ["session_in_memory"]);
  });
}

test("the window is opened before anything is waited for, the metadata included", async (t) => {
  const page = await open(t);
  assert.equal(requests(page.wire).filter(({ url }) => url.startsWith(provider.origin)).length, 0);
  const windows = await page.evaluate(() => {
    const opened = [];
    const { open } = window;
    window.open = (...args) => (opened.push(args.length), open(...args));
    document.querySelector("#default").click();
    return opened.length; // in the same task
  });
  assert.equal(windows, 1);
});

test("refused at the provider: access_denied, and its words", async (t) => {
  const denial = { error: "access_denied", error_description: "No" };
  provider.craft({ page: {}, authorize: ({ state, iss }) => ({ ...denial, state, iss }) });
  const page = await open(t);
  const popup = await click(page);
  await finish(popup);
  const { error } = await outcome(page);
  assert.deepEqual([...verdict(error), error.details.provider], ["access_denied", undefined, { error: "access_denied", description: "No" }]);
  await closed(popup);
  await assertStayed(page);
  assert.equal(await page.evaluate(() => auth.snapshot.status), "signedOut");
});

test("an identity that does not hold: its own refusal", async (t) => {
  provider.craft({ page: {}, claims: (honest) => ({ ...honest, nonce: "another" }) });
  const page = await open(t);
  const popup = await click(page);
  await finish(popup);
  assert.deepEqual(verdict((await outcome(page)).error), ["id_token_invalid", "nonce"]);
  await closed(popup);
});

test("metadata of no use: the window that was opened closes again", async (t) => {
  provider.craft({ discovery: (honest) => ({ ...honest, issuer: "https://evil.example" }) });
  const page = await open(t);
  const [popup] = await Promise.all([page.waitForEvent("popup"), page.click("#default")]);
  assert.deepEqual(verdict((await outcome(page)).error), ["discovery_invalid", "issuer"]);
  await closed(popup);
});

test("the browser opens no window: popup_blocked, and nothing was asked for", async (t) => {
  const page = await open(t, { init: ["window.open = () => null;"] });
  await page.click("#default");
  const { error } = await outcome(page);
  assert.deepEqual([...verdict(error), error.retryable, error.turn], ["popup_blocked", undefined, true, "person"]);
  assert.equal(requests(page.wire).filter(({ url }) => url.includes("/authorize")).length, 0);
  await assertStayed(page);
});

test("the person closes the window: interrupted, and the next click works", async (t) => {
  const page = await open(t);
  const popup = await click(page);
  await popup.close();
  const { error } = await comeBack(page);
  assert.deepEqual([...verdict(error), error.retryable], ["interrupted", undefined, true]);
  assert.equal(await page.evaluate(() => auth.snapshot.status), "signedOut");

  const second = await click(page);
  await finish(second);
  assert.equal((await outcome(page)).value?.snapshot.status, "signedIn");
  await assertStayed(page);
});

test("the person comes back to the page before the window is done: an answer that comes later signs in", async (t) => {
  provider.craft(ISOLATED); // whether that window is closed cannot be told
  const page = await open(t);
  const popup = await click(page);
  assert.deepEqual(verdict((await comeBack(page)).error), ["interrupted", undefined]);
  assert.deepEqual([popup.isClosed(), await page.evaluate(() => auth.snapshot.status)], [false, "signedOut"]);

  await finish(popup);
  await page.waitForFunction(() => auth.snapshot.status === "signedIn");
  await closed(popup);
  await assertStayed(page);
});

test("two clients, two windows at once: each gets its own answer", async (t) => {
  const page = await open(t, { clients: ["one", "two"] });
  const [one, two] = [await click(page, "one"), await click(page, "two")];
  const state = (popup) => new URL(popup.url()).searchParams.get("state");
  assert.notEqual(state(one), state(two));
  await finish(two);
  assert.equal((await outcome(page, "two")).value?.snapshot.status, "signedIn");
  assert.equal(await page.evaluate(() => window.outcomes.one), undefined);
  await finish(one);
  assert.equal((await outcome(page, "one")).value?.snapshot.status, "signedIn");
  await closed(one);
  await closed(two);
  const [first, second, third] = await page.evaluate(() => [outcomes.one.value.snapshot.user.claims.nonce, outcomes.two.value.snapshot.user.claims.nonce, auth.snapshot.status]);
  assert.notEqual(first, second);
  assert.equal(third, "signedOut");
  await assertStayed(page);
});

// Forgeries. What the honest window says is learnt from a sign-in; it is said again with a code of the
// attacker's, and the pending sign-in must neither take it nor be disturbed.

/** What the window told the opener in an honest sign-in: the message that holds the address. */
async function learn(t, quirks) {
  provider.craft(quirks);
  const page = await open(t);
  const popup = await click(page);
  const state = new URL(popup.url()).searchParams.get("state");
  await finish(popup);
  await outcome(page);
  const { data } = (await page.evaluate(() => heard)).find(({ data }) => JSON.stringify(data).includes(state));
  return { data, state };
}

/** The same for another sign-in, with a code that nobody issued. */
const forge = ({ data, state }, otherState) =>
  JSON.parse(JSON.stringify(data).replaceAll(state, otherState).replaceAll(/([?&#]code=)[\w-]+/g, "$1stolen"));

/** Waits until the opener has got `count` messages more. */
const hears = (page, count) => page.waitForFunction((count) => window.heard.length >= count, count);

test("a message from another origin changes nothing, right state or not", async (t) => {
  const honest = await learn(t, { page: {} });
  const page = await open(t);
  const [popup, before] = [await click(page), exchanges().length];
  const state = new URL(popup.url()).searchParams.get("state");
  const mark = await page.evaluate(() => heard.length);

  // From a window of another site, and from the provider's own page in the very window.
  const [evil] = await Promise.all([page.waitForEvent("popup"), page.evaluate((url) => void window.open(url), `${ELSEWHERE}/`)]);
  await evil.waitForURL(`${ELSEWHERE}/`);
  const post = (data) => window.opener.postMessage(data, "*");
  await evil.evaluate(post, forge(honest, state));
  await evil.evaluate(post, forge(honest, "s".repeat(43)));
  await popup.evaluate(post, forge(honest, state));
  await hears(page, mark + 3);
  const origins = (await page.evaluate(() => heard)).slice(mark).map(({ origin }) => origin);
  assert.deepEqual(origins.sort(), [ELSEWHERE, ELSEWHERE, provider.origin].sort()); // no order holds between windows
  assert.equal(await page.evaluate(() => window.outcomes.default), undefined);

  await finish(popup);
  assert.equal((await outcome(page)).value?.snapshot.status, "signedIn");
  const codes = exchanges().slice(before);
  assert.deepEqual([codes.length, codes.includes("stolen")], [1, false]);
});

test("a message of this origin, for another sign-in or from another window, changes nothing", async (t) => {
  const [byMessage, byChannel] = [await learn(t, { page: {} }), await learn(t, ISOLATED)];
  provider.craft({ page: {} });
  const context = await world.person(t);
  const page = await open(t, { context });
  const uncaught = [];
  page.on("pageerror", ({ message }) => uncaught.push(message));
  const [popup, before] = [await click(page), exchanges().length];
  const mark = await page.evaluate(() => heard.length);

  const state = new URL(popup.url()).searchParams.get("state");
  const other = "s".repeat(43);
  const [window] = await Promise.all([page.waitForEvent("popup"), page.evaluate((url) => void open(url), `${origin}/other`)]);
  await window.waitForURL(`${origin}/other`);
  await window.evaluate(([fromElsewhere, byMessage, byChannel]) => {
    opener.postMessage(fromElsewhere, location.origin);
    opener.postMessage(byMessage, location.origin);
    channel.postMessage(byChannel);
    for (const junk of [null, 0, "", [], {}, { address: 1 }, "gatepass"]) {
      opener.postMessage(junk, location.origin);
      channel.postMessage(junk);
    }
  }, [forge(byMessage, state), forge(byMessage, other), forge(byChannel, other)]);
  await hears(page, mark + 17);
  assert.equal(await page.evaluate(() => outcomes.default), undefined);

  await finish(popup);
  assert.equal((await outcome(page)).value?.snapshot.status, "signedIn");
  const codes = exchanges().slice(before);
  assert.deepEqual([codes.length, codes.includes("stolen")], [1, false]);
  assert.deepEqual(uncaught, []);
  await assertStayed(page);
});

test("what the window says goes to this origin only", async (t) => {
  const { data } = await learn(t, { page: {} });
  assert.ok(JSON.stringify(data).includes("code="), "the code is what must not be heard elsewhere");
  // A page of another origin opens the provider's page itself, with a redirect back to this site.
  const context = await world.person(t);
  await context.addInitScript(DOOR);
  const thief = await context.newPage();
  await thief.goto(`${ELSEWHERE}/`);
  const address = `${provider.origin}/authorize?${new URLSearchParams({ client_id: provider.clientId, redirect_uri: `${origin}/callback`, state: "s".repeat(43), scope: "openid", code_challenge: "c" })}`;
  const [popup] = await Promise.all([thief.waitForEvent("popup"), thief.evaluate((url) => void window.open(url), address)]);
  await popup.waitForSelector("#continue");
  await popup.click("#continue");
  await popup.waitForURL(`${origin}/callback`);
  assert.deepEqual(verdict((await ready(popup)).error), ["callback_invalid", "state_unknown"]);
  assert.deepEqual(await thief.evaluate(() => heard.filter(({ data }) => JSON.stringify(data).includes("code="))), []);
});

// The service worker as assertion consumer service: it is there before the page leaves, it takes what is posted to
// its address and nothing else, and what it hands over is taken once, by the client that waits for it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, beforeEach, test } from "node:test";
import { requestsBeside } from "./wire.mjs";
import { startSamlWorld } from "./saml-world.mjs";
import { freePort, oidcProvider, ready, rejection, resolution, stored, until, verdict } from "./world.mjs";

const WORKER = readFileSync(new URL("../../pkg/acs.js", import.meta.url), "utf8");
const { version } = JSON.parse(readFileSync(new URL("../../pkg/package.json", import.meta.url), "utf8"));
const OLDER = WORKER.replaceAll(JSON.stringify(version), '"0.0.0"');
assert.notEqual(OLDER, WORKER);

// What the site serves as its worker at /api/acs.js, below a folder of its own but allowed everywhere.
let served;
const script = (body) => ({ status: 200, type: "text/javascript", body });
function api(request, response) {
  const { status, type, body } = request.url.startsWith("/api/acs.js") ? served : { status: 200, type: "text/plain", body: "app" };
  response.writeHead(status, { "content-type": type, "service-worker-allowed": "/", "cache-control": "no-store" });
  response.end(body);
}
const workerUrl = "/api/acs.js";

let oidc;
const config = async (origin) => {
  oidc = await oidcProvider({ port: await freePort(), redirectUris: [`${origin}/callback`], logoutUris: [`${origin}/`] });
  return { cognito: oidc.cognito };
};
const world = await startSamlWorld({ api, config });
const { origin, sp } = world;
after(() => Promise.all([world.stop(), oidc.stop()]));
beforeEach(() => {
  served = script(WORKER);
  world.site.requests.splice(0);
});

const shifted = (seconds, where) => `if (location.pathname === "${where}") { const { now } = Date; Date.now = () => now() + ${seconds * 1000}; }`;
const NO_WORKERS = "delete Navigator.prototype.serviceWorker;";
const NO_DATABASE = `IDBFactory.prototype.open = () => { throw new DOMException("denied", "SecurityError"); };`;
const handOvers = async (page) => (await stored(page)).filter(([, key]) => key.startsWith("gatepass:hand-over:"));
const transactions = async (page) => (await stored(page)).filter(([, key]) => key.includes(":tx:"));
const workers = (page) => page.evaluate(() => navigator.serviceWorker.getRegistrations().then((all) => all.map(({ active }) => active?.scriptURL)));

/** The version of the worker that is at work. */
const askVersion = (page) =>
  page.evaluate(async () => {
    const [{ active }] = await navigator.serviceWorker.getRegistrations();
    const { port1, port2 } = new MessageChannel();
    const answered = new Promise((resolve) => (port1.onmessage = ({ data }) => resolve(data)));
    active?.postMessage({ gatepass: "version" }, [port2]);
    return answered;
  });

for (const { what, serves, saml = { workerUrl }, init, rule, pass } of [
  { what: "not there", serves: { status: 404, type: "text/plain", body: "Not found" }, rule: "script" },
  { what: "not there, the site's own page in its place", saml: { workerUrl: "/acs-worker" }, rule: "script" },
  { what: "a script that throws", serves: script("throw new Error('broken')"), rule: "script" },
  { what: "no script", serves: script("}"), rule: "script" },
  { what: "never installed", serves: script("addEventListener('install', (event) => event.waitUntil(Promise.reject()))"), rule: "script" },
  { what: "never ready", serves: script("addEventListener('install', (event) => event.waitUntil(new Promise(() => {})))"), rule: "timeout", pass: 10_001 },
  { what: "in a folder that does not cover the ACS", saml: { workerUrl: "/gatepass/acs.js" }, rule: "scope" },
  { what: "forbidden by the browser", init: NO_WORKERS, rule: "unsupported" },
]) {
  test(`a worker ${what}: worker_unavailable/${rule}, and the page stays`, async (t) => {
    served = serves;
    const context = await world.person(t);
    if (pass) await context.clock.install();
    const page = await world.open(t, "/here", { context, harness: { saml }, init });
    assert.equal((await ready(page)).error, undefined, "it matters only to who signs in");
    const refused = rejection(page, () => auth.signIn());
    if (pass) {
      await until(() => page.evaluate(() => navigator.serviceWorker.getRegistration("/saml/acs").then((found) => !!found?.installing)));
      await page.clock.runFor(pass);
    }
    const error = await refused;
    assert.deepEqual([...verdict(error), error.turn], ["worker_unavailable", rule, "developer"]);
    assert.equal(page.url(), `${origin}/here`);
    assert.deepEqual(requestsBeside(page.wire, origin), []);
    assert.deepEqual(await transactions(page), []);
  });
}

test("no worker yet, mended by the developer: the next click leaves", async (t) => {
  served = { status: 404, type: "text/plain", body: "" };
  const page = await world.open(t, "/", { harness: { saml: { workerUrl } } });
  assert.deepEqual(verdict(await rejection(page, () => auth.signIn())), ["worker_unavailable", "script"]);
  served = script(WORKER);
  await world.begin(page);
  await world.logIn(page);
  assert.equal((await ready(page)).status, "signedIn");
});

for (const [what, init] of [["", undefined], [", and none needed", NO_WORKERS]]) {
  test(`acs: "server": no worker is registered${what}`, async (t) => {
    const page = await world.open(t, "/", { harness: { saml: { acs: "server" } }, init });
    await ready(page);
    if (!init) assert.deepEqual(await workers(page), []);
    await world.begin(page);
    assert.ok(!world.site.requests.some(({ path }) => path.startsWith("/acs.js")));
  });
}

test("an active worker for another callback is replaced before the page leaves", async (t) => {
  const context = await world.person(t);
  const first = await world.open(t, "/", { context });
  await until(async () => (await workers(first))[0]);
  assert.deepEqual(await workers(first), [`${origin}/acs.js?acs=%2Fsaml%2Facs&callback=%2Fcallback`]);

  const page = await world.open(t, "/", { context, harness: { options: { redirectUri: "/other" }, stay: true } });
  await world.begin(page);
  assert.deepEqual(await workers(first), [`${origin}/acs.js?acs=%2Fsaml%2Facs&callback=%2Fother`]);
  await world.logIn(page);
  assert.equal((await ready(page)).status, "signedIn");
  assert.equal(page.url(), `${origin}/other`);
  assert.deepEqual(world.posts(), []);
});

test("an older worker, which cannot be renewed, serves a newer page", async (t) => {
  served = script(OLDER);
  const context = await world.person(t);
  const harness = { saml: { workerUrl } };
  const first = await world.open(t, "/", { context, harness });
  await until(async () => (await workers(first))[0]);
  assert.equal(await askVersion(first), "0.0.0");

  served = script("throw new Error('broken')");
  const page = await world.signedIn(t, "/", { context, harness });
  assert.equal(await askVersion(page), "0.0.0");
  assert.deepEqual(world.posts(), []);
});

test("a newer worker of the same address takes over, and a sign-in that is under way comes back", async (t) => {
  served = script(OLDER);
  const context = await world.person(t);
  const harness = { saml: { workerUrl } };
  const page = await world.open(t, "/", { context, harness });
  const fields = await world.answer(page);

  served = script(WORKER);
  const second = await world.open(t, "/", { context, harness });
  // As the browser does it now and then.
  await second.evaluate(async () => {
    const [registration] = await navigator.serviceWorker.getRegistrations();
    await registration.update();
    const worker = registration.installing ?? registration.waiting ?? registration.active;
    const activated = (settle) => (worker.state === "activated" ? settle() : worker.addEventListener("statechange", () => activated(settle), { once: true }));
    await new Promise(activated);
  });
  assert.equal(await askVersion(second), version);
  await world.post(page, fields);
  assert.equal((await ready(page)).status, "signedIn");
  assert.deepEqual(world.posts(), []);
});

test("a worker without a database says so, and nobody is signed in", async (t) => {
  served = script(`indexedDB.open = () => { throw new Error("denied"); };\n${WORKER}`);
  const page = await world.open(t, "/", { harness: { saml: { workerUrl } } });
  await world.post(page, await world.answer(page));
  const { status, error } = await ready(page);
  assert.deepEqual([status, ...verdict(error)], ["signedOut", "storage_unavailable", "hand_over"]);
});

test("no database in the page: the sign-in does not leave it", async (t) => {
  const page = await world.open(t, "/here", { init: NO_DATABASE });
  assert.deepEqual(verdict(await rejection(page, () => auth.signIn())), ["storage_unavailable", "transaction"]);
  assert.equal(page.url(), `${origin}/here`);
  assert.deepEqual(requestsBeside(page.wire, origin), []);
});

test("a hand-over of an unknown version is none, and nothing of it is left", async (t) => {
  const page = await world.open(t, "/");
  const address = await world.postAndHold(page, await world.answer(page));
  await page.goto(`${origin}/config.js`);
  const [[, key, record]] = await handOvers(page);
  assert.equal(record.v, 1);
  await page.evaluate(async (key) => {
    const done = (request) => new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
    const db = await done(indexedDB.open("gatepass"));
    const store = db.transaction("records", "readwrite").objectStore("records");
    await done(store.put({ ...(await done(store.get(key))), v: 99 }, key));
    db.close();
  }, key);
  await world.visit(page, address);
  const { status, error } = await ready(page);
  assert.deepEqual([status, ...verdict(error)], ["signedOut", "callback_invalid", "handle_unknown"]);
  assert.deepEqual(await handOvers(page), []);
});

for (const [seconds, expected] of [
  [115, ["signedIn"]],
  [-115, ["signedIn"]],
  [121, ["signedOut", "callback_invalid", "handle_unknown"]],
  [-121, ["signedOut", "callback_invalid", "handle_unknown"]],
]) {
  test(`a hand-over, ${seconds} seconds later: ${expected.join("/")}`, async (t) => {
    const page = await world.open(t, "/", { harness: { saml: { skew: 300 } }, init: shifted(seconds, "/callback") });
    const address = await world.postAndHold(page, await world.answer(page));
    await world.visit(page, address);
    const { status, error } = await ready(page);
    assert.deepEqual([status, ...(error ? verdict(error) : [])], expected);
    assert.deepEqual(await handOvers(page), []);
  });
}

test("a hand-over is taken once: who is signed in stays, nobody else is", async (t) => {
  const page = await world.open(t, "/");
  const address = await world.postAndHold(page, await world.answer(page));
  await world.visit(page, address);
  assert.equal((await ready(page)).status, "signedIn");

  await world.visit(page, address);
  const { status, error } = await ready(page);
  assert.deepEqual([status, error], ["signedIn", undefined]);

  await page.evaluate(() => auth.signOut({ scope: "local" }));
  await world.visit(page, address);
  assert.deepEqual(verdict((await ready(page)).error), ["callback_invalid", "handle_unknown"]);
});

for (const [what, handle] of [["a made-up handle", "A".repeat(43)], ["a short one", "A"], ["a key of ours", "gatepass:vault-key"], ["markup", "%3Cscript%3E"]]) {
  test(`${what} in the address: callback_invalid/handle_unknown`, async (t) => {
    const page = await world.open(t, `/callback?saml_handle=${handle}`);
    const { status, error } = await ready(page);
    assert.deepEqual([status, ...verdict(error)], ["signedOut", "callback_invalid", "handle_unknown"]);
    assert.equal(page.url(), `${origin}/callback`);
  });
}

test("the handle leaves the address bar at once; the app's own query, fragment and history.state stay", async (t) => {
  const harness = { stay: true, beacon: true, options: { redirectUri: "/callback?tenant=a%20b" } };
  const init = `if (location.pathname === "/callback") history.replaceState({ own: 1 }, "");`;
  const page = await world.open(t, "/", { harness, init });
  const address = await world.postAndHold(page, await world.answer(page));
  assert.match(address, /\/callback\?tenant=a%20b&saml_handle=[\w-]{43}$/);
  await world.visit(page, `${address}&own#part=1`);
  const seen = await page.evaluate(() => [location.href, history.state]);
  assert.deepEqual(seen, [`${origin}/callback?tenant=a%20b&own#part=1`, { own: 1 }]);
  assert.equal((await ready(page)).status, "signedIn");
  const beacon = () => world.site.requests.filter(({ path }) => path === "/beacon").at(-1);
  await until(() => beacon()?.referer.includes("/callback"));
  assert.equal(beacon().referer, `${origin}/callback?tenant=a%20b&own`);
});

test("the worker takes posts to its address, by navigation; all else is the server's", async (t) => {
  const context = await world.person(t);
  const page = await world.open(t, "/", { context });
  await until(async () => (await workers(page))[0]);

  const quiet = { context, harness: { manual: true } };
  const within = await world.open(t, "/saml/acs/within", quiet); // a page of the worker's own scope
  assert.ok(await within.evaluate(() => !!navigator.serviceWorker.controller));
  await world.open(t, "/saml/acs", quiet);
  world.site.requests.splice(0);
  for (const [method, path] of [["POST", "/saml/acs"], ["GET", "/saml/acs"], ["POST", "/api/own"], ["PUT", "/saml/acs"]]) {
    await within.evaluate(([method, path]) => fetch(path, { method }).then((answer) => answer.text()), [method, path]);
  }
  const other = await world.openElsewhere(t, quiet);
  for (const path of ["/saml/acs/", "/saml/acsx", "/saml/acs?a=b", "/saml/other", "/callback"]) {
    await other.goto(world.elsewhere.origin);
    const asked = other.waitForResponse(origin + path);
    await world.submit(other, { SAMLResponse: "x" }, { action: origin + path });
    assert.equal((await asked).status(), 405, path);
    await other.waitForURL(origin + path);
  }
  const navigated = world.site.requests.filter(({ path }) => /^\/(saml|callback|api)/.test(path)).map(({ method, path }) => `${method} ${path}`);
  assert.deepEqual(navigated, [
    "POST /saml/acs", "GET /saml/acs", "POST /api/own", "PUT /saml/acs",
    "POST /saml/acs/", "POST /saml/acsx", "POST /saml/acs?a=b", "POST /saml/other", "POST /callback",
  ]);

  world.site.requests.splice(0);
  await world.post(other, { SAMLResponse: "x" });
  assert.deepEqual(world.posts(), []);
  // The browser looks for a newer worker whenever it likes.
  assert.ok(world.site.requests.some(({ path }) => path.startsWith("/callback?saml_handle=")));
});

test("an ACS with a query takes posts to that very address", async (t) => {
  const harness = { saml: { sp: { acsUrl: `${sp.acsUrl}?a=b&c=%20` } } };
  const page = await world.signedIn(t, "/", { harness });
  assert.deepEqual(await workers(page), [`${origin}/acs.js?acs=%2Fsaml%2Facs%3Fa%3Db%26c%3D%2520&callback=%2Fcallback`]);
  assert.deepEqual(world.posts(), []);

  const other = await world.openElsewhere(t, { context: page.context(), harness: { ...harness, manual: true } });
  for (const query of ["", "?a=b", "?c=%20&a=b", "?a=b&c=%20&d"]) await world.post(other, { SAMLResponse: "x" }, { action: sp.acsUrl + query });
  assert.deepEqual(world.posts(), ["", "?a=b", "?c=%20&a=b", "?a=b&c=%20&d"].map((query) => `/saml/acs${query}`));
});

for (const [what, fields, options, expected] of [
  ["as multipart", { SAMLResponse: "x" }, { enctype: "multipart/form-data" }, ["message_invalid", "content_type"]],
  ["as text", { SAMLResponse: "x" }, { enctype: "text/plain" }, ["message_invalid", "content_type"]],
  ["without a response", { RelayState: "x" }, {}, ["message_invalid", "no_response"]],
  ["with an empty one", { SAMLResponse: "" }, {}, ["message_invalid", "no_response"]],
  ["with two responses", [["SAMLResponse", "x"], ["SAMLResponse", "y"]], {}, ["message_invalid", "repeated"]],
  ["with two RelayStates", [["SAMLResponse", "x"], ["RelayState", "x"], ["RelayState", "y"]], {}, ["message_invalid", "repeated"]],
  ["with too much", { SAMLResponse: "A".repeat(800_000) }, {}, ["message_invalid", "too_large"]],
  ["with no base64", { SAMLResponse: "ä" }, {}, ["message_invalid", "base64"]],
]) {
  test(`posted ${what}: ${expected.join("/")}`, async (t) => {
    const context = await world.person(t);
    const first = await world.open(t, "/", { context });
    await until(async () => (await workers(first))[0]);
    const page = await world.openElsewhere(t, { context });
    await world.post(page, fields, options);
    const { status, error } = await ready(page);
    assert.deepEqual([status, ...verdict(error)], ["signedOut", ...expected]);
    assert.equal(page.url(), `${origin}/callback`);
    assert.deepEqual(await handOvers(page), []);
    assert.deepEqual(world.posts(), []);
  });
}

const other = (page) => resolution(page, () => other.ready());

for (const secondFirst of [false, true]) {
  const order = secondFirst ? ", the second one made first" : "";

  for (const who of ["auth", "other"]) {
    test(`two SAML clients, one callback: ${who === "auth" ? "the first" : "the second"} takes its own${order}`, async (t) => {
      const page = await world.open(t, "/", { harness: { second: { name: "second" }, secondFirst } });
      await page.evaluate((who) => void window[who].signIn(), who);
      await page.waitForURL(world.idp.isLogin);
      await world.logIn(page);
      const snapshots = { auth: await ready(page), other: await other(page) };
      const rest = who === "auth" ? "other" : "auth";
      assert.deepEqual([snapshots[who].status, snapshots[who].error], ["signedIn", undefined]);
      assert.deepEqual(snapshots[rest], { status: "signedOut", reason: "never" });
      assert.deepEqual(await handOvers(page), []);
      assert.deepEqual(await transactions(page), []);
    });
  }

  test(`a SAML and a Cognito client, one callback: the handle is the SAML client's${order}`, async (t) => {
    const page = await world.signedIn(t, "/", { harness: { front: true, second: { name: "cognito", cognito: true }, secondFirst } });
    assert.deepEqual(await other(page), { status: "signedOut", reason: "never" });
    assert.equal((await ready(page)).via, "saml");
  });

  test(`a SAML and a Cognito client, one callback: the code is the Cognito client's${order}`, async (t) => {
    const page = await world.open(t, "/", { harness: { front: true, second: { name: "cognito", cognito: true }, secondFirst } });
    await page.evaluate(() => void other.signIn());
    await page.waitForURL((url) => url.origin === oidc.origin);
    await page.evaluate(({ name, password }) => {
      document.querySelector("#username").value = name;
      document.querySelector("#password").value = password;
      document.querySelector("form").requestSubmit();
    }, oidc.person);
    await page.waitForURL(world.atSite);
    await page.waitForFunction(() => window.other);
    const { status, via, error } = await other(page);
    assert.deepEqual([status, via, error], ["signedIn", "oidc", undefined]);
    assert.deepEqual(await ready(page), { status: "signedOut", reason: "never" });
  });
}

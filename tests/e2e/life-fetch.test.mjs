// `auth.fetch`: the token goes to the origins that the app has named, and to nobody else; a 401 costs
// one renewal and one repeat.

import assert from "node:assert/strict";
import { after, afterEach, test } from "node:test";
import { held, status } from "../providers/faults.mjs";
import { startResource } from "../providers/resource.mjs";
import { LIFETIME, person, refusal, short, snapshot, startLife, token } from "./life.mjs";
import { freePort, rejection, until, verdict } from "./world.mjs";

// The site's Content Security Policy knows nothing of these two.
const api = await startResource({ port: await freePort() });
const other = await startResource({ port: await freePort() });
const world = await startLife({ config: { apiOrigins: [api.origin] }, contextOptions: { bypassCSP: true } });
const { origin, provider } = world;
const { refreshes } = provider;
const lastIssued = () => refreshes.issued.at(-1);
const bearer = () => seen(`Bearer ${lastIssued().access_token}`);
after(async () => {
  await world.stop();
  await api.stop();
  await other.stop();
});
afterEach(() => {
  refreshes.all(undefined);
  for (const resource of [api, other]) {
    resource.refuse(0);
    resource.seen.length = 0;
  }
});

/** An Authorization header as tests compare it. */
const seen = (header) => (header?.startsWith("Bearer ") ? `Bearer ${short(header)}` : header);
const authorizations = (resource) => resource.seen.map(({ authorization }) => seen(authorization));
const bodies = (resource) => resource.seen.map(({ body }) => body);

/** Calls `auth.fetch` in the page: `[status, url]`, or the verdict on the error. `call` is source text. */
const called = (page, call, ...args) =>
  page.evaluate(
    `(${call})(...${JSON.stringify(args)}).then(
      async (response) => [response.status, response.url],
      (error) => (gatepass.isGatepassError(error) ? [error.code, error.details.rule] : [error.name]))`,
  );

for (const [what, call] of [
  ["a text", `(url) => auth.fetch(url)`],
  ["a URL", `(url) => auth.fetch(new URL(url))`],
  ["a Request", `(url) => auth.fetch(new Request(url))`],
  ["a Request with more beside it", `(url) => auth.fetch(new Request(url, { headers: { "x-app": "1" } }), { method: "POST", body: "b" })`],
  ["headers as an object", `(url) => auth.fetch(url, { headers: { "x-app": "1" } })`],
  ["Headers", `(url) => auth.fetch(url, { headers: new Headers({ "x-app": "1" }) })`],
  ["headers as pairs", `(url) => auth.fetch(url, { headers: [["x-app", "1"]] })`],
  ["another method", `(url) => auth.fetch(url, { method: "PUT", body: "b" })`],
  ["fetch unbound", `(url) => { const { fetch } = auth; return fetch(url); }`],
]) {
  test(`the API's origin gets the token: ${what}`, async (t) => {
    const page = await (await person(t, world)).signIn();
    assert.deepEqual(await called(page, call, `${api.origin}/echo?q=1`), [200, `${api.origin}/echo?q=1`]);
    assert.deepEqual(authorizations(api), [bearer()]);
  });
}

test("what the app sets beside the token arrives: method, headers, body, signal", async (t) => {
  const page = await (await person(t, world)).signIn();
  const answer = await page.evaluate(
    (url) => auth.fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ a: 1 }) }).then((response) => response.json()),
    `${api.origin}/things`,
  );
  assert.deepEqual({ ...answer, authorization: seen(answer.authorization) }, { method: "POST", path: "/things", authorization: bearer(), body: '{"a":1}' });
  assert.deepEqual(await called(page, `(url) => auth.fetch(url, { signal: AbortSignal.abort() })`, `${api.origin}/things`), ["AbortError"]);
  assert.equal(api.seen.length, 1);
});

test("every other origin goes without: another port, the site itself, user info, a look-alike", async (t) => {
  const page = await (await person(t, world)).signIn();
  const { port } = new URL(api.origin);
  const apiAuthority = `localhost:${port}`;
  assert.deepEqual(await called(page, `(url) => auth.fetch(url)`, `${other.origin}/echo`), [200, `${other.origin}/echo`]);
  assert.deepEqual(await called(page, `(url) => auth.fetch(url)`, `${other.origin}/echo?${api.origin}`), [200, `${other.origin}/echo?${api.origin}`]);
  assert.deepEqual(await called(page, `(url) => auth.fetch(url)`, `http://127.0.0.1:${port}/echo`), [200, `http://127.0.0.1:${port}/echo`], "the same server by another name");
  assert.deepEqual(authorizations(other), [undefined, undefined]);
  assert.deepEqual(authorizations(api), [undefined]);

  const sent = page.waitForRequest(`${origin}/relative`);
  await called(page, `() => auth.fetch("/relative")`);
  assert.equal(await (await sent).headerValue("authorization"), null);
  for (const url of [`http://${apiAuthority}@localhost:${new URL(other.origin).port}/echo`, `http://${apiAuthority}.example.invalid/echo`]) {
    assert.deepEqual(await called(page, `(url) => auth.fetch(url)`, url), ["TypeError"], "as the platform's fetch");
  }
  assert.deepEqual(authorizations(other), [undefined, undefined]);
});

test("without apiOrigins nobody gets the token", async (t) => {
  const page = await (await person(t, world, { harness: { options: { apiOrigins: [] } } })).signIn();
  assert.deepEqual(await called(page, `(url) => auth.fetch(url)`, `${api.origin}/echo`), [200, `${api.origin}/echo`]);
  assert.deepEqual(authorizations(api), [undefined]);
});

test("bearer: id sends the ID token", async (t) => {
  const page = await (await person(t, world, { harness: { options: { bearer: "id" } } })).signIn();
  await called(page, `(url) => auth.fetch(url)`, `${api.origin}/echo`);
  assert.deepEqual(authorizations(api), [seen(`Bearer ${lastIssued().id_token}`)]);
});

for (const [what, call] of [
  ["in the options", `(url) => auth.fetch(url, { headers: { authorization: "Basic own" } })`],
  ["in a Request", `(url) => auth.fetch(new Request(url, { headers: { Authorization: "Basic own" } }))`],
  ["in the options, beside a Request", `(url) => auth.fetch(new Request(url), { headers: new Headers({ AUTHORIZATION: "Basic own" }) })`],
]) {
  test(`an Authorization of the app's own wins, ${what}; its 401 is the app's too`, async (t) => {
    const page = await (await person(t, world)).signIn();
    const count = refreshes.count();
    api.refuse(1);
    assert.deepEqual(await called(page, call, `${api.origin}/echo`), [401, `${api.origin}/echo`]);
    assert.deepEqual(authorizations(api), ["Basic own"]);
    assert.equal(count.requests, 0);
  });
}

for (const [what, call] of [
  ["in the options", `(url) => auth.fetch(url, { mode: "no-cors" })`],
  ["in a Request", `(url) => auth.fetch(new Request(url, { mode: "no-cors" }))`],
]) {
  test(`no-cors ${what} is refused: it could not carry the token`, async (t) => {
    const page = await (await person(t, world)).signIn();
    assert.deepEqual(await called(page, call, `${api.origin}/echo`), ["request_invalid", "no-cors"]);
    assert.deepEqual(api.seen, []);
    const error = await rejection(page, `() => auth.fetch("${api.origin}/echo", { mode: "no-cors" })`);
    assert.deepEqual([error.turn, error.retryable, error.phase], ["developer", false, "request"]);
  });
}

test("signed out, the request goes without a token; its 401 is final", async (t) => {
  const page = await (await person(t, world)).tab();
  const count = refreshes.count();
  assert.deepEqual(await called(page, `(url) => auth.fetch(url)`, `${api.origin}/echo`), [200, `${api.origin}/echo`]);
  api.refuse(1);
  assert.deepEqual(await called(page, `(url) => auth.fetch(url)`, `${api.origin}/echo`), [401, `${api.origin}/echo`]);
  assert.deepEqual(authorizations(api), [undefined, undefined]);
  assert.equal(count.requests, 0);
});

test("signed out by the app: from then on without", async (t) => {
  const page = await (await person(t, world)).signIn();
  await page.evaluate(() => auth.signOut({ scope: "local" }));
  await called(page, `(url) => auth.fetch(url)`, `${api.origin}/echo`);
  assert.deepEqual(authorizations(api), [undefined]);
});

test("an ended token is renewed first: the API sees the new one only", async (t) => {
  const ada = await person(t, world);
  const page = await ada.signIn();
  await ada.clock.pass(LIFETIME + 60);
  const count = refreshes.count();
  await page.evaluate((url) => Promise.all([auth.fetch(url), auth.fetch(url), auth.fetch(url)]).then(() => {}), `${api.origin}/echo`);
  t.diagnostic(String(count));
  assert.equal(count.requests, 1);
  assert.deepEqual(authorizations(api), Array(3).fill(bearer()));
});

for (const [what, call, body] of [
  ["no body", `(url) => auth.fetch(url)`, ""],
  ["a text", `(url) => auth.fetch(url, { method: "POST", body: "text" })`, "text"],
  ["a form", `(url) => auth.fetch(url, { method: "POST", body: new URLSearchParams({ a: "1" }) })`, "a=1"],
  ["a Blob", `(url) => auth.fetch(url, { method: "POST", body: new Blob(["blob"]) })`, "blob"],
  ["bytes", `(url) => auth.fetch(url, { method: "POST", body: new TextEncoder().encode("bytes") })`, "bytes"],
  ["a Request with a body", `(url) => auth.fetch(new Request(url, { method: "POST", body: "request" }))`, "request"],
  ["a Request with the body beside it", `(url) => auth.fetch(new Request(url, { method: "POST" }), { body: "beside" })`, "beside"],
]) {
  test(`a 401 with ${what}: renewed once, sent once more with the new token and the same body`, async (t) => {
    const page = await (await person(t, world)).signIn();
    const old = bearer();
    const count = refreshes.count();
    api.refuse(1);
    assert.deepEqual(await called(page, call, `${api.origin}/echo`), [200, `${api.origin}/echo`]);
    t.diagnostic(`${count}, requests to the API: ${api.seen.length}`);
    assert.notEqual(bearer(), old);
    assert.deepEqual(authorizations(api), [old, bearer()]);
    assert.deepEqual(bodies(api), [body, body]);
    assert.deepEqual([count.requests, count.refused], [1, 0]);
  });
}

test("a 401 twice: the second one is the answer", async (t) => {
  const page = await (await person(t, world)).signIn();
  const count = refreshes.count();
  api.refuse(2);
  assert.deepEqual(await called(page, `(url) => auth.fetch(url)`, `${api.origin}/echo`), [401, `${api.origin}/echo`]);
  t.diagnostic(`${count}, requests to the API: ${api.seen.length}`);
  assert.deepEqual([api.seen.length, count.requests], [2, 1]);
});

test("a 401 while the provider is down: the answer is the 401, the session stands", async (t) => {
  const page = await (await person(t, world)).signIn();
  refreshes.all(status(503));
  api.refuse(1);
  assert.deepEqual(await called(page, `(url) => auth.fetch(url)`, `${api.origin}/echo`), [401, `${api.origin}/echo`]);
  assert.equal(api.seen.length, 1);
  assert.equal((await snapshot(page)).status, "signedIn");
});

test("three 401s at once: one renewal serves them all", async (t) => {
  const page = await (await person(t, world)).signIn();
  const old = bearer();
  const count = refreshes.count();
  const renewal = held();
  refreshes.next(renewal);
  api.refuse(3);
  const answers = page.evaluate((url) => Promise.all([1, 2, 3].map(() => auth.fetch(url).then(({ status }) => status))), `${api.origin}/echo`);
  await renewal.reached;
  await until(() => api.seen.length === 3);
  renewal.release();
  assert.deepEqual(await answers, [200, 200, 200]);
  t.diagnostic(`${count}, requests to the API: ${api.seen.length}`);
  assert.deepEqual(authorizations(api), [old, old, old, bearer(), bearer(), bearer()]);
  assert.equal(count.requests, 1);
});

test("a 401 after another tab has renewed: the newer token is tried, no further renewal", async (t) => {
  const ada = await person(t, world);
  const [page, second] = [await ada.signIn(), await ada.tab()];
  const old = bearer();
  // The answer to the first request waits until the other tab has the new token.
  let refuse;
  const asked = new Promise((resolve) => page.route(`${api.origin}/slow`, (route) => (refuse ? route.continue() : resolve((refuse = () => route.fulfill({ status: 401, headers: { "access-control-allow-origin": "*" } }))))));
  const answer = called(page, `(url) => auth.fetch(url)`, `${api.origin}/slow`);
  await asked;
  await ada.clock.pass(600);
  assert.equal(await token(second, { minValidity: 3300 }), short(lastIssued().access_token));
  assert.notEqual(bearer(), old);
  const count = refreshes.count();
  refuse();
  assert.deepEqual(await answer, [200, `${api.origin}/slow`]);
  t.diagnostic(String(count));
  assert.deepEqual(authorizations(api), [bearer()]);
  assert.equal(count.requests, 0);
});

test("a 401 in a session that cannot be renewed: the 401 is the answer, nobody is asked, nothing is stale", async (t) => {
  const config = { apiOrigins: [api.origin] };
  const unrenewable = await startLife({ config, contextOptions: { bypassCSP: true }, providerOptions: { renewable: false } });
  t.after(unrenewable.stop);
  const page = await (await person(t, unrenewable)).signIn();
  const count = unrenewable.provider.refreshes.count();
  api.refuse(2);
  assert.equal((await called(page, `(url) => auth.fetch(url)`, `${api.origin}/echo`))[0], 401);
  assert.deepEqual([count.requests, api.seen.length], [0, 1]);
  assert.deepEqual(await snapshot(page), { status: "signedIn", via: "oidc", stale: false });
});

// The browser streams over HTTP/2 only; here its network is not reached.
const FAKE_STREAMING = `window.streamed = [];
  const { fetch: send } = window;
  window.fetch = async (input, init) => {
    if (!(input.url ?? String(input)).endsWith("/stream")) return send(input, init);
    const request = new Request(input, init);
    streamed.push([await request.text(), request.headers.get("authorization")]);
    return new Response(null, { status: 401 });
  };`;
// A Request is made to be cloned, whatever its body came from; a bare stream can be sent once.
for (const [what, times, call] of [
  ["in the options: no repeat", 1, `(url) => auth.fetch(url, { method: "POST", duplex: "half", body: new Blob(["stream"]).stream() })`],
  ["in a Request: one repeat with the same body", 2, `(url) => auth.fetch(new Request(url, { method: "POST", duplex: "half", body: new Blob(["stream"]).stream() }))`],
]) {
  test(`a 401 with a stream as the body, ${what}, the 401 is the answer`, async (t) => {
    const page = await (await person(t, world, { init: FAKE_STREAMING })).signIn();
    const sent = bearer();
    assert.deepEqual((await called(page, call, `${api.origin}/stream`))[0], 401);
    const streamed = (await page.evaluate(() => window.streamed)).map(([body, authorization]) => [body, seen(authorization)]);
    assert.deepEqual(streamed, [["stream", sent], ["stream", bearer()]].slice(0, times));
  });
}

for (const code of [301, 302, 303, 307, 308]) {
  test(`a redirect (${code}) from the API to another origin loses the token, within the API it keeps it`, async (t) => {
    const page = await (await person(t, world)).signIn();
    const redirect = (to) => `${api.origin}/redirect?status=${code}&to=${encodeURIComponent(to)}`;
    assert.deepEqual(await called(page, `(url) => auth.fetch(url)`, redirect(`${other.origin}/echo`)), [200, `${other.origin}/echo`]);
    assert.deepEqual(authorizations(api), [bearer()]);
    assert.deepEqual(authorizations(other), [undefined]);

    assert.deepEqual(await called(page, `(url) => auth.fetch(url)`, redirect(`${api.origin}/echo`)), [200, `${api.origin}/echo`]);
    assert.deepEqual(authorizations(api), [bearer(), bearer(), bearer()]);
  });
}

test("a redirect to another origin that answers 401 is not repeated with a token there", async (t) => {
  const page = await (await person(t, world)).signIn();
  other.refuse(2);
  const url = `${api.origin}/redirect?status=307&to=${encodeURIComponent(`${other.origin}/echo`)}`;
  assert.equal((await called(page, `(url) => auth.fetch(url)`, url))[0], 401);
  assert.deepEqual(authorizations(other), [undefined], "once: a renewal here would change nothing there");
});

test("a redirect from another origin to the API brings no token", async (t) => {
  const page = await (await person(t, world)).signIn();
  const url = `${other.origin}/redirect?to=${encodeURIComponent(`${api.origin}/echo`)}`;
  assert.equal((await called(page, `(url) => auth.fetch(url)`, url))[0], 200);
  assert.deepEqual([authorizations(other), authorizations(api)], [[undefined], [undefined]]);
});

test("after sign-out elsewhere the token is not sent any more", async (t) => {
  const ada = await person(t, world);
  const [page, second] = [await ada.signIn(), await ada.tab()];
  await page.evaluate(() => auth.signOut({ scope: "local" }));
  assert.deepEqual(await refusal(second), ["sign_in_required", "elsewhere"]);
  await called(second, `(url) => auth.fetch(url)`, `${api.origin}/echo`);
  assert.deepEqual(authorizations(api), [undefined]);
});

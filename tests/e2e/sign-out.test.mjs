// Signing out: the refresh token is dead at the provider, nothing of the session is left here, and
// nobody is signed in again without asking for it.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { requests } from "./wire.mjs";
import { ready, startWorld, stored, until } from "./world.mjs";

const world = await startWorld();
const { origin, provider } = world;
after(world.stop);

const refreshToken = async (page) => (await stored(page)).map(([, , value]) => JSON.parse(value)).find(({ refreshToken }) => refreshToken).refreshToken;

async function refresh(token) {
  const body = new URLSearchParams({ grant_type: "refresh_token", client_id: provider.clientId, refresh_token: token });
  const response = await fetch(`${provider.origin}/oauth2/token`, { method: "POST", body });
  const { error } = await response.json();
  return [response.status, error];
}

// What was asked of `fetch`: DevTools does not tell keepalive.
const NOTE_KEEPALIVE = `window.kept = [];
  const { fetch } = window;
  window.fetch = (input, init) => {
    const { method, url, keepalive } = input; // a Request; a clone would hide its body from DevTools
    kept.push([method, new URL(url).pathname, keepalive]);
    sessionStorage.kept = JSON.stringify(kept);
    return fetch(input, init);
  };`;

for (const scope of ["global", "local"]) {
  test(`${scope}: the refresh token is revoked by a request that outlives the page`, async (t) => {
    const page = await world.signedIn(t, "/here", { init: NOTE_KEEPALIVE });
    const token = await refreshToken(page);
    const [mark, served] = [page.wire.length, provider.requests.length];
    await page.evaluate((scope) => void auth.signOut({ scope }), scope);
    if (scope === "global") await page.waitForURL(`${origin}/`);
    // On the server's side: the page may be gone before the answer is.
    const revoked = () => provider.requests.slice(served).find(({ path }) => path === "/oauth2/revoke")?.status;
    await until(revoked);
    assert.equal(revoked(), 200);

    const sent = () => requests(page.wire.slice(mark)).find(({ url }) => url === `${provider.origin}/oauth2/revoke`);
    await until(sent);
    const revoke = sent();
    assert.deepEqual(Object.fromEntries(new URLSearchParams(revoke.body)), { token, client_id: provider.clientId });
    assert.deepEqual(JSON.parse(await page.evaluate(() => sessionStorage.kept)).at(-1), ["POST", "/oauth2/revoke", true]);
    assert.ok(!requests(page.wire).some(({ method }) => method === "OPTIONS"));
    assert.deepEqual(await refresh(token), [400, "invalid_grant"]);
  });
}

test("a living refresh token is what the test above sees die", async (t) => {
  const page = await world.signedIn(t);
  assert.deepEqual(await refresh(await refreshToken(page)), [200, undefined]);
});

test("sign-out does not wait for the network", async (t) => {
  const page = await world.signedIn(t, "/here");
  await page.route(`${provider.origin}/oauth2/revoke`, (route) => route.abort());
  await page.evaluate(() => auth.signOut({ scope: "local" }));
  assert.deepEqual(await ready(page).then(() => page.evaluate(() => auth.snapshot)), { status: "signedOut", reason: "signed_out" });
});

test("sign-out takes pending sign-ins along, from every store", async (t) => {
  const page = await world.open(t);
  await world.begin(page);
  await page.goto(`${origin}/`);
  const [[, , text]] = await stored(page);
  await page.evaluate(async (text) => {
    localStorage.setItem("gatepass:default:tx:a", text);
    localStorage.setItem("gatepass:other:tx:a", text);
    localStorage.setItem("app", "the app's own");
    const open = indexedDB.open("gatepass", 1);
    await new Promise((resolve) => Object.assign(open, { onsuccess: resolve, onupgradeneeded: () => open.result.createObjectStore("records") }));
    const change = open.result.transaction("records", "readwrite");
    change.objectStore("records").put(text, "gatepass:default:tx:b");
    await new Promise((resolve) => (change.oncomplete = resolve));
    open.result.close();
    await auth.signOut({ scope: "local" });
  }, text);

  const left = (await stored(page)).map(([store, key]) => `${store} ${key}`);
  assert.deepEqual(left.sort(), ["localStorage app", "localStorage gatepass:default:signed-out", "localStorage gatepass:other:tx:a"]);
});

test("signing in again takes the signed-out mark away", async (t) => {
  const page = await world.signedIn(t, "/here");
  await page.evaluate(() => auth.signOut({ scope: "local" }));
  await page.reload();
  assert.deepEqual(await ready(page), { status: "signedOut", reason: "signed_out" });
  await page.evaluate(() => void auth.signIn());
  await page.waitForFunction(() => window.auth?.snapshot.status === "signedIn"); // the provider knows the person by now
  assert.deepEqual((await stored(page)).map(([, key]) => key), ["gatepass:default:session"]);
});

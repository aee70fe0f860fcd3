// In each engine: a redirect to another origin loses the token. On the way there, what a session needs
// of its browser: the vault's key in IndexedDB, one renewal for two tabs by Web Locks, a clean sign-out.
//
// Every test begins with an empty profile and a real sign-in.

import assert from "node:assert/strict";
import { after, afterEach, test } from "node:test";
import { fileURLToPath } from "node:url";
import { serve } from "../../www/serve.mjs";
import { LIFETIME, short, token, vaultRecord } from "../e2e/life.mjs";
import { freePort, oidcProvider, stored, until } from "../e2e/world.mjs";
import { held } from "../providers/faults.mjs";
import { startResource } from "../providers/resource.mjs";
import { advance, reset } from "../providers/time.mjs";
import { engines } from "./engines.mjs";

const PKG_DIR = fileURLToPath(new URL("../../pkg/", import.meta.url));
const SITE_DIR = fileURLToPath(new URL("../e2e/site/", import.meta.url));

const api = await startResource({ port: await freePort() });
const elsewhere = await startResource({ port: await freePort() });
const port = await freePort();
const origin = `http://localhost:${port}`;
const provider = await oidcProvider({ port: await freePort(), redirectUris: [`${origin}/callback`], logoutUris: [`${origin}/`] });
const site = await serve({ port, siteDir: SITE_DIR, pkgDir: PKG_DIR, config: siteConfig() });
after(() => Promise.all([site, provider, elsewhere, api].map((server) => server.stop())));
afterEach(() => {
  provider.refreshes.all(undefined);
  reset();
  for (const resource of [api, elsewhere]) arrived(resource);
});

// The site's Content Security Policy lets the page call what is named below `endpoints`. The page
// itself reads the configuration as JSON, and there these two are not the provider's.
function siteConfig() {
  const { endpoints } = provider.cognito;
  const named = { ...endpoints, api: api.origin, elsewhere: elsewhere.origin, toJSON: () => endpoints };
  return { cognito: { ...provider.cognito, endpoints: named }, apiOrigins: [api.origin] };
}

/** A browser in which somebody has signed in; it ends with the test. */
async function signedIn(t, engine) {
  if (engine.missing) assert.fail(engine.missing);
  const session = await engine.start();
  t.after(session.end);
  const { page } = session;
  await visit(page, "signedOut");
  await page.evaluate(() => void auth.signIn().catch(() => {}));
  await has(page, `!!document.querySelector("#username")`);
  assert.ok((await page.url()).startsWith(`${provider.origin}/login/`));
  await page.evaluate(({ name, password }) => {
    document.querySelector("#username").value = name;
    document.querySelector("#password").value = password;
    document.querySelector("form").requestSubmit();
  }, provider.person);
  await has(page, `location.origin === "${origin}" && window.auth?.snapshot.status === "signedIn"`);
  return session;
}

/** Waits until `what` is true in the tab. While one page goes and the next one comes, scripts fail. */
async function has(tab, what) {
  let fault;
  await until(() => tab.evaluate(what).catch((error) => void (fault = error))).catch(async () => {
    throw new Error(`never true at ${await tab.url()}: ${what}`, { cause: fault });
  });
}

/** Opens the site; done when it knows whether somebody is signed in. */
async function visit(tab, status) {
  await tab.goto(`${origin}/`);
  await has(tab, `window.auth?.snapshot.status === "${status}"`);
  assert.equal(await tab.evaluate(`auth.snapshot.error?.code`), undefined);
}

const bearer = () => `Bearer ${short(provider.refreshes.issued.at(-1).access_token)}`;
/** `[path, authorization]` of what has arrived since the last time it was asked. */
const arrived = ({ seen }) => seen.splice(0).map(({ path, authorization }) => [path, authorization?.replace(/\S+$/, short)]);
const fetched = (page, url) => page.evaluate((url) => auth.fetch(url).then(({ status, url }) => [status, url]), url);
const redirect = (from, status, to) => `${from.origin}/redirect?status=${status}&to=${encodeURIComponent(to)}`;
const keys = async (page) => (await stored(page)).map(([store, key]) => `${store} ${key}`).sort();

for (const engine of engines) {
  const { name } = engine;
  const options = { skip: process.env.CI || !engine.missing ? false : engine.missing };

  test(`${name}: a redirect to another origin loses the token, within the API it keeps it`, options, async (t) => {
    const { page } = await signedIn(t, engine);
    for (const status of [301, 302, 303, 307, 308]) {
      assert.deepEqual(await fetched(page, redirect(api, status, `${elsewhere.origin}/echo`)), [200, `${elsewhere.origin}/echo`]);
      assert.deepEqual(arrived(elsewhere), [["/echo", undefined]], `${status}, to another origin`);
      assert.deepEqual(arrived(api), [["/redirect", bearer()]], `${status}, to another origin: the API had it`);

      assert.deepEqual(await fetched(page, redirect(api, status, `${api.origin}/echo`)), [200, `${api.origin}/echo`]);
      assert.deepEqual(arrived(api), [["/redirect", bearer()], ["/echo", bearer()]], `${status}, within the API`);

      const back = redirect(elsewhere, status, `${api.origin}/back`);
      assert.deepEqual(await fetched(page, redirect(api, status, back)), [200, `${api.origin}/back`]);
      assert.deepEqual(arrived(elsewhere), [["/redirect", undefined]], `${status}, elsewhere and back`);
      assert.deepEqual(arrived(api), [["/redirect", bearer()], ["/back", undefined]], `${status}, elsewhere and back: it stays lost`);
    }
  });

  test(`${name}: two tabs ask at once: one renewal, under a Web Lock`, options, async (t) => {
    const { page, open } = await signedIn(t, engine);
    const second = await open();
    await visit(second, "signedIn");
    const old = short(provider.refreshes.issued.at(-1).access_token);
    for (const tab of [page, second]) assert.equal(await token(tab), old);

    advance(600);
    const count = provider.refreshes.count();
    const renewal = held();
    provider.refreshes.next(renewal);
    for (const tab of [page, second]) {
      await tab.evaluate((minValidity) => {
        const { Date } = window; // Firefox gives WebDriver's scripts another one
        const { now } = Date;
        Date.now = () => now() + 600_000;
        window.answer = auth.getAccessToken({ minValidity });
      }, LIFETIME - 300);
    }
    await until(() => count.requests === 1);
    const locks = () => second.evaluate(() => navigator.locks.query().then(({ held, pending }) => [held, pending].map((locks) => locks.map(({ name }) => name))));
    await until(async () => (await locks())[1].length === 1);
    assert.deepEqual(await locks(), [["gatepass:default:renew"], ["gatepass:default:renew"]]);
    renewal.release();

    const fresh = () => short(provider.refreshes.issued.at(-1).access_token);
    // Turning to the first tab wakes it: it reads the record while its renewal writes it.
    for (const tab of [page, second]) assert.equal(short(await tab.evaluate(() => answer)), fresh());
    assert.notEqual(fresh(), old);
    t.diagnostic(String(count));
    assert.equal(count.requests, 1);
  });

  test(`${name}: the session is in the vault; sign-out leaves the signed-out mark and the vault key`, options, async (t) => {
    const { page } = await signedIn(t, engine);
    assert.deepEqual(await keys(page), ["indexedDB gatepass:default:session", "indexedDB gatepass:vault-key"]);
    const { extractable, algorithm } = await vaultRecord(page, "gatepass:vault-key");
    assert.deepEqual({ extractable, algorithm }, { extractable: false, algorithm: "AES-GCM" });

    await page.evaluate(() => auth.signOut({ scope: "local" }));
    assert.deepEqual(await keys(page), ["indexedDB gatepass:vault-key", "localStorage gatepass:default:signed-out"]);
    await fetched(page, `${api.origin}/echo`);
    assert.deepEqual(arrived(api), [["/echo", undefined]]);
  });
}

// The world of an end-to-end test: a provider, a site with the harness page, a browser; and what a
// test does there again and again.
//
//   startWorld(startProvider) → open(t, path) → begin(page) → logIn(page) → ready(page)

import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { serve } from "../../www/serve.mjs";
import { startOidcProvider } from "../providers/oidc-provider.mjs";
import { launchChromium } from "./chromium.mjs";
import { watchWire } from "./wire.mjs";

const PKG_DIR = fileURLToPath(new URL("../../pkg/", import.meta.url));
const SITE_DIR = fileURLToPath(new URL("site/", import.meta.url));
const PATIENCE = 45_000; // milliseconds until a condition that does not come about fails its test

/** oidc-provider on Cognito's paths, as gatepass is told of it. */
export async function oidcProvider(options) {
  const provider = await startOidcProvider(options);
  const { origin, issuer, clientId, jwksUri } = provider;
  const cognito = { userPoolId: "eu-central-1_gatepass", clientId, domain: origin, endpoints: { issuer, jwksUri } };
  return { ...provider, cognito, person: { name: "ada", password: "any" } };
}

/**
 * Starts everything on free ports; `stop()` ends it. `startProvider` answers with the provider, its
 * `cognito` configuration and a `person` who can sign in there; `siteDir` replaces the harness page.
 *
 * `config` joins the site's configuration: every tab has a session of its own unless a suite says
 * otherwise; as a function of the provider it is the whole. `providerOptions` joins what the provider is started with,
 * `contextOptions` each person's browser; `port` is the site's. What else there is, and the provider's `serving`, is the
 * site's server's.
 */
export async function startWorld({
  startProvider = oidcProvider,
  siteDir = SITE_DIR,
  browserOptions,
  config = { storage: "session" },
  providerOptions,
  contextOptions,
  port,
  ...serving
} = {}) {
  const origin = `http://localhost:${port ?? (await freePort())}`;
  const provider = await startProvider({
    port: await freePort(),
    redirectUris: [`${origin}/callback`, `${origin}/callback?tenant=a`, `${origin}/`],
    logoutUris: [`${origin}/`],
    ...providerOptions,
  });
  const siteConfig = config instanceof Function ? config(provider) : { cognito: provider.cognito, ...config };
  const site = await serve({ port: Number(new URL(origin).port), siteDir, pkgDir: PKG_DIR, config: siteConfig, ...provider.serving, ...serving });
  const browser = await launchChromium(browserOptions);
  const atProvider = (url) => url.origin === provider.origin;
  const atSite = (url) => url.origin === origin;

  const { person, openAt } = peopleOf(browser, contextOptions);

  /** A tab with the harness page at `path`. `harness` is read by site/app.js; `init` runs before the page. */
  const open = (t, path = "/", options) => openAt(t, origin + path, options);

  /** Leaves for the login page. */
  const begin = async (page, options = {}) => {
    await page.evaluate((options) => void auth.signIn(options).catch(() => {}), options);
    await page.waitForURL(atProvider);
  };

  /** Fills in the login page. Not by mouse and keys: those wait for the frames of a tab in front. */
  const submit = (page, person = provider.person) =>
    page.evaluate(({ name, password }) => {
      document.querySelector("#username").value = name;
      document.querySelector("#password").value = password;
      document.querySelector("form").requestSubmit();
    }, person);

  /** Fills in the login page and comes back to the site. */
  const logIn = async (page, person) => {
    await submit(page, person);
    await page.waitForURL(atSite);
  };

  /** Fills in the login page, but the page of the redirect URI is not loaded: its address is the result. */
  const logInAndHold = (page) => held(page, `${origin}/callback*`, () => submit(page));

  /** A tab in which somebody has signed in. */
  const signedIn = async (t, path, options = {}) => {
    const page = await open(t, path, options);
    await begin(page, options.signIn);
    await logIn(page);
    const snapshot = await ready(page);
    if (snapshot.status !== "signedIn") throw new Error(`not signed in: ${JSON.stringify(snapshot)}`);
    return page;
  };

  return {
    origin,
    provider,
    site,
    browser,
    atProvider,
    atSite,
    person,
    open,
    begin,
    logIn,
    signedIn,
    logInAndHold,
    async stop() {
      await browser.close();
      await site.stop();
      await provider.stop();
    },
  };
}

/** The people of a browser: `person(t)` is a context, new and empty, closed with the test; `openAt(t, url, options)` a tab. */
export function peopleOf(browser, contextOptions) {
  const person = async (t) => {
    const context = await browser.newContext({ locale: "en-GB", ...contextOptions });
    context.setDefaultTimeout(PATIENCE);
    t.after(() => context.close());
    return context;
  };
  const openAt = async (t, url, { context, harness = {}, init } = {}) => {
    context ??= await person(t);
    const page = await context.newPage();
    page.wire = await watchWire(page);
    page.evaluate = patient(page.evaluate.bind(page));
    await page.addInitScript(`window.harness = ${JSON.stringify(harness)}`);
    for (const script of [init ?? []].flat()) await page.addInitScript(script);
    await page.goto(url);
    return page;
  };
  return { person, openAt };
}

/** The address that `act` leads to, whose page is not loaded. */
export async function held(page, urlPattern, act) {
  // Not page.route: that does not see the hops of a redirect.
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Fetch.enable", { patterns: [{ urlPattern }] });
  const paused = patient(() => new Promise((resolve) => cdp.once("Fetch.requestPaused", resolve)))();
  await act();
  const { requestId, request } = await paused;
  await cdp.send("Fetch.fulfillRequest", { requestId, responseCode: 204 });
  await cdp.detach();
  return request.url;
}

/** `auth.ready()`, with the error as a plain object. */
export const ready = (page) => resolution(page, () => auth.ready());

/** What `call` resolves with in the page, errors in it as plain objects. */
export const resolution = (page, call) => page.evaluate(`(${call})().then(${plain})`);

/** What `call` rejects with in the page, as a plain object; `undefined` when it resolves. */
export const rejection = (page, call) => page.evaluate(`(${call})().then(() => {}, ${plain})`);

// Runs in the page. Errors do not cross over with their properties, and dates are compared as numbers.
function plain(value) {
  const inner = (value) => {
    if (value instanceof Date) return value.getTime();
    if (Array.isArray(value)) return value.map(inner);
    if (!(value instanceof Object)) return value;
    const entries = Object.entries(value).map(([name, value]) => [name, inner(value)]);
    if (value instanceof Error) entries.push(["message", value.message], ["isGatepassError", gatepass.isGatepassError(value)]);
    return Object.fromEntries(entries);
  };
  return inner(value);
}

/** What matters of an error: `[code, rule]`, `rule` undefined where the code says it all. */
export const verdict = ({ code, details, isGatepassError }) => (isGatepassError ? [code, details.rule] : ["not a GatepassError"]);

/** Everything that this origin's stores hold, as `[store, key, value]`. */
export const stored = (page) =>
  page.evaluate(async () => {
    const web = (name, store) => Object.keys(store).map((key) => [name, key, store.getItem(key)]);
    const done = (request) => new Promise((resolve, reject) => Object.assign(request, { onsuccess: () => resolve(request.result), onerror: () => reject(request.error) }));
    const records = [];
    for (const { name } of await indexedDB.databases()) {
      const db = await done(indexedDB.open(name));
      for (const storeName of db.objectStoreNames) {
        const store = db.transaction(storeName).objectStore(storeName);
        const [keys, values] = [await done(store.getAllKeys()), await done(store.getAll())];
        records.push(...keys.map((key, i) => ["indexedDB", key, values[i]]));
      }
      db.close();
    }
    return [...web("sessionStorage", sessionStorage), ...web("localStorage", localStorage), ...records];
  });

/** `call`, but a promise that never settles fails its test. Playwright itself waits so with all but `evaluate`. */
export function patient(call) {
  return async (...args) => {
    let timer;
    const impatience = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`still waiting: ${args[0] ?? call}`)), PATIENCE);
    });
    try {
      return await Promise.race([call(...args), impatience]);
    } finally {
      clearTimeout(timer);
    }
  };
}

/** Waits until `condition` holds, for what neither the page nor its network tells. It may be asynchronous. */
export async function until(condition) {
  const deadline = performance.now() + PATIENCE; // tests move the wall clock
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`did not come about: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A port of this machine that nobody listens on. */
export async function freePort() {
  const { port, release } = await holdPort();
  await release();
  return port;
}

/** A port that nobody else gets until it is released. */
export function holdPort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    const release = () => new Promise((released) => server.close(released));
    server.listen(0, "127.0.0.1", () => resolve({ port: server.address().port, release })).unref();
  });
}

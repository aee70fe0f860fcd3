// The world of a SAML test: an identity provider that others wrote, a static site as service provider, a browser;
// and what a test does there again and again.
//
//   startSamlWorld({ startIdp }) → open(t, path) → begin(page) → logIn(page) → ready(page)
//                                                            └─> logInAndHold(page) → post(page, fields)

import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { inflateRawSync } from "node:zlib";
import { serve } from "../../www/serve.mjs";
import { listen } from "../providers/listen.mjs";
import { launchChromium } from "./chromium.mjs";
import { samlIdp } from "./saml-logins.mjs";
import { freePort, held, holdPort, peopleOf, ready, until } from "./world.mjs";

const path = (url) => fileURLToPath(new URL(url, import.meta.url));
// saml-idp's page asks for fonts of others.
const NO_INTERNET = "MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1";

/**
 * Starts everything on free ports; `stop()` ends it. `startIdp` is one of saml-logins.mjs, `idpOptions` joins what it is
 * started with. `saml` joins the site's `saml` section, `sp` that of the service provider, `config` the configuration; each
 * may be a function, of the identity provider the first, of the site's origin the others; so may `idpOptions`, of the service
 * provider. `acs` answers posts to the ACS at the server, `api` is a request handler for `/api/…`. `siteDir` replaces the harness
 * page, `demo` is what such a page shows besides. `idp.hosts` are names of others that the browser finds here, by TLS.
 */
export async function startSamlWorld({
  startIdp = samlIdp, idpOptions, saml, sp: moreSp, config, acs, api, acsPath = "/saml/acs", siteDir = path("saml-site/"), demo,
} = {}) {
  const { port, release } = await holdPort(); // a provider takes its time
  const origin = `http://localhost:${port}`;
  const sp = { entityId: `${origin}/saml`, acsUrl: origin + acsPath, ...(await asked(moreSp, origin)) };
  const options = await asked(idpOptions, sp);
  const idp = await startIdp({ ...options, sp: { ...sp, ...options?.sp } });
  const byHand = { entityId: idp.entityId, singleSignOn: idp.singleSignOn, certificates: [idp.certificate] };
  const siteConfig = { saml: { idp: byHand, sp, ...(await asked(saml, idp)) }, ...(await asked(config, origin)) };
  await release();
  const site = await serve({
    port, config: siteConfig, demo, acs, api, acsPath: new URL(sp.acsUrl).pathname, siteDir, pkgDir: path("../../pkg/"),
  }).catch((e) => idp.stop().then(() => Promise.reject(e)));
  const elsewhere = await startElsewhere();
  const browser = await launchChromium({ args: [`--host-resolver-rules=${[...(idp.hosts ?? []), NO_INTERNET].join(", ")}`] });
  const atSite = (url) => url.origin === origin;

  const { person, openAt } = peopleOf(browser, { ignoreHTTPSErrors: idp.hosts !== undefined });

  /** A tab with the harness page at `path`. `harness` is read by saml-site/app.js; `init` runs before the page. */
  const open = async (t, path = "/", options) => {
    const page = await openAt(t, origin + path, options);
    await loaded(page);
    return page;
  };

  /** Goes to an address of the site in the same tab. */
  const visit = async (page, address) => {
    await page.goto(address);
    await loaded(page);
  };

  /** Leaves for the identity provider's login page. */
  const begin = async (page, options = {}) => {
    await page.evaluate((options) => void auth.signIn(options).catch((e) => (window.refusal = e)), options);
    await page.waitForURL(idp.isLogin);
  };

  /** Signs in there, as the identity provider's own person or another one, and comes back. */
  const logIn = async (page, person) => {
    await idp.press(page, person);
    await page.waitForURL(atSite);
    await loaded(page);
  };

  /** Signs in there, but the identity provider's last page does not send its form: its fields are the result. */
  const logInAndHold = async (page, person) => {
    await page.addInitScript(holdResponse);
    await idp.press(page, person);
    await page.waitForFunction(() => window.held);
    return page.evaluate(() => Object.fromEntries(new FormData(held)));
  };

  /** A tab in which somebody has signed in. */
  const signedIn = async (t, path, options = {}) => {
    const page = await open(t, path, options);
    await begin(page, options.signIn);
    await logIn(page);
    const snapshot = await ready(page);
    if (snapshot.status !== "signedIn") throw new Error(`not signed in: ${JSON.stringify(snapshot)}`);
    return page;
  };

  /** A tab on another site's page: the identity provider's as well as an attacker's. */
  const openElsewhere = (t, options) => openAt(t, elsewhere.origin, options);

  /** Posts a form at the site, an object or pairs, as the page of another site does it. */
  const submit = (page, fields, { action = sp.acsUrl, enctype } = {}) =>
    page.evaluate(
      ({ action, enctype, fields }) => {
        const form = Object.assign(document.createElement("form"), { action, method: "post", ...(enctype && { enctype }) });
        for (const [name, value] of fields) form.append(Object.assign(document.createElement("textarea"), { name, value }));
        document.body.append(form);
        (window.release ?? ((form) => form.submit()))(form);
      },
      { action, enctype, fields: Array.isArray(fields) ? fields : Object.entries(fields) },
    );

  /** Posts from another site, and comes to the site by it. */
  const post = async (page, fields, options) => {
    if (atSite(new URL(page.url()))) await page.goto(elsewhere.origin);
    await submit(page, fields, options);
    await page.waitForURL(atSite);
    await loaded(page);
  };

  /** Posts from another site, but the callback's page is not loaded: its address is the result. */
  const postAndHold = async (page, fields, options) => {
    if (!page.url().startsWith(elsewhere.origin)) await page.goto(elsewhere.origin);
    return held(page, `${origin}/callback*`, () => submit(page, fields, options));
  };

  /** Leaves for the identity provider; its answer, by which somebody else could sign in here, is the result. */
  const answer = async (page, options) => {
    await begin(page, options);
    return (await idp.signIn({ url: page.url() })).fields;
  };

  /** An answer that nobody has asked for. */
  const unasked = async (relayState) => {
    const { SAMLResponse } = (await idp.signIn({ url: idp.singleSignOn })).fields;
    return { SAMLResponse, ...(relayState !== undefined && { RelayState: relayState }) };
  };

  /** What the site's server was asked by POST. */
  const posts = () => site.requests.filter(({ method }) => method === "POST").map(({ path }) => path);

  return {
    origin, sp, idp, byHand, site, browser, elsewhere, atSite, person, open, openElsewhere, visit, begin, logIn, logInAndHold,
    signedIn, answer, unasked, submit, post, postAndHold, posts,
    async stop() {
      await browser.close();
      await elsewhere.stop();
      await site.stop();
      await idp.stop();
    },
  };
}

const asked = (more, of) => (more instanceof Function ? more(of) : more);

/** Another site: an empty page. */
async function startElsewhere() {
  const port = await freePort();
  const server = createServer((_, response) => {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
    response.end("<!doctype html><title>elsewhere</title><body>");
  });
  return { origin: `http://127.0.0.1:${port}`, stop: await listen(server, port, "another site") };
}

// Runs in every page that follows: a form with a response waits in `window.held`, and `release` sends one all the same.
function holdResponse() {
  const { submit } = HTMLFormElement.prototype;
  const hold = (form) => form.elements.SAMLResponse && (window.held = form);
  window.release = (form) => submit.call(form);
  HTMLFormElement.prototype.submit = function () {
    if (!hold(this)) submit.call(this);
  };
  addEventListener("submit", (event) => hold(event.target) && event.preventDefault(), true);
}

/** Waits until the harness page has its client. */
export const loaded = (page) => page.waitForFunction(() => window.auth);

/** Waits until the worker takes what is posted to the ACS. */
export const attended = (page) =>
  until(() => page.evaluate(async () => (await navigator.serviceWorker.getRegistration(config.saml.sp.acsUrl))?.active?.state === "activated"));

/** A message as XML: of a form's field, or of an address. */
export const xmlOf = (field) => Buffer.from(field, "base64").toString();
export const xmlOfQuery = (deflated) => inflateRawSync(Buffer.from(deflated, "base64")).toString();

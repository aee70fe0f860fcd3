// In each engine: a whole sign-in at saml-idp. The service worker takes the identity provider's post, so that the
// site's server sees none, and the session is there on the next page.

import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";
import { serve } from "../../www/serve.mjs";
import { freePort, stored, until } from "../e2e/world.mjs";
import { startSamlIdp } from "../providers/saml-idp.mjs";
import { engines } from "./engines.mjs";

const path = (url) => fileURLToPath(new URL(url, import.meta.url));
const port = await freePort();
const origin = `http://localhost:${port}`;
const sp = { entityId: `${origin}/saml`, acsUrl: `${origin}/saml/acs` };
const idp = await startSamlIdp({ port: await freePort(), sp });
const config = { saml: { idp: { entityId: idp.entityId, singleSignOn: idp.singleSignOn, certificates: [idp.certificate] }, sp } };
const site = await serve({ port, siteDir: path("../e2e/saml-site/"), pkgDir: path("../../pkg/"), config });
after(() => Promise.all([site.stop(), idp.stop()]));
beforeEach(() => void site.requests.splice(0));

/** Waits until `what` is true in the tab. While one page goes and the next one comes, scripts fail. */
async function has(tab, what) {
  let fault;
  await until(() => tab.evaluate(what).catch((error) => void (fault = error))).catch(async () => {
    throw new Error(`never true at ${await tab.url()}: ${what}`, { cause: fault });
  });
}

const shows = (tab, status) => has(tab, `location.origin === "${origin}" && window.auth?.snapshot.status === "${status}"`);
const posts = () => site.requests.filter(({ method }) => method === "POST").map(({ path }) => path);
const keys = async (page) => (await stored(page)).map(([store, key]) => `${store} ${key}`.replace(/replay:.*/, "replay:")).sort();

for (const engine of engines) {
  const options = { skip: process.env.CI || !engine.missing ? false : engine.missing };

  for (const binding of ["redirect", "post"]) {
    test(`${engine.name}: asked by ${binding}, answered to the worker, signed in on the next page, too`, options, async (t) => {
      if (engine.missing) assert.fail(engine.missing);
      const { page, end } = await engine.start();
      t.after(end);
      await page.goto(`${origin}/deep?a=b#c`);
      await shows(page, "signedOut");
      // The harness page's own setting: a client of another configuration.
      await page.evaluate((binding) => {
        const saml = { ...window.config.saml, binding };
        window.leaving = gatepass.createGatepass({ ...window.config, saml });
        leaving.signIn().catch((error) => (window.refusal = `${error.code}/${error.details?.rule}`));
      }, binding);
      const form = `document.querySelector("form[action$=signin]")`;
      await has(page, `location.origin === "${new URL(idp.singleSignOn).origin}" && !!${form}`).catch(async (error) => {
        throw new Error(`still there: ${await page.evaluate("window.refusal")}`, { cause: error });
      });
      assert.equal((await page.url()).includes("SAMLRequest="), binding === "redirect");
      await page.evaluate(`void ${form}.requestSubmit()`);

      await shows(page, "signedIn");
      assert.equal(await page.url(), `${origin}/deep?a=b#c`);
      const { user, via, error } = await page.evaluate(`auth.snapshot`);
      assert.deepEqual([user.email, via, error], [idp.email, "saml", undefined]);
      assert.deepEqual(posts(), []);
      const callbacks = site.requests.filter(({ path }) => path.startsWith("/callback"));
      assert.deepEqual(callbacks.map(({ path }) => path.replace(/[\w-]{43}$/, "…")), ["/callback?saml_handle=…"]);
      const kept = ["indexedDB gatepass:default:session", "indexedDB gatepass:replay:", "indexedDB gatepass:vault-key"];
      assert.deepEqual(await keys(page), kept);

      await page.goto(`${origin}/`);
      await shows(page, "signedIn");
      await page.evaluate(() => auth.signOut({ scope: "local" }));
      await page.goto(`${origin}/`);
      await shows(page, "signedOut");
    });
  }
}

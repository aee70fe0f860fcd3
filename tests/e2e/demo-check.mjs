// `make demo-check`: both doors of the demo, as a person goes through them, in headless Chromium.
//
//   Cognito   signed out → login page → signed in → the API → reload → by the other door too → a second tab,
//             renewal, no network and back → signed out in both tabs → a refusal
//   SAML      identity provider → signed in → attributes, the API → reload → signed out → started at the
//             identity provider → a forged response, signed in and signed out → more refusals
//
// At every stop a picture at desktop size and one at phone size (target/demo/), a check that nothing
// sticks out of a 360-pixel window, and at the end not one complaint on the console.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { startDemo } from "../../www/start.mjs";
import { launchChromium, watchComplaints } from "./chromium.mjs";

const PICTURES = fileURLToPath(new URL("../../target/demo/", import.meta.url));
const DESKTOP = { width: 1280, height: 860 };
const PHONE = { width: 390, height: 844 };
const SMALLEST = { width: 360, height: 740 };

const EXPECTED_COMPLAINTS = [
  { text: /status of 400 .*:4577\/oauth2\/revoke\)$/, reason: "the emulator cannot revoke tokens; sign-out does not wait for it" },
  { text: /status of 400 .*:4577\/favicon\.ico\)$/, reason: "the emulator's login page has no icon" },
  { text: /status of 404 .*\/\/127\.0\.0\.1:\d+\/favicon\.ico\)$/, reason: "nor has saml-idp's page" },
  { text: /ERR_NAME_NOT_RESOLVED .*\/\/fonts\.googleapis\.com\//, reason: "saml-idp's page wants a font from elsewhere" },
];

// This machine is all there is, whether or not it has a network.
const THIS_MACHINE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1";

const OFFLINE_COMPLAINTS = [{ text: /ERR_INTERNET_DISCONNECTED/, reason: "the step without a network" }];

const began = performance.now();
mkdirSync(PICTURES, { recursive: true });
const demo = await startDemo();
const browser = await launchChromium({ args: [THIS_MACHINE] });
const context = await browser.newContext({ viewport: DESKTOP, locale: "en-GB" });
const page = await context.newPage();
page.setDefaultTimeout(15_000);
try {
  const complaints = watchComplaints(page, EXPECTED_COMPLAINTS);
  await cognitoDoor(demo, page);
  await samlDoor(demo, page);
  assert.deepEqual(complaints, [], "complaints on the console");
  console.log(`demo-check passed in ${secondsSince(began)}: ${PICTURES}`);
} catch (error) {
  await page.screenshot({ path: `${PICTURES}failed.png` });
  throw error;
} finally {
  await browser.close();
  await demo.stop();
}

async function cognitoDoor({ site, provider, samlIdp }, page) {
  const status = (name) => page.waitForSelector(`main[data-status="${name}"]`);
  const shown = (door) => page.waitForSelector(`main[data-via="${door}"]`);
  const { name, password } = provider.engineer;

  await step("signed out, two doors", async () => {
    await page.goto(site.origin);
    await status("signedOut");
    assert.equal(await page.locator(".door").count(), 2);
    await picture(page, "1-signed-out");
    await inTheDark(page, "1-signed-out");
  });

  await step("the provider's login page", async () => {
    await page.click("#sign-in");
    await page.waitForURL(`${provider.origin}/oauth2/authorize?**`);
    await page.fill("#username", name);
    await page.fill("#password", password);
    await picture(page, "2-login");
  });

  await step("back, signed in", async () => {
    await page.click("button[type=submit]");
    await status("signedIn");
    assert.equal(await page.textContent("#user-name"), "Ada Lovelace");
    assert.match(await page.textContent("#view"), /ada@example\.com.*engineers/s);
    assert.match(await page.textContent(".countdown"), /^(59:\d\d|1:00:00)$/);
    assert.equal(page.url(), `${site.origin}/`);
    await picture(page, "3-signed-in");
  });

  await step("the API accepts the access token", async () => {
    await page.click("#call-api");
    await page.waitForSelector(".verdict.accepted");
    assert.match(await page.textContent("#verdict"), /jose/);
    await page.click("#claims summary");
    assert.match(await page.textContent("#claims"), /token_use/);
    await picture(page, "4-api");
  });

  await step("still signed in after a reload", async () => {
    await page.reload();
    await status("signedIn");
  });

  await step("by the other door too: both passes are there, and one goes alone", async () => {
    await page.goto(samlIdp.singleSignOn);
    await page.click("#btn-sign-in");
    await shown("saml");
    await page.reload();
    await shown("saml");
    await picture(page, "5-both");
    await page.click("#other-door");
    await shown("cognito");
    await page.click("#other-door");
    await shown("saml");
    await page.click("#sign-out");
    await shown("cognito");
    assert.equal(await page.locator(".also").count(), 0);
  });

  const second = await page.context().newPage();
  second.setDefaultTimeout(15_000);
  const alsoComplaints = watchComplaints(second, [...EXPECTED_COMPLAINTS, ...OFFLINE_COMPLAINTS]);
  const diary = (page, text) => page.waitForSelector(`.diary li:first-child:has-text("${text}")`);
  await step("a second tab is signed in", async () => {
    await second.goto(site.origin);
    await second.waitForSelector(`main[data-status="signedIn"]`);
  });

  await step("a renewal in one tab reaches the other", async () => {
    const renewal = page.waitForRequest(`${provider.origin}/oauth2/token`);
    await page.click("#renew");
    assert.match((await renewal).postData(), /grant_type=refresh_token/);
    await diary(page, "Tokens renewed");
    await diary(second, "Tokens renewed");
  });

  await step("without a network the person stays signed in", async () => {
    await second.context().setOffline(true);
    await second.click("#renew");
    await second.waitForSelector(`main[data-status="signedIn"][data-stale="true"]`);
    await diary(second, "A renewal failed");
    assert.equal(await second.getAttribute(".problem", "data-code"), "network_failed");
    await picture(second, "6-offline");
  });

  await step("with the network it recovers by itself", async () => {
    await second.context().setOffline(false);
    await second.waitForSelector(`main[data-status="signedIn"][data-stale="false"]`);
    await diary(second, "The provider is back");
    await diary(page, "Tokens renewed");
  });

  await step("signed out at the provider too", async () => {
    const logout = page.waitForRequest(`${provider.origin}/logout?**`);
    await page.click("#sign-out");
    await logout;
    await status("signedOut");
    assert.equal(page.url(), `${site.origin}/`);
    await picture(page, "7-signed-out");
  });

  await step("and in the second tab", async () => {
    await second.waitForSelector(`main[data-status="signedOut"]`);
    assert.match(await second.textContent("#view"), /signed out in another tab/);
    await second.close();
  });

  await step("a stolen code is refused", async () => {
    await page.click("#refuse-code");
    await page.waitForSelector(".problem");
    assert.equal(await page.getAttribute(".problem", "data-code"), "callback_invalid");
    assert.equal(await page.getAttribute("main", "data-status"), "signedOut");
    assert.equal(page.url(), `${site.origin}/callback`);
    await picture(page, "8-refusal");
  });

  assert.deepEqual(alsoComplaints, [], "complaints on the console of the second tab");
}

async function samlDoor({ site, samlIdp }, page) {
  const status = (name) => page.waitForSelector(`main[data-status="${name}"]`);
  const refusal = async (code, rule) => {
    await page.waitForSelector(".problem");
    assert.equal(await page.getAttribute(".problem", "data-code"), code);
    assert.match(await page.textContent(".problem .facts"), new RegExp(rule));
  };

  await step("the identity provider's page", async () => {
    await page.goto(site.origin);
    await page.click("#sign-in-saml");
    await page.waitForURL(`${samlIdp.singleSignOn}?SAMLRequest=**`);
    await picture(page, "9-identity-provider", { isOurs: false });
  });

  await step("back, signed in: person, attributes, what was signed", async () => {
    await page.click("#btn-sign-in");
    await status("signedIn");
    assert.equal(page.url(), `${site.origin}/`);
    assert.equal(await page.textContent("#user-name"), "saml jackson");
    assert.equal(await page.textContent("#name-id"), samlIdp.email);
    assert.match(await page.textContent("#attributes"), /firstName.*Saml.*groups.*Simple IdP Users.*Cloud Users/s);
    assert.equal(await page.textContent("#signed"), "The whole response");
    assert.match(await page.textContent("#signature"), /PasswordProtectedTransport/);
    assert.match(await page.textContent(".countdown"), /^(59:\d\d|1:00:00)$/);
    assert.equal(await page.locator("#renew").count(), 0);
    await picture(page, "10-saml");
    await inTheDark(page, "10-saml");
  });

  await step("the API accepts what the back end gave for the response", async () => {
    await page.click("#call-api");
    await page.waitForSelector(".verdict.accepted");
    assert.match(await page.textContent("#verdict"), new RegExp(samlIdp.email));
    await picture(page, "11-saml-api");
  });

  await step("still signed in after a reload", async () => {
    await page.reload();
    await status("signedIn");
    await page.click("#call-api");
    await page.waitForSelector(".verdict.accepted");
  });

  await step("signed out", async () => {
    await page.click("#sign-out");
    await status("signedOut");
    assert.match(await page.textContent("#view"), /You have signed out/);
  });

  await step("started at the identity provider", async () => {
    await page.click("#idp-initiated");
    await page.waitForURL(samlIdp.singleSignOn);
    await page.click("#btn-sign-in");
    await status("signedIn");
    assert.equal(await page.textContent("#name-id"), samlIdp.email);
    assert.equal(page.url(), `${site.origin}/`);
  });

  await step("a forged response is refused, and who is signed in stays", async () => {
    await page.click("#refuse-forged button");
    await refusal("signature_invalid", "unsigned");
    await status("signedIn");
    assert.equal(await page.textContent("#name-id"), samlIdp.email);
    await page.click("#sign-out");
    await status("signedOut");
  });

  await step("signed out it is refused likewise", async () => {
    await page.click("#refuse-forged button");
    await refusal("signature_invalid", "unsigned");
    await status("signedOut");
    assert.equal(page.url(), `${site.origin}/callback`);
    await picture(page, "12-saml-refusal");
  });

  await step("so are a response out of nowhere and a key in the page", async () => {
    await page.click("#refuse-handle");
    await refusal("callback_invalid", "handle_unknown");
    await page.goto(site.origin);
    await status("signedOut");
    await page.click("#refuse-key");
    await refusal("config_invalid", "saml.sp.privateKey");
  });

  const posts = site.requests.filter(({ method }) => method === "POST").map(({ path }) => path);
  assert.deepEqual([...new Set(posts)], ["/api/saml/token"], "no response was posted to the server");
}

/** One picture at desktop size, one at phone size, and the 360-pixel check on our own pages. */
async function picture(page, name, { isOurs = true } = {}) {
  await page.screenshot({ path: `${PICTURES}${name}.png`, fullPage: true });
  await page.setViewportSize(PHONE);
  await page.screenshot({ path: `${PICTURES}phone-${name}.png`, fullPage: true });
  await page.setViewportSize(SMALLEST);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  await page.setViewportSize(DESKTOP);
  assert.ok(overflow <= 0 || !isOurs, `${name} is ${overflow} pixels wider than a ${SMALLEST.width}-pixel window`);
}

async function inTheDark(page, name) {
  await page.emulateMedia({ colorScheme: "dark" });
  await page.screenshot({ path: `${PICTURES}dark-${name}.png`, fullPage: true, animations: "disabled" });
  await page.emulateMedia({ colorScheme: null });
}

async function step(name, action) {
  const start = performance.now();
  await action();
  console.log(`  ${name}: ${secondsSince(start)}`);
}

function secondsSince(start) {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`;
}

// `make demo-check`: one whole sign-in on the demo, as a person does it, in headless Chromium.
//
//   signed out → login page → signed in → the API → reload → a second tab, renewal, no network and back
//   → signed out in both tabs → a refusal
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
];

const OFFLINE_COMPLAINTS = [{ text: /ERR_INTERNET_DISCONNECTED/, reason: "the step without a network" }];

const began = performance.now();
mkdirSync(PICTURES, { recursive: true });
const demo = await startDemo();
const browser = await launchChromium();
const context = await browser.newContext({ viewport: DESKTOP, locale: "en-GB" });
const page = await context.newPage();
page.setDefaultTimeout(15_000);
try {
  await check(demo, page);
  console.log(`demo-check passed in ${secondsSince(began)}: ${PICTURES}`);
} catch (error) {
  await page.screenshot({ path: `${PICTURES}failed.png` });
  throw error;
} finally {
  await browser.close();
  await demo.stop();
}

async function check({ site, provider }, page) {
  const complaints = watchComplaints(page, EXPECTED_COMPLAINTS);
  const status = (name) => page.waitForSelector(`main[data-status="${name}"]`);
  const { name, password } = provider.engineer;

  await step("signed out", async () => {
    await page.goto(site.origin);
    await status("signedOut");
    await picture(page, "1-signed-out");
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
    await picture(second, "5-offline");
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
    await picture(page, "6-signed-out");
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
    await picture(page, "7-refusal");
  });

  assert.deepEqual([...complaints, ...alsoComplaints], [], "complaints on the console");
}

/** One picture at desktop size, one at phone size, and the 360-pixel check on our own pages. */
async function picture(page, name) {
  await page.screenshot({ path: `${PICTURES}${name}.png`, fullPage: true });
  await page.setViewportSize(PHONE);
  await page.screenshot({ path: `${PICTURES}phone-${name}.png`, fullPage: true });
  await page.setViewportSize(SMALLEST);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  await page.setViewportSize(DESKTOP);
  assert.ok(overflow <= 0, `${name} is ${overflow} pixels wider than a ${SMALLEST.width}-pixel window`);
}

async function step(name, action) {
  const start = performance.now();
  await action();
  console.log(`  ${name}: ${secondsSince(start)}`);
}

function secondsSince(start) {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`;
}

// `make demo-check`: one whole sign-in on the demo, as a person does it, in headless Chromium.
//
//   signed out → login page → signed in → the API → reload → signed out → a refusal
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

const began = performance.now();
mkdirSync(PICTURES, { recursive: true });
const demo = await startDemo();
const browser = await launchChromium();
const page = await browser.newPage({ viewport: DESKTOP, locale: "en-GB" });
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

  await step("signed out at the provider too", async () => {
    const logout = page.waitForRequest(`${provider.origin}/logout?**`);
    await page.click("#sign-out");
    await logout;
    await status("signedOut");
    assert.equal(page.url(), `${site.origin}/`);
    await picture(page, "5-signed-out");
  });

  await step("a stolen code is refused", async () => {
    await page.click("#refuse-code");
    await page.waitForSelector(".problem");
    assert.equal(await page.getAttribute(".problem", "data-code"), "callback_invalid");
    assert.equal(await page.getAttribute("main", "data-status"), "signedOut");
    assert.equal(page.url(), `${site.origin}/callback`);
    await picture(page, "6-refusal");
  });

  assert.deepEqual(complaints, [], "complaints on the console");
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

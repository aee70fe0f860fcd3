// React 19 in StrictMode, bundled by esbuild without configuration for gatepass: everything is called
// twice, one exchange is made, and both calls have its result.

import assert from "node:assert/strict";
import { build } from "esbuild";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { watchComplaints } from "./chromium.mjs";
import { requests } from "./wire.mjs";
import { startWorld } from "./world.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const siteDir = mkdtempSync(join(tmpdir(), "gatepass-react-"));
after(() => rmSync(siteDir, { recursive: true }));
await build({
  entryPoints: [here("react/app.jsx")],
  outdir: siteDir,
  bundle: true,
  splitting: true,
  format: "esm",
  jsx: "automatic",
  define: { "process.env.NODE_ENV": '"development"' }, // StrictMode calls twice in development only
  alias: { gatepass: here("../../pkg/index.js") },
  external: ["/config.js"],
  logLevel: "warning",
});
copyFileSync(here("react/index.html"), join(siteDir, "index.html"));

const world = await startWorld({ siteDir });
after(world.stop);
const signedOut = (page) => page.waitForSelector('main[data-status="signedOut"]');
const signedIn = (page) => page.waitForSelector('main[data-status="signedIn"]');
const exchanges = (page) => requests(page.wire).filter(({ url }) => url.endsWith("/oauth2/token")).length;

/** A tab that is back from the login page. */
async function back(t, harness) {
  const page = await world.open(t, "/deep?q=1", { harness });
  page.complaints = watchComplaints(page, [{ text: /favicon\.ico/, reason: "the test's site has no icon" }]);
  await signedOut(page);
  await page.click("button");
  await page.waitForURL(world.atProvider);
  await world.logIn(page);
  return page;
}

test("StrictMode: two renders, two effects, one client, one exchange, one result", async (t) => {
  const page = await back(t, { stay: true });
  await signedIn(page);

  const seen = await page.evaluate(async () => {
    const { clients, ready, results, callbacks } = window.seen;
    const [first, second] = await Promise.all(results);
    return {
      counts: [clients.length, ready.length, results.length],
      same: [clients[0] === clients[1], ready[0] === ready[1], first === second, first.snapshot === clients[0].snapshot],
      callbacks: callbacks.map((result) => result === first),
      returnTo: first.returnTo,
    };
  });
  assert.deepEqual(seen, { counts: [2, 2, 2], same: [true, true, true, true], callbacks: [true], returnTo: "/deep?q=1" });
  assert.equal(exchanges(page), 1);
  assert.deepEqual(page.complaints, []);
});

test("the page goes back to returnTo and shows who is there", async (t) => {
  const page = await back(t);
  await signedIn(page);
  assert.equal(page.url(), `${world.origin}/deep?q=1`);
  assert.equal(await page.textContent("main"), "ada@example.com");
});

test("useSyncExternalStore: each snapshot is rendered until the next, and no more", async (t) => {
  const page = await back(t, { stay: true });
  await signedIn(page);
  const rendered = await page.evaluate(() => seen.snapshots.filter((snapshot, i, all) => snapshot !== all[i - 1]).map(({ status }) => status));
  assert.deepEqual(rendered, ["loading", "signedIn"]);
});

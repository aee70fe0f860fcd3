// The tarball, as npm would install it, in a real browser under the README's Content Security Policy:
// with a bundler, without one, with a separate wasm file; and on a server.

import assert from "node:assert/strict";
import { build } from "esbuild";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { launchChromium, watchComplaints } from "../e2e/chromium.mjs";
import { serveFolder } from "./static.mjs";

const PROVIDER = "https://my-app.auth.eu-central-1.amazoncognito.com https://cognito-idp.eu-central-1.amazonaws.com";
const CSP = `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src ${PROVIDER}`;
const CSP_SEPARATE_WASM = CSP.replace("connect-src", "connect-src 'self'");
const CSP_NO_WASM = CSP.replace(" 'wasm-unsafe-eval'", "");
const SIGNED_OUT = { status: "signedOut", reason: "never" };

const project = mkdtempSync(join(tmpdir(), "gatepass-app-"));
const bundled = join(project, "bundled");
const plain = join(project, "plain");
install();
await bundle();
const browser = await launchChromium({ args: ["--host-resolver-rules=MAP insecure.test 127.0.0.1"] });
after(async () => {
  await browser.close();
  rmSync(project, { recursive: true });
});

function install() {
  const npm = (cwd, ...args) => execFileSync("npm", [...args, "--loglevel=error"], { cwd, encoding: "utf8" });
  const [pack] = Object.values(JSON.parse(npm(fileURLToPath(new URL("../../pkg/", import.meta.url)), "pack", "--json", "--pack-destination", project)));
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "app", private: true, type: "module" }));
  npm(project, "install", "--offline", "--no-audit", "--no-fund", `./${pack.filename}`);
  cpSync(new URL("app/", import.meta.url), project, { recursive: true });
}

// Nothing is said to the bundler about gatepass.
async function bundle() {
  await build({ entryPoints: [join(project, "app.js")], outdir: bundled, bundle: true, splitting: true, format: "esm", minify: true });
  cpSync(join(project, "index.html"), join(bundled, "index.html"));
  // Without a bundler the import names the file: an import map would be an inline script.
  cpSync(join(project, "index.html"), join(plain, "index.html"));
  cpSync(join(project, "node_modules"), join(plain, "node_modules"), { recursive: true });
  await build({ entryPoints: [join(project, "app.js")], outdir: plain, alias: { gatepass: "/node_modules/gatepass/index.js" }, external: ["/node_modules/*"], bundle: true, format: "esm" });
}

/** A page on `folder` as served; the host's log and the page's every request. */
async function open(t, folder, { path = "/", csp = CSP, missing, insecure = false } = {}) {
  const host = await serveFolder(folder, csp);
  host.missing = missing;
  const context = await browser.newContext();
  t.after(() => (host.stop(), context.close()));
  const page = await context.newPage();
  const asked = [];
  page.on("request", (request) => asked.push(new URL(request.url())));
  const complaints = watchComplaints(page, [{ text: /favicon\.ico/, reason: "the app has no icon" }]);
  await page.goto((insecure ? host.insecureOrigin : host.origin) + path);
  return { page, host, asked: () => asked.map(({ pathname }) => pathname).filter((path) => path !== "/favicon.ico"), asks: asked, complaints };
}

const started = (page) => page.evaluate(() => window.started);
const start = (page) => page.evaluate(() => window.start());
// What this page has no use for: the other doors, AWS credentials, other subpaths.
const OTHERS = /^(acs.*|amplify|aws.*|door-(openmetadata|saml).*|errors-.*|hand-over|replay|saml.*|sign-in-loop|spki|testing|verifier)\.js$/;
const without = (object) => JSON.parse(JSON.stringify(object)); // undefined members do not count

test("bundled by esbuild: the wasm comes as one chunk on first use, and nothing else is asked for", async (t) => {
  const { page, asked, asks, host, complaints } = await open(t, bundled, { path: "/?wait" });
  assert.deepEqual(await page.evaluate(() => window.auth.snapshot), { status: "loading" });
  const early = asked();
  assert.ok(!early.some((path) => /inline|wasm|gatepass-/.test(path)), early.join());

  assert.deepEqual(without(await start(page)), SIGNED_OUT);
  const late = asked().slice(early.length).map((path) => path.replace(/-[A-Z0-9]{8}\.js$/, ".js"));
  assert.deepEqual(late.sort(), ["/gatepass.js", "/inline.js"]);
  assert.ok(asks.every(({ origin }) => origin === host.origin));
  assert.deepEqual(readdirSync(bundled).filter((file) => file.endsWith(".wasm")), []);
  assert.deepEqual(complaints, []);
});

test("without a bundler: the files of the package as they are", async (t) => {
  const { page, asked, complaints } = await open(t, plain);
  assert.deepEqual(without(await started(page)), SIGNED_OUT);
  const files = asked().filter((path) => path.startsWith("/node_modules/")).map((path) => path.replace("/node_modules/gatepass/", ""));
  const shipped = readdirSync(new URL("../../pkg/", import.meta.url)).filter((file) => file.endsWith(".js") && !OTHERS.test(file));
  assert.deepEqual(files.sort(), [...shipped, "wasm/gatepass.js", "wasm/inline.js"].sort());
  assert.deepEqual(complaints, []);
});

for (const source of ["url", "response", "bytes", "module"]) {
  test(`init(${source}): the separate wasm, and never the one inside`, async (t) => {
    const { page, asked } = await open(t, plain, { path: `/?wait&init=${source}`, csp: CSP_SEPARATE_WASM });
    await page.evaluate(() => {
      const { instantiateStreaming } = WebAssembly;
      WebAssembly.instantiateStreaming = (...args) => ((window.streamed = true), instantiateStreaming(...args));
    });
    assert.deepEqual(without(await start(page)), SIGNED_OUT);
    assert.equal(asked().filter((path) => path.endsWith("/gatepass_bg.wasm")).length, 1);
    assert.ok(!asked().some((path) => path.endsWith("/inline.js")));
    assert.equal(await page.evaluate(() => window.streamed ?? false), source === "url" || source === "response");
  });
}

test("a policy without 'wasm-unsafe-eval': wasm_blocked, and the page stands", async (t) => {
  const { page } = await open(t, bundled, { csp: CSP_NO_WASM });
  assert.deepEqual(without(await started(page)), { ...SIGNED_OUT, code: "wasm_blocked" });
  assert.deepEqual(await rejected(page, () => window.auth.signIn()), ["wasm_blocked", false]);
});

for (const [what, folder, missing] of [
  ["the wasm's chunk is missing", bundled, /inline/],
  ["the glue's chunk is missing", bundled, /gatepass-/],
  ["the wasm's module is missing", plain, /inline/],
]) {
  test(`${what}: wasm_load_failed, and later it works`, async (t) => {
    const { page, host } = await open(t, folder, { missing });
    assert.deepEqual(without(await started(page)), { ...SIGNED_OUT, code: "wasm_load_failed" });
    assert.deepEqual(await rejected(page, () => window.auth.signIn()), ["wasm_load_failed", true]);

    host.missing = undefined;
    const { snapshot } = await page.evaluate(() => window.auth.handleCallback());
    assert.deepEqual(snapshot, SIGNED_OUT);
  });
}

test("http on a host that is not this machine: insecure_context", async (t) => {
  const { page } = await open(t, bundled, { insecure: true });
  assert.equal(await page.evaluate(() => isSecureContext), false);
  assert.deepEqual(await started(page), { ...SIGNED_OUT, code: "unsupported_environment", rule: "insecure_context" });
});

test("on a server: synchronous, touches nothing, loading, and says no_window", () => {
  const seen = JSON.parse(execFileSync(process.execPath, ["server.mjs"], { cwd: project, encoding: "utf8" }));
  assert.deepEqual(seen, {
    snapshot: { status: "loading" },
    ready: { status: "loading" },
    same: true,
    ownForEachRequest: true,
    unsubscribe: "function",
    rejections: Array(5).fill("true,unsupported_environment,no_window"),
    init: "function",
    newGlobals: false,
    touched: [],
  });
});

const rejected = (page, call) => page.evaluate(`(${call})().then(() => {}, ({ code, retryable }) => [code, retryable])`);

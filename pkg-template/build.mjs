// wasm-pack's output + this folder → pkg/, the npm package. One module for each door, so that a page
// downloads only its own:
//
//   target/wasm/gatepass_bg.wasm ─ wasm-opt -Oz, short import names ─> pkg/wasm/gatepass_bg.wasm ─ as text ─> pkg/wasm/inline.js
//   target/wasm/gatepass.js (the glue) ──────── the same short names ─> pkg/wasm/gatepass.js
//   target/wasm-saml/… ─────────────────────── likewise ───────────────> pkg/wasm/saml_bg.wasm, saml-inline.js, saml.js
//   target/wasm-both/… ─────────────────────── likewise: a page with both doors gets what they share once
//   target/wasm-openmetadata/… ────────────── likewise: the OpenID door with OpenMetadata's rules in it
//   door-saml.js ── bundled ─> pkg/door-saml.bundle.js: for pages whose configuration names it; door-openmetadata.js too
//   target/wasm-aws/… ──────────────────────── likewise ───────────────> pkg/wasm/aws_bg.wasm, aws-inline.js, aws.js
//   aws.js ──────── bundled ─> pkg/aws.bundle.js: for pages that ask for AWS credentials
//   acs-worker.js ─ bundled ─> pkg/acs.js, the service worker, a file of the site's own
//   acs-page.js ─── bundled ─> pkg/acs-script.js: the hand-over page's one script as text, and its hash
//
// Usage: node pkg-template/build.mjs   (after wasm-pack; `make pkg` does both)

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const here = new URL("./", import.meta.url);
const root = new URL("../", here);
const pkg = new URL("pkg/", root);
const tools = createRequire(new URL("tests/package.json", root));

const INPUTS = ["build.mjs", "acs-worker.js", "acs-page.js"]; // of this script, and not of the package

// A function that is called once stays one: inlined, its locals have long names. It saves 2 kB of 82.
const SMALL = ["-Oz", "--one-caller-inline-max-function-size", "20"];

rmSync(pkg, { recursive: true, force: true });
mkdirSync(new URL("wasm/", pkg), { recursive: true });
for (const file of readdirSync(here)) if (!INPUTS.includes(file)) copyFileSync(new URL(file, here), new URL(file, pkg));
for (const file of readdirSync(root)) if (/^(CHANGELOG|LICENSE)/.test(file)) copyFileSync(new URL(file, root), new URL(file, pkg));

// One file for each part that pages fetch when their configuration names it, or when it is asked for: with what it shares with the
// OpenID door in copies, so that no bundler splits the Cognito page for it.
for (const part of ["door-saml", "door-openmetadata", "aws"]) {
  writeFileSync(new URL(`${part}.bundle.js`, pkg), bundle(`${part}.js`, { format: "esm", external: ["./wasm/*"] }));
}
acsWorker();
acsPage();

door("target/wasm/", "gatepass", "inline.js", "Client", SMALL);
door("target/wasm-saml/", "saml", "saml-inline.js", "SamlClient", ["-O3"]); // as small, and a back end verifies often
door("target/wasm-openmetadata/", "openmetadata", "openmetadata-inline.js", "Client, asked, configured", SMALL);
door("target/wasm-aws/", "aws", "aws-inline.js", "AwsClient", SMALL);
door("target/wasm-both/", "both", "both-inline.js", "Client, SamlClient", SMALL);

/** A script of this folder and all that it imports, as one text. */
function bundle(file, options) {
  const { buildSync } = tools("esbuild");
  const entryPoints = [new URL(file, here).pathname];
  return buildSync({ entryPoints, bundle: true, target: "es2022", write: false, ...options }).outputFiles[0].text;
}

/** The service worker, whole in one file. The CLI knows it by its first line. */
function acsWorker() {
  const { version } = JSON.parse(readFileSync(new URL("package.json", here), "utf8"));
  const banner = `// gatepass ${version}: the SAML assertion consumer service as a service worker. Copied by: npx gatepass init`;
  const options = { format: "iife", minify: true, banner: { js: banner }, define: { VERSION: JSON.stringify(version) } };
  writeFileSync(new URL("acs.js", pkg), bundle("acs-worker.js", options));
}

/** The hand-over page's script, and what its Content Security Policy allows: these very bytes. */
function acsPage() {
  const script = bundle("acs-page.js", { format: "iife", minify: true }).trim();
  if (/<\/script|<!--/i.test(script)) throw new Error("acs-page.js: its text would end the script element");
  const hash = createHash("sha256").update(script).digest("base64");
  const text = `// Generated: acs-page.js as text, and its SHA-256 in base64 (see build.mjs).
export const script = ${JSON.stringify(script)};
export const hash = "${hash}";
`;
  writeFileSync(new URL("acs-script.js", pkg), text);
}

/** One door's module, its glue and its text; `handles` are what the package's JavaScript calls. */
function door(folder, name, text, handles, level) {
  const built = new URL(folder, root);
  const module = new URL(`wasm/${name}_bg.wasm`, pkg);
  const renamed = optimise(new URL(`${name}_bg.wasm`, built), module, level);
  writeFileSync(new URL(`wasm/${name}.js`, pkg), glue(new URL(`${name}.js`, built), renamed, handles));
  writeFileSync(new URL(`wasm/${text}`, pkg), inline(readFileSync(module), name));
  console.log(`pkg/wasm/${name}_bg.wasm: ${readFileSync(module).length} bytes`);
}

/** The smallest module; answers with the names that it shortened. */
function optimise(from, to, level) {
  const wasmOpt = (...args) => execFileSync(process.execPath, [tools.resolve("binaryen/bin/wasm-opt"), ...args], { maxBuffer: 2 ** 26 });
  const strip = ["--strip-debug", "--strip-producers", "--strip-target-features"];
  wasmOpt(from.pathname, ...level, "--converge", "-o", to.pathname);
  return JSON.parse(wasmOpt(to.pathname, "--minify-imports-and-exports-and-modules", ...strip, "-o", to.pathname));
}

/** wasm-bindgen's glue by the short names, without what the package never calls. */
function glue(file, { imports, exports }, handles) {
  let source = readFileSync(file, "utf8");
  for (const [, long, short] of imports) source = source.replaceAll(new RegExp(`\\b${long}: function`, "g"), `"${short}": function`);
  for (const [long, short] of exports) source = source.replaceAll(new RegExp(`\\bwasm\\.${long}\\b`, "g"), `wasm["${short}"]`);
  source = source.replaceAll(`"${imports[0][0]}":`, `"a":`);
  const { buildSync } = tools("esbuild");
  const entry = { contents: `export { default, ${handles} } from "glue"`, resolveDir: "/" };
  const renamed = new URL("glue.mjs", file);
  writeFileSync(renamed, source);
  const options = { bundle: true, minify: true, format: "esm", write: false, alias: { glue: renamed.pathname } };
  return buildSync({ stdin: entry, ...options }).outputFiles[0].text;
}

/**
 * The module as a text of plain characters, a common byte one character, a rare byte two. Not base64
 * and not compressed: the transport's own brotli or gzip then still sees whole bytes and does better
 * than on base64 of a gzip (10 kB less), and no bundler has a character to escape.
 */
function inline(bytes, name) {
  const count = new Uint32Array(256);
  for (const byte of bytes) count[byte]++;
  const bySize = [...count.keys()].sort((a, b) => count[b] - count[a]);
  const plain = [];
  for (let code = 32; code < 127; code++) if (!"\"'`\\$".includes(String.fromCharCode(code))) plain.push(String.fromCharCode(code));
  const shift = plain.splice(-2);
  const codes = [...plain, ...plain.map((c) => shift[0] + c), ...plain.map((c) => shift[1] + c)];
  const code = [];
  bySize.forEach((byte, i) => (code[byte] = codes[i]));
  const text = Array.from(bytes, (byte) => code[byte]).join("");
  const json = JSON.stringify;
  return `// Generated: ${name}_bg.wasm as text. A common byte is one character, a rare one two (see build.mjs).
const text = ${json(text)};
const bytesByCode = ${json(bySize)};
const plain = ${json(plain.join(""))}, shift = ${json(shift.join(""))};
export function bytes() {
  const bytes = new Uint8Array(${bytes.length});
  for (let i = 0, at = 0; at < text.length; i++) {
    const page = shift.indexOf(text[at]) + 1;
    if (page) at++;
    bytes[i] = bytesByCode[page * plain.length + plain.indexOf(text[at++])];
  }
  return bytes;
}
`;
}

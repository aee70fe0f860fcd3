// What a person downloads to sign in, and the ratchet: tests/size.json only goes down.
//
// Counted as the peers were: an app with one sign-in, bundled, minified and split by esbuild, brotli
// 11 of every file the browser loads. Usage: node tests/size.mjs [--update]

import { buildSync } from "esbuild";
import { readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

const root = new URL("../", import.meta.url);
const SLACK = 256; // bytes: another folder's path orders the functions otherwise
const ratchetFile = new URL("tests/size.json", root);
const ratchet = JSON.parse(readFileSync(ratchetFile, "utf8"));

const app = `
  import { createGatepass } from "gatepass";
  const auth = createGatepass({ cognito: { userPoolId: "eu-central-1_a", clientId: "b", domain: "c" } });
  await auth.ready();
  onclick = () => auth.signIn();
  console.log(await auth.getAccessToken());
  ondblclick = () => auth.signOut();`;

const { outputFiles } = buildSync({
  stdin: { contents: app, resolveDir: root.pathname },
  alias: { gatepass: new URL("pkg/index.js", root).pathname },
  bundle: true, minify: true, splitting: true, format: "esm", target: "es2022", outdir: "out", write: false,
});

let inlined = 0, other = 0;
for (const { path, contents } of outputFiles) {
  const brotli = brotliCompressSync(contents).length;
  if (basename(path).startsWith("inline")) inlined += brotli;
  else other += brotli;
  row(basename(path).replace(/-[A-Z0-9]{8}/, ""), contents.length, gzipSync(contents).length, brotli);
}
const wasm = readFileSync(new URL("pkg/wasm/gatepass_bg.wasm", root));
const wasmBrotli = brotliCompressSync(wasm).length;
row("gatepass_bg.wasm", wasm.length, gzipSync(wasm).length, wasmBrotli);

const sizes = { cognitoPage: inlined + other, cognitoPageSeparateWasm: other + wasmBrotli };
let failed = false;
for (const [name, bytes] of Object.entries(sizes)) {
  const verdict = bytes > ratchet[name] + SLACK ? "GREW" : bytes < ratchet[name] ? "smaller" : "same";
  failed ||= verdict === "GREW";
  console.log(`${name}: ${bytes} bytes brotli; ratchet ${ratchet[name]}: ${verdict}`);
}
if (process.argv.includes("--update")) {
  for (const [name, bytes] of Object.entries(sizes)) ratchet[name] = Math.min(bytes, ratchet[name]);
  writeFileSync(ratchetFile, JSON.stringify(ratchet, null, 2) + "\n");
} else if (failed) {
  console.error("The download grew. Make it smaller; if it has earned the bytes, say so in the change and raise tests/size.json by hand.");
  process.exitCode = 1;
}

function row(name, raw, gzip, brotli) {
  console.log(`${name.padEnd(20)} ${String(raw).padStart(8)} raw ${String(gzip).padStart(8)} gzip ${String(brotli).padStart(8)} brotli`);
}

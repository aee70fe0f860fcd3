// The package is what it says: its exports, its files, and nothing in them that a page, a bundler or
// a Content Security Policy would choke on.

import assert from "node:assert/strict";
import { build } from "esbuild";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const pkg = new URL("../../pkg/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL("package.json", pkg), "utf8"));
const packed = JSON.parse(execFileSync("npm", ["pack", "--dry-run", "--json"], { cwd: fileURLToPath(pkg), stdio: ["ignore", "pipe", "ignore"] }));
// Up to npm 11 a list, then an object by package name.
const files = Object.values(packed)[0].files.map(({ path }) => path).sort();
const scripts = files.filter((file) => file.endsWith(".js"));
const source = (file) => readFileSync(new URL(file, pkg), "utf8");

test("the tarball has exactly these files", () => {
  assert.deepEqual(files, [
    "CHANGELOG.md",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "SAML.md",
    "acs-form.js",
    "acs-handler.js",
    "acs-ready.js",
    "acs-script.js",
    "acs.d.ts",
    "acs.js",
    "amplify.d.ts",
    "amplify.js",
    "arrival.js",
    "aws.bundle.js",
    "aws.js",
    "callback.js",
    "cli-answers.mjs",
    "cli-init.mjs",
    "cli-saml-check.mjs",
    "cli-saml-facts.mjs",
    "cli-saml-setup.mjs",
    "cli.mjs",
    "client.js",
    "door-oidc.js",
    "door-openmetadata.bundle.js",
    "door-openmetadata.js",
    "door-saml.bundle.js",
    "door-saml.js",
    "errors-aws.js",
    "errors-openmetadata.js",
    "errors-saml.js",
    "errors.js",
    "fetch.js",
    "hand-over.js",
    "idb.js",
    "index.d.ts",
    "index.js",
    "keys.js",
    "kit.js",
    "load.js",
    "locks.js",
    "package.json",
    "page.js",
    "popup.js",
    "provider.js",
    "records.js",
    "renewal.js",
    "replay.js",
    "restart.js",
    "saml-callback.js",
    "saml-logout.js",
    "saml-modules.js",
    "saml.d.ts",
    "saml.js",
    "session.js",
    "shell.js",
    "sign-in-loop.js",
    "sign-out.js",
    "snapshot.js",
    "spki.js",
    "stores.js",
    "tabs.js",
    "testing.d.ts",
    "testing.js",
    "vault.js",
    "verifier.js",
    "wasm/aws-inline.js",
    "wasm/aws.js",
    "wasm/aws_bg.wasm",
    "wasm/both-inline.js",
    "wasm/both.js",
    "wasm/both_bg.wasm",
    "wasm/gatepass.js",
    "wasm/gatepass_bg.wasm",
    "wasm/inline.js",
    "wasm/openmetadata-inline.js",
    "wasm/openmetadata.js",
    "wasm/openmetadata_bg.wasm",
    "wasm/saml-inline.js",
    "wasm/saml.js",
    "wasm/saml_bg.wasm",
    "web-storage.js",
    "wire.js",
  ]);
});

test("every target of exports and types is in the tarball", () => {
  const targets = [manifest.types, ...Object.values(manifest.bin), ...Object.values(manifest.exports).flatMap((target) => (typeof target === "string" ? target : Object.values(target)))];
  assert.ok(targets.length >= 4);
  for (const target of targets) assert.ok(files.includes(target.replace("./", "")), target);
});

test("every entry of files is there", () => {
  const asPattern = (entry) => new RegExp(`^${entry.replaceAll(".", "\\.").replaceAll("*", "[^/]*")}(/|$)`);
  for (const entry of manifest.files) assert.ok(files.some((file) => asPattern(entry).test(file)), entry);
});

test("ESM only, one target for each subpath, no dependencies, nothing runs at install", () => {
  assert.equal(manifest.type, "module");
  assert.equal(manifest.sideEffects, false);
  for (const target of Object.values(manifest.exports)) {
    assert.ok(typeof target === "string" || Object.keys(target).join() === "types,default");
  }
  for (const name of ["dependencies", "peerDependencies", "optionalDependencies", "scripts", "main", "module", "browser"]) {
    assert.equal(manifest[name], undefined, name);
  }
});

for (const [script, types] of [["index.js", "index.d.ts"], ["amplify.js", "amplify.d.ts"], ["acs-handler.js", "acs.d.ts"], ["saml.js", "saml.d.ts"], ["testing.js", "testing.d.ts"]]) {
  test(`${script} exports what ${types} declares`, async () => {
    const passedOn = [...source(types).matchAll(/^export \{ (.*) \} from/gm)].flatMap(([, names]) => names.split(", "));
    const declared = [...source(types).matchAll(/^export (?:declare )?(?:function|class|const) (\w+)/gm)].map(([, name]) => name).concat(passedOn);
    const exported = Object.keys(await import(new URL(script, pkg)));
    assert.deepEqual(exported.sort(), declared.sort());
  });
}

test("createGatepass gives exactly the members of the contract, and a server may call it", async () => {
  const { createGatepass } = await import(new URL("index.js", pkg));
  const [, body] = source("index.d.ts").match(/^export interface Gatepass \{\n(.*?)^\}/ms);
  const declared = [...body.matchAll(/^ {2}(?:readonly )?(\w+)[(:]/gm)].map(([, name]) => name);
  assert.deepEqual(Object.keys(createGatepass({})).sort(), declared.sort());
});

for (const file of scripts) {
  test(`${file}: no eval, no Node, no file that a bundler could lose`, () => {
    const code = source(file).replaceAll(/"(?:[^"\\\n]|\\.)*"|\/\/.*$|\/\*[^]*?\*\//gm, (part) => (part.startsWith('"') ? '""' : ""));
    assert.doesNotMatch(code, /\bFunction\(|\beval\(/);
    assert.doesNotMatch(code, /\brequire\(|\bprocess\b|\bBuffer\b|\b__dirname\b|\bimport\.meta\b/);

    const imported = [...source(file).matchAll(/\b(?:from|import) *\(? *"([^"]+)"/g)].map(([, name]) => name);
    assert.deepEqual(imported.filter((name) => !name.startsWith("./") || !existsSync(new URL(name, new URL(file, pkg)))), []);
  });

  test(`${file}: no top-level await`, async () => {
    // It cannot be compiled to a script: the compiler itself finds it.
    const options = { entryPoints: [fileURLToPath(new URL(file, pkg))], format: "iife", bundle: true, write: false, logLevel: "silent" };
    const { errors } = await build(options).catch((error) => error);
    assert.deepEqual(errors.map(({ text }) => text), []);
  });
}

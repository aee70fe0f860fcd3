// What a person downloads to sign in, and the ratchet: tests/size.json only goes down.
//
// Counted as the peers were: an app with one sign-in, bundled, minified and split by esbuild, brotli
// 11 of every file the browser loads. Usage: node tests/size.mjs [--update]

import { buildSync } from "esbuild";
import { readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

const root = new URL("../", import.meta.url);
// Chunks of which a page loads its own.
const MODULES = ["gatepass", "inline", "saml", "saml-inline", "both", "both-inline", "door-saml.bundle", "openmetadata", "openmetadata-inline", "door-openmetadata.bundle", "aws", "aws-inline", "aws.bundle"];
const SLACK = 256; // bytes: another folder's path orders the functions otherwise
const ratchetFile = new URL("tests/size.json", root);
const ratchet = JSON.parse(readFileSync(ratchetFile, "utf8"));

const COGNITO = `
  import { createGatepass } from "gatepass";
  const auth = createGatepass({ cognito: { userPoolId: "eu-central-1_a", clientId: "b", domain: "c" } });
  await auth.ready();
  onclick = () => auth.signIn();
  console.log(await auth.getAccessToken());
  ondblclick = () => auth.signOut();`;
const SAML = `
  import { createGatepass } from "gatepass/saml";
  const auth = createGatepass({ saml: { idp: { metadata: "…" }, sp: { entityId: "a", acsUrl: "/saml/acs" } } });
  await auth.ready();
  onclick = () => auth.signIn();
  ondblclick = () => auth.signOut();`;
const OTHER = `
  const other = createOther({ name: "b", saml: { idp: { metadata: "…" }, sp: { entityId: "a", acsUrl: "/saml/acs" } } });
  await other.ready();
  onclick = () => other.signIn();`;
const OPEN_METADATA = `
  import { createGatepass } from "gatepass";
  const auth = createGatepass({ openMetadata: { server: "https://catalog.example" } });
  await auth.ready();
  onclick = () => auth.signIn();
  console.log(await auth.getIdToken());
  ondblclick = () => auth.signOut();`;
// A page that knows that it has both imports both fronts; one whose configuration decides fetches the other door.
const BOTH = `import { createGatepass as createOther } from "gatepass/saml"; ${COGNITO} ${OTHER}`;
const EITHER = `${COGNITO} const createOther = createGatepass; ${OTHER}`;

const cognito = page("Cognito page", COGNITO, "gatepass", "inline");
const saml = page("SAML page", SAML, "saml", "saml-inline");
const both = page("page with both doors", BOTH, "both", "both-inline");
const either = page("page with both doors, the second by configuration", EITHER, "both", "both-inline", "door-saml.bundle");
const aws = page("Cognito page that asks for AWS credentials", COGNITO, "gatepass", "inline", "aws", "aws-inline", "aws.bundle");
const openMetadata = page("OpenMetadata page", OPEN_METADATA, "openmetadata", "openmetadata-inline", "door-openmetadata.bundle");
const separate = cognito.bytes - cognito.inline + brotli(readFileSync(new URL("pkg/wasm/gatepass_bg.wasm", root)));

const sizes = {
  cognitoPage: cognito.bytes,
  cognitoPageSeparateWasm: separate,
  awsOnTopOfCognito: aws.bytes - cognito.bytes,
  samlPage: saml.bytes,
  samlOnTopOfCognito: both.bytes - cognito.bytes,
  samlByConfiguration: either.bytes - cognito.bytes,
  openMetadataPage: openMetadata.bytes,
};
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

/** Every file that the browser loads of an app: all that is imported at once, and one of the modules. */
function page(title, contents, ...chunks) {
  const { outputFiles } = buildSync({
    stdin: { contents, resolveDir: root.pathname },
    alias: { "gatepass/saml": new URL("pkg/saml.js", root).pathname, gatepass: new URL("pkg/index.js", root).pathname },
    bundle: true, minify: true, splitting: true, format: "esm", target: "es2022", outdir: "out", write: false,
  });
  console.log(`── ${title}`);
  const sum = { bytes: 0, inline: 0 };
  for (const { path, contents } of outputFiles) {
    const name = basename(path).replace(/-[A-Z0-9]{8}/, "").replace(".js", "");
    if (MODULES.includes(name) && !chunks.includes(name)) continue;
    const size = brotli(contents);
    sum.bytes += size;
    if (name.endsWith("inline")) sum.inline = size;
    console.log(`${name.padEnd(20)} ${String(contents.length).padStart(8)} raw ${String(gzipSync(contents).length).padStart(8)} gzip ${String(size).padStart(8)} brotli`);
  }
  if (!sum.inline) throw new Error(`no module in the ${title}`);
  return sum;
}

function brotli(bytes) {
  return brotliCompressSync(bytes).length;
}

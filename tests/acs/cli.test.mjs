// npx gatepass and its command init: what it writes, what it says, and when it refuses.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const pkg = new URL("../../pkg/", import.meta.url);
const ours = readFileSync(new URL("acs.js", pkg), "utf8");
const { version, bin } = JSON.parse(readFileSync(new URL("package.json", pkg), "utf8"));
const program = fileURLToPath(new URL(bin.gatepass, pkg));
const older = ours.replace(version, "0.0.9");

const site = mkdtempSync(join(tmpdir(), "gatepass-site-"));
after(() => rmSync(site, { recursive: true }));

/** A folder `public` of its own, with `content` as its acs.js unless undefined. */
function folder(content) {
  const place = mkdtempSync(join(site, "site-"));
  mkdirSync(join(place, "public"));
  const file = join(place, "public", "acs.js");
  if (content !== undefined) writeFileSync(file, content);
  return { place, content: () => (existsSync(file) ? readFileSync(file, "utf8") : undefined) };
}

/** `[exit code, stdout's lines, stderr's lines]` */
function run(place, ...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { cwd: place, encoding: "utf8" });
  const lines = (text) => text.split("\n").filter(Boolean);
  return [status, lines(stdout), lines(stderr)];
}

const file = join("public", "acs.js");
const REGISTERED = "The page registers /acs.js?acs=%2Fsaml%2Facs&callback=%2Fcallback";
const SERVED = "The server must answer /acs.js itself: as text/javascript, without a redirect, cached for an hour at most.";
const again = "Run: npx gatepass init public";

for (const { what, before, said, checked } of [
  { what: "nothing", said: `Created ${file} (${version}).`, checked: `${file} is missing. ${again}` },
  { what: "this version", before: ours, said: `${file} is up to date (${version}).` },
  { what: "this version with other ends of lines", before: ours.replaceAll("\n", "\r\n"), said: `${file} is up to date (${version}).` },
  { what: "an older version", before: older, said: `Updated ${file} from version 0.0.9 to ${version}.`, checked: `${file} is of version 0.0.9, not ${version}. ${again}` },
  { what: "a changed file", before: `${ours}// mine\n`, said: `Restored ${file} (${version}): it had been changed.`, checked: `${file} was changed after ${version} was copied. ${again}` },
]) {
  test(`init where there is ${what}`, () => {
    const { place, content } = folder(before);
    assert.deepEqual(run(place, "init", "public"), [0, [said, REGISTERED, SERVED], []]);
    assert.equal(content().replaceAll("\r\n", "\n"), ours);
    assert.deepEqual(run(place, "init", "public"), [0, [`${file} is up to date (${version}).`, REGISTERED, SERVED], []], "the second time");
  });

  test(`init --check where there is ${what}`, () => {
    const { place, content } = folder(before);
    assert.deepEqual(run(place, "init", "public", "--check"), checked ? [1, [], [checked]] : [0, [`${file} is up to date (${version}).`], []]);
    assert.equal(content(), before);
  });
}

for (const foreign of ["", "// my own worker\n", `\n${ours}`, `/* ${ours} */`]) {
  test(`a foreign file stays: ${JSON.stringify(foreign.slice(0, 20))}`, () => {
    const { place, content } = folder(foreign);
    for (const options of [[], ["--check"]]) {
      assert.deepEqual(run(place, "init", "public", ...options), [1, [], [`${file} is not gatepass's. Nothing was changed.`]]);
    }
    assert.equal(content(), foreign);
  });
}

test("no such folder, or no folder", () => {
  const { place } = folder(ours);
  assert.deepEqual(run(place, "init", "dist"), [1, [], ["There is no folder dist."]]);
  assert.deepEqual(run(place, "init", file), [1, [], [`There is no folder ${file}.`]]);
});

for (const [options, script] of [
  [["--acs", "/acs", "--callback", "/signed-in?lang=de"], "/acs.js?acs=%2Facs&callback=%2Fsigned-in%3Flang%3Dde"],
  [["--acs=/saml/acs?idp=a"], "/acs.js?acs=%2Fsaml%2Facs%3Fidp%3Da&callback=%2Fcallback"],
  [["--base", "/app/", "--acs", "/app/saml/acs"], "/app/acs.js?acs=%2Fapp%2Fsaml%2Facs&callback=%2Fcallback"],
  [["--base", "/app", "--acs", "/app/acs"], "/app/acs.js?acs=%2Fapp%2Facs&callback=%2Fcallback"],
  [["--acs", "https://sp.test/saml/acs"], "/acs.js?acs=%2Fsaml%2Facs&callback=%2Fcallback"],
]) {
  test(`${options.join(" ")}: ${script}`, () => {
    const { place, content } = folder();
    const [status, [, registered, ...rest], errors] = run(place, "init", "public", ...options);
    const file = script.split("?")[0];
    assert.deepEqual([status, registered, errors], [0, `The page registers ${script}`, []]);
    const configure = file === "/acs.js" ? [] : [`Configure it there: workerUrl: "${file}"`];
    assert.deepEqual(rest, [...configure, SERVED.replace("/acs.js", file)]);
    assert.equal(content(), ours);
  });
}

for (const [options, acs, script] of [
  [["--base", "/app/"], "/saml/acs", "/app/acs.js"],
  [["--base", "/app/", "--acs", "/application/acs"], "/application/acs", "/app/acs.js"],
  [["--base", "/app/", "--acs", "/app/../acs"], "/app/../acs", "/app/acs.js"],
  [["--base", "/app/", "--acs", "/app"], "/app", "/app/acs.js"],
]) {
  test(`${options.join(" ")}: out of the worker's scope`, () => {
    const { place, content } = folder();
    const message = `A service worker at ${script} cannot answer ${acs}: choose an --acs that starts with /app/, or another --base.`;
    assert.deepEqual(run(place, "init", "public", ...options), [1, [], [message]]);
    assert.equal(content(), undefined);
  });
}

for (const args of [
  ["init"],
  ["init", "public", "more"],
  ["init", "public", "--force"],
  ["init", "public", "--acs"],
  ["init", "public", "--check=yes"],
  ["init", "public", "--acs", "https://"],
  ["init", "public", "--callback", "https://"],
]) {
  test(`gatepass ${args.join(" ")}: usage`, () => {
    const { place, content } = folder();
    const [status, said, errors] = run(place, ...args);
    assert.deepEqual([status, said, errors[1]], [2, [], "Usage: npx gatepass init <folder> [options]"]);
    assert.equal(content(), undefined);
  });
}

for (const args of [[], ["install", "public"], ["--check", "init"], ["toString"]]) {
  test(`gatepass ${args.join(" ")}: which commands there are`, () => {
    const [status, said, errors] = run(site, ...args);
    assert.deepEqual([status, said, errors[1]], [2, [], "Usage: npx gatepass <command> [options]"]);
  });
}

for (const [args, expected] of [
  [["--help"], "Usage: npx gatepass <command> [options]"],
  [["init", "--help"], "Usage: npx gatepass init <folder> [options]"],
  [["saml-setup", "--help"], "Usage: npx gatepass saml-setup --origin <url> [options]"],
]) {
  test(`${args.join(" ")} is no mistake`, () => {
    const [status, [usage], errors] = run(site, ...args);
    assert.deepEqual([status, usage, errors], [0, expected, []]);
  });
}

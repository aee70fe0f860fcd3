// The error codes are one list in four places: Rust, errors.js with errors-*.js, index.d.ts, the package's README.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const rust = read("src/error.rs");
// The codes of doors that are fetched apart travel in files of their own.
const js = ["errors.js", "errors-saml.js", "errors-openmetadata.js", "errors-aws.js"].map((file) => read(`pkg-template/${file}`));
const types = read("pkg-template/index.d.ts");
const readme = read("pkg-template/README.md").split("\n## Errors\n")[1];

/** The one match of `pattern` in `text`, its first group. */
function find(text, pattern) {
  const matches = [...text.matchAll(pattern)];
  assert.equal(matches.length, 1, `${pattern} once`);
  return matches[0][1];
}
const all = (text, pattern) => [...text.matchAll(pattern)].map((match) => match.slice(1));
const literals = (union) => all(union, /"([^"]*)"/g).flat();

const variants = Object.fromEntries(all(find(rust, /^codes! \{\n(.*?)^\}/gms), /^ {4}(\w+) = "(\w+)"(?: if .+)?,$/gm));
const rustCodes = Object.values(variants);
const lines = js.map((text) => find(text, /^(?:export )?const CODES = \{\n(.*?)^\};/gms)).join("");
const table = all(lines, /^ {2}(\w+): \["(\w+)", "(\w+)", (true|false), "(.+)"\],$/gm);
const rows = all(readme, /^\| `(\w+)` \|(.*)\|$/gm);

test("the same codes in the same order, at most 40", () => {
  assert.ok(rustCodes.length >= 20 && rustCodes.length <= 40, `${rustCodes.length} codes`);
  assert.equal(new Set(rustCodes).size, rustCodes.length);
  assert.deepEqual(table.map(([code]) => code), rustCodes, "errors.js");
  assert.deepEqual(literals(find(types, /^export type GatepassErrorCode =(.*?);/gms)), rustCodes, "index.d.ts");
  assert.deepEqual(rows.map(([code]) => code), rustCodes, "README.md");
});

test("every line of the files was read", () => {
  assert.equal(table.length, lines.trim().split("\n").length);
});

test("retryable in errors.js is retryable() in Rust", () => {
  const names = find(rust, /fn retryable\(&self\).*?matches!\(\s*self\.code,\s*(.*?)\s*\)/gs).split(/\s*\|\s*/);
  assert.ok(names.length > 3 && names.every((name) => name in variants), names.join());
  const retryable = table.filter(([, , , flag]) => flag === "true").map(([code]) => code);
  assert.deepEqual(retryable, rustCodes.filter((code) => names.some((name) => variants[name] === code)));
});

for (const [member, column] of [["phase", 1], ["turn", 2]]) {
  test(`every ${member} in errors.js is in the contract, and the other way round`, () => {
    const allowed = literals(find(types, new RegExp(`^ {2}readonly ${member}: (.*);$`, "gm")));
    assert.deepEqual([...new Set(table.map((row) => row[column]))].sort(), allowed.sort());
  });
}

test("whose turn it is, says the README as errors.js", () => {
  const turns = rows.map(([code, cells]) => [code, cells.split("|").map((cell) => cell.trim()).find((cell) => ["developer", "person", "provider", "wait"].includes(cell))]);
  assert.deepEqual(turns, table.map(([code, , turn]) => [code, turn]));
});

test("a sentence for a person: one or two, none twice, no code in it", () => {
  const sentences = table.map(([, , , , sentence]) => sentence);
  assert.equal(new Set(sentences).size, sentences.length);
  for (const sentence of sentences) assert.match(sentence, /^[A-Z][^_]{10,160}\.$/);
});

test("every event that is logged is in the README, and none else", () => {
  const template = new URL("../../pkg-template/", import.meta.url);
  const sources = readdirSync(template).filter((file) => file.endsWith(".js")).map((file) => readFileSync(new URL(file, template), "utf8"));
  const logged = all(sources.join("\n"), /\blog\("(\w+)"/g).flat();
  const events = all(read("pkg-template/README.md").split("\n## Errors\n")[0], /^\| `(\w+)` \|/gm).flat();
  assert.deepEqual(events, [...new Set(logged)].sort());
});

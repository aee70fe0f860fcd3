// The guides say what is so: their pictures and links are there, their codes are gatepass's, their tests exist.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const root = new URL("../../", import.meta.url);
const folder = new URL("www/guides/", root);
const text = (file) => readFileSync(new URL(file, folder), "utf8");
const guides = readdirSync(folder).filter((file) => file.endsWith(".md"));
const pictures = readdirSync(new URL("images/", folder));
const all = (pattern, text) => [...text.matchAll(pattern)].map(([, found]) => found);

const lists = readdirSync(new URL("pkg/", root)).filter((file) => /^errors.*\.js$/.test(file));
const codes = new Set(lists.flatMap((file) => all(/^ {2}(\w+): \["/gm, readFileSync(new URL(`pkg/${file}`, root), "utf8"))));
/** As GitHub makes anchors of headings. */
const anchors = (text) => all(/^#+ (.*)$/gm, text).map((heading) => heading.toLowerCase().replace(/[^\w\- ]/g, "").replaceAll(" ", "-"));

for (const guide of guides) {
  test(`${guide}: pictures, links and tests are there`, () => {
    for (const link of all(/\]\(([^)]+)\)/g, text(guide)).filter((link) => !URL.canParse(link))) {
      const [path, anchor] = link.split("#");
      const target = new URL(path || guide, folder);
      assert.ok(existsSync(target), link);
      if (anchor) assert.ok(anchors(readFileSync(target, "utf8")).includes(anchor), link);
    }
    const tests = all(/(?:`|\]\(\.\.\/\.\.\/)(tests\/[^`)]+)/g, text(guide));
    assert.deepEqual(tests.filter((file) => !existsSync(new URL(file, root))), []);
    assert.ok(tests.length > 0, "what is proven, and where");
  });

  test(`${guide}: codes are of the list`, () => {
    const named = all(/`([a-z_]+)`(?= \/ `\w+`)/g, text(guide));
    assert.deepEqual(named.filter((code) => !codes.has(code)), []);
  });
}

test("the README's table has every guide, and a test beside it", () => {
  const rows = all(/^\|(.*www\/guides\/.*)\|$/gm, readFileSync(new URL("README.md", root), "utf8"));
  for (const row of rows) for (const link of all(/\]\(([^)]+)\)/g, row)) assert.ok(existsSync(new URL(link, root)), link);
  for (const guide of guides) assert.match(rows.find((row) => row.includes(`(www/guides/${guide})`)) ?? "", /\(tests\/systems\//, guide);
});

test("every picture is in a guide", () => {
  const shown = guides.flatMap((guide) => all(/!\[[^\]]+\]\(images\/([^)]+)\)/g, text(guide)));
  assert.deepEqual(pictures.filter((picture) => !shown.includes(picture)), []);
  assert.ok(pictures.length > 0 && codes.size > 30);
});

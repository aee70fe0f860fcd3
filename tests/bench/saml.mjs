// How long one response takes to be verified: gatepass, node-saml and samlify, the same bytes, one run.
//
//   messages ─> each library: accepts it? refuses the forged copy? ─> warm ─> batches in turn ─> medians
//
// In turn, so that whatever else the machine does hits all alike. It is a measurement, no test: only a wrong
// answer ends it with an error.

import assert from "node:assert/strict";
import { libraries } from "./libraries.mjs";
import { WORLD, forged, messages, posted } from "./messages.mjs";

const AIM = 20; // times node-saml's speed
const WARM_UP = 1_000; // milliseconds of each library, for each message
const MEASURE = 12_000; // milliseconds of each message
const BATCH = 60; // milliseconds of one library at a time; one call at least

console.log(`node ${process.versions.node}, ${libraries.map(({ name, version }) => `${name} ${version}`).join(", ")}`);
for (const { name, both, xml } of messages) {
  const field = posted(xml);
  const contestants = [];
  for (const library of libraries) {
    const verify = library.verifier(both);
    await check(library.name, verify, xml);
    await batch(verify, field, WARM_UP);
    contestants.push({ name: library.name, verify, times: [] });
  }
  const end = performance.now() + MEASURE;
  while (performance.now() < end) {
    for (const { verify, times } of contestants) times.push(...(await batch(verify, field, BATCH)));
  }
  print(`${name}, ${(xml.length / 1000).toFixed(1)} kB`, contestants);
}

/** The right answer to the genuine message, none to the forged one. */
async function check(library, verify, xml) {
  assert.equal(await verify(posted(xml)), WORLD.person, library);
  assert.notEqual(forged(xml), xml);
  await assert.rejects(verify(posted(forged(xml))), undefined, `${library} accepts a forged name`);
}

/** How long each call took, in milliseconds. */
async function batch(verify, field, duration) {
  const times = [];
  const start = performance.now();
  for (let before = start; before < start + duration; ) {
    await verify(field);
    const after = performance.now();
    times.push(after - before);
    before = after;
  }
  return times;
}

function print(title, contestants) {
  console.log(`── ${title}`);
  const [gatepass, nodeSaml] = contestants.map(({ times }) => median(times));
  for (const { name, times } of contestants) {
    const time = median(times);
    const cells = [time.toFixed(2).padStart(9), "ms", (1000 / time).toFixed(0).padStart(7), "a second", (time / gatepass).toFixed(1).padStart(7), "times as long as gatepass"];
    console.log(name.padEnd(10), ...cells, `(${times.length} calls)`);
  }
  const ratio = nodeSaml / gatepass;
  console.log(`aim: ${AIM} times node-saml: ${ratio >= AIM ? "met" : "missed"}, ${ratio.toFixed(1)}`);
}

function median(times) {
  return times.toSorted((a, b) => a - b)[times.length >> 1];
}

// npx gatepass init <folder>: puts the service worker acs.js among the files that the site serves.
//
//   options ─ scope ─ folder ─ what lies there ─┬─ nothing ───────> created
//                                               ├─ ours, another ─> updated
//                                               ├─ ours, the same > left
//                                               └─ foreign ───────> refused

import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Misuse, Refusal, say } from "./cli-answers.mjs";

export const usage = `Usage: npx gatepass init <folder> [options]

Copies the service worker acs.js into the folder that the site serves at its root.

  --acs <path>       where the identity provider posts its responses   (default: /saml/acs)
  --callback <path>  the page that completes the sign-in               (default: /callback)
  --base <path>      where the site serves the folder                  (default: /)
  --check            change nothing; exit code 1 when acs.js is missing or not of this version
`;
export const options = {
  acs: { type: "string", default: "/saml/acs" },
  callback: { type: "string", default: "/callback" },
  base: { type: "string", default: "/" },
  check: { type: "boolean", default: false },
};
const SITE = "https://site.invalid"; // stands for the site's own origin
const BANNER = /^\/\/ gatepass (\S+): the SAML assertion consumer service as a service worker\b/;

const ours = readFileSync(new URL("acs.js", import.meta.url), "utf8");

export function run({ acs, callback, base, check }, [folder, ...more]) {
  if (!folder || more.length) throw new Misuse("The command is: init <folder>");
  const script = new URL("acs.js", address(base.replace(/\/?$/, "/"), "--base"));
  const below = new URL("./", script).pathname;
  const places = [["acs", address(acs, "--acs")], ["callback", address(callback, "--callback")]];
  if (!places[0][1].pathname.startsWith(below)) {
    throw new Refusal(`A service worker at ${script.pathname} cannot answer ${acs}: choose an --acs that starts with ${below}, or another --base.`);
  }
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw new Refusal(`There is no folder ${folder}.`);

  const file = join(folder, "acs.js");
  const { text, version } = read(file);
  if (text !== undefined && !version) throw new Refusal(`${file} is not gatepass's. Nothing was changed.`);
  const isCurrent = text !== undefined && lines(text) === lines(ours);
  if (check && !isCurrent) throw new Refusal(`${file} ${difference(version)}. Run: npx gatepass init ${folder}`);
  if (!isCurrent) writeFileSync(file, ours);

  say(isCurrent ? `${file} is up to date (${current()}).` : done(file, version));
  if (check) return;
  const own = places.map(([name, { pathname, search }]) => `${name}=${encodeURIComponent(pathname + search)}`);
  say(`The page registers ${script.pathname}?${own.join("&")}`);
  if (script.pathname !== "/acs.js") say(`Configure it there: workerUrl: "${script.pathname}"`);
  say(`The server must answer ${script.pathname} itself: as text/javascript, without a redirect, cached for an hour at most.`);
}

/** What lies there, and of which version it is, if it is ours. */
function read(file) {
  const there = statSync(file, { throwIfNoEntry: false });
  if (!there) return {};
  const text = there.isFile() ? readFileSync(file, "utf8") : "";
  return { text, version: versionOf(text) };
}

function difference(version) {
  if (!version) return "is missing";
  return version === current() ? `was changed after ${version} was copied` : `is of version ${version}, not ${current()}`;
}

function done(file, version) {
  if (!version) return `Created ${file} (${current()}).`;
  return version === current() ? `Restored ${file} (${current()}): it had been changed.` : `Updated ${file} from version ${version} to ${current()}.`;
}

/** A path of the site or its whole address, as the worker reads it. */
function address(text, option) {
  try {
    return new URL(text, SITE);
  } catch {
    throw new Misuse(`${option} is neither a path nor an address: ${text}`);
  }
}

function versionOf(text) {
  return text.match(BANNER)?.[1];
}

function current() {
  return versionOf(ours);
}

// Version control may have changed the ends of lines.
function lines(text) {
  return text.replaceAll("\r\n", "\n");
}

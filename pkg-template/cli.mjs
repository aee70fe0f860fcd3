#!/usr/bin/env node
// npx gatepass <command>: reads the command line, each command is a file of its own.
//
//   init <folder> ──────────────> cli-init.mjs        the service worker acs.js among the files of the site
//   saml-setup ─────────────────> cli-saml-setup.mjs  what to paste into the identity provider's console
//   saml-setup --check <file> ──> cli-saml-check.mjs  what gatepass makes of a metadata file
//
// A command has `usage`, `options` for parseArgs, and `run(options, words)`, which throws what stops it.
//
// Exit codes: 0 done; 1 refused, or with --check not as it must be; 2 a mistake on the command line.

import { parseArgs } from "node:util";
import { Misuse, Refusal, say } from "./cli-answers.mjs";
import * as init from "./cli-init.mjs";
import * as samlSetup from "./cli-saml-setup.mjs";

const USAGE = `Usage: npx gatepass <command> [options]

  init <folder>   copies the service worker acs.js into the folder that the site serves at its root
  saml-setup      prints what to paste into the identity provider's console, or checks its metadata file

npx gatepass <command> --help has the options.
`;
const COMMANDS = { init, "saml-setup": samlSetup };
const HELP = { type: "boolean", default: false };

const [name, ...args] = process.argv.slice(2);
const command = Object.hasOwn(COMMANDS, name ?? "") ? COMMANDS[name] : undefined;
const { usage = USAGE, options } = command ?? {};
try {
  if (name === "--help") say(USAGE);
  else if (!command) throw new Misuse(name ? `There is no command ${name}.` : "Which command?");
  else await run();
} catch (e) {
  if (!(e instanceof Refusal)) throw e;
  console.error(e instanceof Misuse ? `${e.message}\n\n${usage.trimEnd()}` : e.message);
  process.exitCode = e instanceof Misuse ? 2 : 1;
}

async function run() {
  const { values, positionals } = commandLine();
  if (values.help) say(usage);
  else await command.run(values, positionals);
}

function commandLine() {
  try {
    return parseArgs({ args, options: { ...options, help: HELP }, allowPositionals: true });
  } catch (e) {
    throw new Misuse(e.message);
  }
}

// Ties what a program has started to the program's own life: a cleanup runs once when it ends, by
// itself, by an uncaught error, by Ctrl-C or by a signal. A cleanup is synchronous, for nothing
// else runs in an ending process.

import { constants } from "node:os";

const cleanups = new Set();

/** Registers `cleanup` and returns the function that takes it back. */
export function atEnd(cleanup) {
  if (cleanups.size === 0) install();
  cleanups.add(cleanup);
  return () => cleanups.delete(cleanup);
}

// Installed on first use and only once: `install` replaces itself.
let install = () => {
  install = () => {};
  process.once("exit", () => cleanups.forEach((cleanup) => cleanup()));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.once(signal, () => process.exit(128 + constants.signals[signal]));
  }
};

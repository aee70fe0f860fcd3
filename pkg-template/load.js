// How the WebAssembly gets in. The only file that knows.
//
// By default it travels inside the package as text behind a dynamic import: no file that
// a bundler could lose, no configuration, no connect-src.

import { GatepassError } from "./errors.js";

let loading; // one load, shared; forgotten if it fails

export function init(source) {
  return load(source).then(() => {});
}

/** The core's exports. */
export function load(source) {
  return (loading ??= start(source).catch((e) => {
    loading = undefined;
    throw new GatepassError(isBlocked() ? "wasm_blocked" : "wasm_load_failed", {}, e);
  }));
}

async function start(source) {
  if (source instanceof URL) source = fetch(source);
  const [core, module_or_path] = await Promise.all([
    import("./wasm/gatepass.js"),
    source ?? import("./wasm/inline.js").then((inline) => inline.bytes()),
  ]);
  await core.default({ module_or_path });
  return core;
}

// A policy refuses every module, the empty one too.
function isBlocked() {
  try {
    return !new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
  } catch {
    return true;
  }
}

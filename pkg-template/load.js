// How the WebAssembly gets in. The only file that knows.
//
// By default it travels inside the package as text behind a dynamic import: no file that
// a bundler could lose, no configuration, no connect-src.

import { GatepassError } from "./errors.js";

const modules = { oidc: [() => import("./wasm/gatepass.js"), () => import("./wasm/inline.js")] }; // glue, bytes
const loading = {}; // one load of each module, shared; forgotten if it fails

/**
 * For what is fetched apart and adds its module. `oidc`, `saml`: the page has such a client; `coming`: a door is on its
 * way; `join` may answer with another module's name.
 */
export const doors = { modules, loading, join: (door) => door };

/** The core's exports. */
export async function load(source, door = "oidc") {
  await doors.coming;
  const name = source ? door : doors.join(door);
  return (loading[name] ??= start(source, ...modules[name]).catch((e) => {
    delete loading[name];
    return failed(e);
  }));
}

/** A chunk that did not come, or may not run. */
export function failed(e) {
  throw new GatepassError(isBlocked() ? "wasm_blocked" : "wasm_load_failed", {}, e);
}

export const init = (source) => load(source).then(() => {});

async function start(source, glue, inline) {
  if (source instanceof URL) source = fetch(source);
  const [core, module_or_path] = await Promise.all([
    glue(),
    source ?? inline().then((inline) => inline.bytes()),
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

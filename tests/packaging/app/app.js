// The smallest app: what the README shows. `?init=…` says where the wasm comes from, `?wait` that the
// page calls nothing by itself.

import { createGatepass, init } from "gatepass";

const wasm = "/node_modules/gatepass/wasm/gatepass_bg.wasm";
const sources = {
  url: () => new URL(wasm, location.href),
  response: () => fetch(wasm),
  bytes: async () => (await fetch(wasm)).arrayBuffer(),
  module: async () => WebAssembly.compile(await (await fetch(wasm)).arrayBuffer()),
};

const auth = createGatepass({ cognito: { userPoolId: "eu-central-1_gatepass", clientId: "abc", domain: "my-app" } });

async function start() {
  const source = new URL(location.href).searchParams.get("init");
  if (source) await init(await sources[source]());
  const { status, reason, error } = await auth.ready();
  return { status, reason, code: error?.code, rule: error?.details.rule };
}

Object.assign(window, { auth, start });
if (!new URL(location.href).searchParams.has("wait")) window.started = start();

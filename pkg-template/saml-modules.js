// The WebAssembly of the SAML door, and of both doors together: a page with both downloads what they share
// once, unless one of them was loaded already.

/** Tells the loader; the page has a SAML door from now on. */
export function addModules(doors) {
  const { modules, loading } = doors;
  doors.saml = true;
  modules.saml = [() => import("./wasm/saml.js"), () => import("./wasm/saml-inline.js")];
  modules.both = [() => import("./wasm/both.js"), () => import("./wasm/both-inline.js")];
  const isShared = () => loading.both || (doors.saml && doors.oidc && !loading.oidc && !loading.saml);
  doors.join = (door) => ((door === "oidc" || door === "saml") && isShared() ? "both" : door);
}

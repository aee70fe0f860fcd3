// The demo site's server: static files under a strict Content Security Policy, and nothing that a
// static host could not do, save for the back end that the page calls.
//
//   /gatepass/…  the package    /config.js  the configuration    /api/…  the back end    /acs.js  the service worker
//   a file of this folder       anything else without an extension: index.html, so that `/callback`
//                               and every route of a single-page app are the same page

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { assertPortFree } from "../tests/providers/ports.mjs";

const SITE_DIR = fileURLToPath(new URL(".", import.meta.url));

// Also the list of what is served at all: this server's own `.mjs` files are not.
const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

/**
 * Serves the site, or the pages of another `siteDir`, on `http://localhost:port`; what those lack, as the looks, is this one's.
 *
 * `config` is what the page gives to `createGatepass`; `demo` what the page shows besides it; `api`
 * a Node request handler for `/api/…`, `acs` one for posts to `acsPath`. A static host knows neither: it answers
 * 405, here with the app's own page. `connect` are origins that the page may call beside those of `config`. `requests` grows by `{ method, path, referer }` with every request, `path`
 * with its query, so that a test can say what left the browser.
 */
export async function serve({ port = 8585, siteDir = SITE_DIR, pkgDir, config, demo = {}, api, acs, acsPath = "/saml/acs", connect = [] }) {
  await assertPortFree(port, "the demo site");
  const requests = [];
  const headers = {
    "content-security-policy": contentSecurityPolicy(config, connect),
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
  };
  const generated = `export default ${JSON.stringify(config)};\nexport const demo = ${JSON.stringify(demo)};\n`;

  const server = createServer(async (request, response) => {
    requests.push({ method: request.method, path: request.url, referer: request.headers.referer });
    const path = decodedPath(request.url);
    if (path?.startsWith("/api/")) return api(request, response);
    if (acs && path === acsPath) return acs(request, response);
    if (request.method !== "GET" && request.method !== "HEAD") {
      const page = path === acsPath && (await read(siteDir, "index.html"));
      return end(response, 405, { ...headers, allow: "GET, HEAD", ...(page && { "content-type": page.type }) }, page ? page.content : "Method not allowed");
    }
    if (path === "/config.js") return end(response, 200, { ...headers, "content-type": TYPES[".js"] }, generated);

    const file = await find(path, siteDir, pkgDir);
    if (!file) return end(response, 404, headers, "Not found");
    end(response, 200, { ...headers, "content-type": file.type }, file.content);
  });
  await new Promise((listening) => server.listen(port, "127.0.0.1", listening));

  return {
    origin: `http://localhost:${port}`,
    requests,
    async stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

// Every origin that the configuration names may be called, and no other.
function contentSecurityPolicy({ cognito, oidc, saml, aws }, connect) {
  const originsOf = (named) => [...new Set(named.filter((value) => URL.canParse(value)).map((value) => new URL(value).origin))];
  const named = [cognito?.domain, ...Object.values({ ...cognito?.endpoints, ...aws?.endpoints }), oidc?.issuer, saml?.exchange?.tokenEndpoint];
  const origins = originsOf([...named, ...connect]);
  const forms = originsOf([saml?.idp.singleSignOn]); // requests by HTTP-POST leave by a form; our own is the forged response
  return [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self' ${origins.join(" ")}`,
    "base-uri 'none'",
    `form-action ${saml ? `'self' ${forms.join(" ")}` : "'none'"}`,
    "frame-ancestors 'none'",
  ].join("; ");
}

async function find(path, siteDir, pkgDir) {
  if (path === undefined) return undefined;
  const inPackage = path.startsWith("/gatepass/");
  if (path === "/acs.js") return read(pkgDir, "acs.js");
  if (!inPackage && extname(path) === "") return read(siteDir, "index.html");
  if (inPackage) return read(pkgDir, path.slice("/gatepass/".length));
  return (await read(siteDir, path.slice(1))) ?? read(SITE_DIR, path.slice(1));
}

async function read(folder, name) {
  const root = resolve(folder) + sep;
  const file = join(root, name);
  const type = TYPES[extname(file)];
  if (!type || !file.startsWith(root)) return undefined;
  try {
    return { type, content: await readFile(file) };
  } catch {
    return undefined;
  }
}

function decodedPath(target) {
  try {
    const path = decodeURIComponent(target.split("?")[0]);
    return path.includes("\0") ? undefined : path;
  } catch {
    return undefined;
  }
}

function end(response, status, headers, body) {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", ...headers });
  response.end(body);
}

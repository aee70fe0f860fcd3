// https in front of emulators that speak http: real host names in a configuration, mapped to this port by the
// browser (`--host-resolver-rules=MAP sts.eu-central-1.amazonaws.com 127.0.0.1:port`, `ignoreHTTPSErrors`).
//
//   https://host ── this port, a certificate of this run ── target(host) ── the emulator, which sees host and headers as sent

import { createServer } from "node:https";
import { makeIdentity } from "./certificate.mjs";
import { listen } from "./listen.mjs";
import { passOn } from "./proxy.mjs";

/**
 * Listens with TLS on `port` of 127.0.0.1 and passes every request on to `target`: an origin, or what says the origin of
 * a host name. `paths` are those that are called otherwise there. `hosts` are those that were asked for.
 */
export async function startTlsFront({ port, target, paths = {} }) {
  const { privateKey: key, certificate: cert } = makeIdentity();
  const hosts = new Set();

  const pass = (request, response) => {
    const host = request.headers.host.replace(/:\d+$/, "");
    hosts.add(host);
    const to = typeof target === "function" ? target(host) : target;
    if (!to) return response.writeHead(421).end(`nobody here is ${host}`);
    const [pathname, ...query] = request.url.split(/(?=\?)/);
    const path = [paths[pathname] ?? pathname, ...query].join("");
    passOn(request, response, to, { path, headers: { ...request.headers, "x-forwarded-proto": "https" } });
  };

  return { port, hosts, stop: await listen(createServer({ key, cert }, pass), port, "TLS in front of an emulator") };
}

/** The browser's argument that leads `hosts` to `port` of this machine. */
export const mapHosts = (hosts, port) => `--host-resolver-rules=${rulesFor(hosts, port).join(",")}`;
export const rulesFor = (hosts, port) => hosts.map((host) => `MAP ${host} 127.0.0.1:${port}`);

// A static host under a Content Security Policy: files of one folder, a log, and files that can go
// missing.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join } from "node:path";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };

/** Serves `folder`. `requests` are the paths asked for; `missing` is a pattern of paths answered with 404. */
export async function serveFolder(folder, contentSecurityPolicy) {
  const host = { requests: [], missing: undefined };
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://host");
    host.requests.push(pathname);
    const name = pathname === "/" ? "/index.html" : pathname;
    const content = host.missing?.test(name) ? undefined : await readFile(join(folder, name)).catch(() => {});
    const headers = { "content-type": TYPES[extname(name)] ?? "text/plain", "content-security-policy": contentSecurityPolicy };
    response.writeHead(content ? 200 : 404, headers).end(content);
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address();
  return Object.assign(host, {
    origin: `http://localhost:${port}`,
    insecureOrigin: `http://insecure.test:${port}`,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  });
}

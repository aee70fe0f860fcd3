// Names of others on this machine, by TLS: what a browser finds under them when it is told so
// (`--host-resolver-rules`), so that a configuration holds real addresses and nothing is overridden.
//
//   browser ── https://name/path ──> this port ── http ──> 127.0.0.1, the program that plays it
//
// The certificate is nobody's: `ignoreHTTPSErrors`.

import { request } from "node:http";
import { createServer } from "node:https";
import { makeIdentity } from "./certificate.mjs";
import { listen } from "./listen.mjs";

/**
 * Starts it. `names` has for each name `{ port, paths }`: who plays it, and what becomes of a path that is called otherwise
 * there, e.g. `{ "/saml/assertion/1": "/sso.php" }`.
 *
 * `hosts` are the rules for the browser.
 */
export async function startTlsFront({ port, names }) {
  const { privateKey, certificate } = makeIdentity();
  const server = createServer({ key: privateKey, cert: certificate }, (asked, answer) => {
    const { port, paths = {} } = names[asked.headers.host] ?? {};
    const [path, ...query] = asked.url.split(/(?=\?)/);
    const { method, headers } = asked;
    const onward = request({ host: "127.0.0.1", port, method, headers, path: [paths[path] ?? path, ...query].join("") }, (answered) => {
      answer.writeHead(answered.statusCode, answered.headers);
      answered.pipe(answer);
    });
    onward.once("error", () => answer.destroy());
    asked.pipe(onward);
  });
  const stop = await listen(server, port, "other people's names");
  return { hosts: Object.keys(names).map((name) => `MAP ${name} 127.0.0.1:${port}`), stop };
}

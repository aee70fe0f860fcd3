// A catalog as people run it: OpenMetadata's server and page on one origin, http://localhost:8585, with a user pool of
// Amazon Cognito under Cognito's own host names.
//
//   browser ── localhost:8585 ── the page, and /api/… ──> the stand-in (providers/openmetadata)
//        └──── *.amazonaws.com, *.amazoncognito.com ── TLS ──> ministack

import { fileURLToPath } from "node:url";
import { freePort, startWorld } from "../e2e/world.mjs";
import { startMinistack } from "../providers/ministack.mjs";
import { startOpenMetadata } from "../providers/openmetadata.mjs";
import { proxyTo } from "../providers/proxy.mjs";
import { mapHosts, startTlsFront } from "../providers/tls.mjs";

/** The pool's own two names. */
export const HOSTS = ["cognito-idp.eu-central-1.amazonaws.com", "gatepass-demo.auth.eu-central-1.amazoncognito.com"];
const ORIGIN = "http://localhost:8585";

/**
 * Starts it; `generation`, `authentication`, `authorizer` and `users` are the server's, `connect` are further origins that the
 * page may call. `world.catalog` is the stand-in, `world.provider.address` where ministack really is.
 */
export async function startCatalog({ generation, authentication, authorizer, users, connect = [] } = {}) {
  const tlsPort = await freePort();
  const started = [];
  const startProvider = async (options) => {
    const pool = await startMinistack(options);
    started.push(pool, await startTlsFront({ port: tlsPort, target: pool.origin }));
    const catalog = await startOpenMetadata({
      port: await freePort(),
      generation,
      origin: ORIGIN,
      authentication: {
        provider: "aws-cognito",
        providerName: "cognito",
        authority: pool.issuer,
        clientId: pool.clientId,
        callbackUrl: `${ORIGIN}/callback`,
        publicKeyUrls: [pool.jwksUri, `${ORIGIN}/api/v1/system/config/jwks`],
        ...authentication,
      },
      authorizer: { principalDomain: "example.com", adminPrincipals: ["ada"], ...authorizer },
      users: users ?? [{ name: "ada", email: pool.engineer.name }],
    });
    started.push(catalog);
    return {
      ...pool,
      catalog,
      address: pool.origin,
      origin: `https://${HOSTS[1]}`,
      person: pool.engineer,
      serving: { api: proxyTo(catalog.address), connect: [...HOSTS.map((host) => `https://${host}`), ...connect] },
      stop: () => Promise.all(started.map((part) => part.stop())),
    };
  };
  const world = await startWorld({
    startProvider,
    port: 8585,
    config: () => ({}),
    siteDir: fileURLToPath(new URL("site/", import.meta.url)),
    demo: { app: "OpenMetadata", system: "Amazon Cognito" },
    browserOptions: { args: [mapHosts(HOSTS, tlsPort)] },
    contextOptions: { ignoreHTTPSErrors: true },
  });
  return { ...world, catalog: world.provider.catalog };
}

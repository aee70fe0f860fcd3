// A catalog as people run it: OpenMetadata's server and page on one origin, http://localhost:8585, with a user pool of
// Amazon Cognito under Cognito's own host names.
//
//   browser ── localhost:8585 ── the page, and /api/… ──> the stand-in (providers/openmetadata)
//        └──── *.amazonaws.com, *.amazoncognito.com ── TLS ──> ministack

import { fileURLToPath } from "node:url";
import { simpleSamlPhp } from "../e2e/saml-logins.mjs";
import { freePort, ready, startWorld } from "../e2e/world.mjs";
import { startMinistack } from "../providers/ministack.mjs";
import { serviceProviderAt, startOpenMetadata } from "../providers/openmetadata.mjs";
import { proxyTo } from "../providers/proxy.mjs";
import { mapHosts, startTlsFront } from "../providers/tls.mjs";
import { ISSUER } from "./metadata.mjs";

/** The pool's own two names. */
export const HOSTS = ["cognito-idp.eu-central-1.amazonaws.com", "gatepass-demo.auth.eu-central-1.amazoncognito.com"];
const ORIGIN = "http://localhost:8585";

/**
 * Starts it; `generation` is the server's, `connect` are further origins that the page may call. `world.catalog` is the stand-in, `world.provider.address` where ministack really is.
 */
export async function startCatalog({ generation, connect = [] }) {
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
      },
      authorizer: { principalDomain: "example.com", adminPrincipals: ["ada"] },
      users: [{ name: "ada", email: pool.engineer.name }],
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

/** A name of the page's server that no browser calls secure. */
export const DOWNGRADED = "catalog.example";

/**
 * A catalog whose server signs people in by SAML, at SimpleSAMLphp by Identity Center's name, on a free port: one of each generation, of which
 * `world.use(generation)` puts one behind the page. `world.stub(path, answer)` answers requests to `/api/…` in its
 * place, until `world.stub(path)`.
 */
export async function startSamlCatalog() {
  const port = await freePort();
  const page = `http://localhost:${port}`;
  const stubs = new Map();
  let current;
  const startProvider = async () => {
    const idp = await simpleSamlPhp({ sp: serviceProviderAt(page), entityId: ISSUER });
    const { entityId, singleSignOn, certificate } = idp;
    const start = async (generation) =>
      startOpenMetadata({
        port: await freePort(),
        generation,
        origin: page,
        authorizer: { principalDomain: "example.com", adminPrincipals: ["alice"] },
        saml: { idp: { entityId, singleSignOn, certificate } },
        users: [{ name: "alice", email: idp.email }],
      });
    const catalogs = { old: await start("old"), mid: await start("mid"), new: await start("new") };
    const api = (request, response) => {
      const stub = stubs.get(request.url.split("?")[0]);
      return (stub ?? proxyTo(current.address))(request, response);
    };
    const stop = () => Promise.all([idp, ...Object.values(catalogs)].map((part) => part.stop()));
    return { ...idp, catalogs, serving: { api }, stop };
  };
  const world = await startWorld({
    startProvider,
    port,
    config: () => ({ openMetadata: { server: page } }),
    siteDir: fileURLToPath(new URL("site/", import.meta.url)),
    demo: { app: "OpenMetadata", system: "your company’s login" },
    browserOptions: { args: [mapHosts([DOWNGRADED], port)] },
  });
  const { provider, atSite } = world;

  /** Leaves for the identity provider. */
  const begin = async (tab, options = {}) => {
    await tab.evaluate((options) => void auth.signIn(options).catch((e) => (window.refusal = e)), options);
    await tab.waitForURL(provider.isLogin);
  };

  /** Signs in there and comes back. */
  const logIn = async (tab) => {
    await provider.press(tab);
    await tab.waitForURL((url) => atSite(url) || url.hostname === DOWNGRADED);
    await tab.waitForFunction(() => window.auth);
  };

  return {
    ...world,
    begin,
    logIn,
    use: (generation) => (current = provider.catalogs[generation]),
    stub: (path, answer) => void (answer ? stubs.set(path, answer) : stubs.delete(path)),

    /** A tab in which somebody has signed in. */
    async signedIn(t, path, options = {}) {
      const tab = await world.open(t, path, options);
      await begin(tab, options.signIn);
      await logIn(tab);
      const snapshot = await ready(tab);
      if (snapshot.status !== "signedIn") throw new Error(`not signed in: ${JSON.stringify(snapshot)}`);
      return tab;
    },
  };
}

// Everything that the demo consists of, started together: the Cognito emulator, the protected API,
// the site. `demo.mjs` runs it for a person, `tests/e2e/` for a browser.

import { fileURLToPath } from "node:url";
import { protectedApi } from "../tests/providers/api.mjs";
import { startMinistack } from "../tests/providers/ministack.mjs";
import { serve } from "./serve.mjs";

const PKG_DIR = fileURLToPath(new URL("../pkg/", import.meta.url));

/** Starts the site on `port` and its provider on `providerPort`; both stop with `stop()`. */
export async function startDemo({ port = 8585, providerPort = 4577, pkgDir = PKG_DIR } = {}) {
  const origin = `http://localhost:${port}`;
  const redirectUri = `${origin}/callback`;
  const logoutUri = `${origin}/`;
  const provider = await startMinistack({
    port: providerPort,
    redirectUris: [redirectUri],
    logoutUris: [logoutUri],
  });
  try {
    const { userPoolId, clientId, domain, jwksUri, user, engineer } = provider;
    const site = await serve({
      port,
      pkgDir,
      config: { cognito: { userPoolId, clientId, domain, endpoints: { jwksUri } }, redirectUri, logoutUri },
      // The emulator has no hosted pages beside its login page. Its accounts are shown on the page:
      // they exist on this machine only, and only while it runs.
      demo: { hostedPages: false, accounts: [engineer, user] },
      api: protectedApi(provider),
    });
    return {
      site,
      provider,
      async stop() {
        await site.stop();
        await provider.stop();
      },
    };
  } catch (error) {
    await provider.stop();
    throw error;
  }
}

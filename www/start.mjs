// Everything that the demo consists of, started together: the Cognito emulator, the SAML identity
// provider, the back end, the site. `demo.mjs` runs it for a person, `tests/e2e/` for a browser.

import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { protectedApi } from "../tests/providers/api.mjs";
import { startMinistack } from "../tests/providers/ministack.mjs";
import { startSamlIdp } from "../tests/providers/saml-idp.mjs";
import { samlTokens } from "../tests/providers/saml-tokens.mjs";
import { serve } from "./serve.mjs";

const PKG_DIR = fileURLToPath(new URL("../pkg/", import.meta.url));
const SAML_PORT = Number(process.env.SAML_PORT || 7000);
const TOKENS = "/api/saml/token";

/**
 * Starts the site on `port`, its Cognito on `providerPort` and its SAML identity provider on `samlPort`;
 * all stop with `stop()`.
 */
export async function startDemo({ port = 8585, providerPort = 4577, samlPort = SAML_PORT, pkgDir = PKG_DIR } = {}) {
  const origin = `http://localhost:${port}`;
  const redirectUri = `${origin}/callback`;
  const logoutUri = `${origin}/`;
  const sp = { entityId: `${origin}/saml`, acsUrl: `${origin}/saml/acs` };

  const started = [];
  const stop = async () => {
    for (const part of started.toReversed()) await part.stop();
  };
  const keep = (part) => (started.push(part), part);
  try {
    const samlIdp = keep(await startSamlIdp({ port: samlPort, sp }));
    const provider = keep(await startMinistack({ port: providerPort, redirectUris: [redirectUri], logoutUris: [logoutUri] }));
    const { userPoolId, clientId, domain, jwksUri, user, engineer } = provider;
    const cognito = { userPoolId, clientId, domain, endpoints: { jwksUri } };
    const { entityId, singleSignOn, certificate } = samlIdp;
    const saml = { idp: { entityId, singleSignOn, certificates: [certificate] }, sp, allowIdpInitiated: true };
    const exchange = { tokenEndpoint: TOKENS, format: "json" };
    const site = keep(
      await serve({
        port,
        pkgDir,
        config: { cognito, saml: { ...saml, exchange }, redirectUri, logoutUri },
        // The emulator has no hosted pages beside its login page. Its accounts are shown on the page:
        // they exist on this machine only, and only while it runs.
        demo: { hostedPages: false, accounts: [engineer, user], samlPerson: samlIdp.email },
        api: await backEnd({ provider, saml, origin, pkgDir }),
      }),
    );
    return { site, provider, samlIdp, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The API, and the tokens that it takes besides Cognito's. */
async function backEnd({ provider, saml, origin, pkgDir }) {
  const { createVerifier } = await import(pathToFileURL(join(pkgDir, "saml.js")));
  const own = await samlTokens({ verifier: createVerifier(saml), issuer: origin });
  const api = protectedApi(provider, own);
  return (request, response) => {
    const isTokens = request.method === "POST" && request.url === TOKENS;
    return isTokens ? own.give(request, response) : api(request, response);
  };
}

// AWS IAM Identity Center as a test sees it: SimpleSAMLphp under Identity Center's addresses, names and certificate file,
// with the attributes that nOps asks for.
//
//   https://portal.sso.eu-central-1.amazonaws.com/saml/assertion/<id>   issuer, metadata's both sign-in locations
//                                                /saml/logout/<id>      sign-out URL

import { simpleSamlPhp } from "../e2e/saml-logins.mjs";
import { freePort } from "../e2e/world.mjs";
import { rulesFor, startTlsFront } from "../providers/tls.mjs";
import { ISSUER, metadataFile, PORTAL } from "./metadata.mjs";

const SSO_PATH = "/saml2/idp/SSOService.php";

/** As the console maps them at nOps: `Subject` is `${user:subject}`, format emailAddress. */
export const ALICE = {
  name: "alice",
  password: "alicepass",
  attributes: {
    mail: ["alice@example.com"],
    "User.Email": ["alice@example.com"],
    "User.FirstName": ["Alice"],
    "User.LastName": ["Example"],
  },
};

/** SimpleSAMLphp's settings of an application: the attributes that are mapped, and what is signed. */
export const application = ({ response = true, assertion = true } = {}) => ({
  "saml20.sign.response": response,
  "saml20.sign.assertion": assertion,
  authproc: { 50: { class: "core:AttributeLimit", ...["User.Email", "User.FirstName", "User.LastName"] } },
});

/** Starts it. Options are SimpleSAMLphp's, and `names`: who else is found by TLS, `{ name: { port, paths } }`. */
export async function identityCenter({ names = {}, sp, ...options }) {
  const port = await freePort();
  const provider = await simpleSamlPhp({
    port, sp: { settings: application(), ...sp }, people: [ALICE], entityId: ISSUER, origin: `https://${PORTAL}`, ...options,
  });
  const paths = { [new URL(ISSUER).pathname]: SSO_PATH };
  const all = { [PORTAL]: { port, paths }, ...names };
  const target = (host) => all[host] && `http://127.0.0.1:${all[host].port}`;
  const others = Object.values(all).map(({ paths }) => paths);
  const front = await startTlsFront({ port: await freePort(), target, paths: Object.assign({}, ...others) });
  return {
    ...provider,
    hosts: rulesFor(Object.keys(all), front.port),
    singleSignOn: ISSUER,
    metadata: metadataFile(provider.certificate),
    /** What a tile of the access portal leads to. */
    tile: (relayState, to) => provider.idpInitiated(relayState, to).replace(`https://${PORTAL}${SSO_PATH}`, ISSUER),
    async stop() {
      await front.stop();
      await provider.stop();
    },
  };
}

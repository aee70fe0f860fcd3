// A SAML identity provider with people, passwords and sessions: Debian's SimpleSAMLphp, on PHP's own web
// server. It signs response and assertion, RSA with SHA-256, reads signed requests, and can encrypt.
//
// Its configuration is simplesamlphp/*.php, which reads what differs from the environment.

import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeIdentity } from "./certificate.mjs";
import { atEnd } from "./lifetime.mjs";
import { assertPortFree } from "./ports.mjs";
import { startProgram } from "./program.mjs";
import { makeJar, submit } from "./saml-forms.mjs";

const WWW = fileURLToPath(new URL("../../target/simplesamlphp/usr/share/simplesamlphp/www", import.meta.url));
const CONFIG = fileURLToPath(new URL("simplesamlphp", import.meta.url));

const ALICE = {
  name: "alice",
  password: "alicepass",
  attributes: {
    uid: ["alice"],
    mail: ["alice@example.com"],
    displayName: ["Alice Example"],
    groups: ["engineers", "admins"],
    eduPersonAffiliation: ["member", "employee"],
  },
};
const BOB = { name: "bob", password: "bobpass", attributes: { uid: ["bob"], mail: ["bob@example.com"] } };

/**
 * Starts it for one service provider, `sp`: `{ entityId, acsUrl, sloUrl?, certificate? }`, and for `others`, which take
 * what they do not say from it.
 *
 * `validate`: refuse requests that `sp.certificate` has not signed. `encrypt`: encrypt assertions to it. `lifetime`: of
 * assertions, seconds. `deny`: nobody gets in, and this is the status (SAML core §3.2.2.2). With `sp.sloUrl` logout messages
 * are signed, ours too. A service provider may say each of these for itself, and `settings`, by SimpleSAMLphp's own names.
 *
 * `padding`: characters of an attribute; `attributes`: further ones of the first person, lists by name. `people`: `{ name, password, attributes }`, in place of Alice and Bob; the first one is
 * `person`. `entityId`, `origin`: its name, and where browsers find it. `upstream`: another identity provider,
 * `{ entityId, singleSignOn, certificate }`, which signs people in for it, and knows it as `upstream.as`, an entity ID;
 * `upstream.directory` has the attributes of each NameID that may come from there.
 *
 * `signIn(departure)` is {@link signInAt} for this provider.
 */
export async function startSimpleSamlPhp({
  port, sp, others = [], validate = false, encrypt = false, lifetime = 300, deny, padding = 0, attributes = {},
  people = [ALICE, BOB], origin = `http://127.0.0.1:${port}`, entityId = `${origin}/idp`, upstream,
}) {
  if (!existsSync(WWW)) throw new Error("SimpleSAMLphp is not there. From the top folder: tests/setup.sh php");
  if ((validate || encrypt) && !sp.certificate) throw new Error("SimpleSAMLphp needs sp.certificate to validate or encrypt.");
  await assertPortFree(port, "SimpleSAMLphp");

  const local = `http://127.0.0.1:${port}`;
  const { privateKey, certificate } = makeIdentity();
  const folder = mkdtempSync(join(tmpdir(), "gatepass-simplesamlphp-"));
  writeFileSync(join(folder, "idp.key"), privateKey);
  writeFileSync(join(folder, "idp.crt"), certificate);
  const program = startProgram("php", ["-S", `127.0.0.1:${port}`, "-t", WWW], {
    env: {
      SIMPLESAMLPHP_CONFIG_DIR: CONFIG,
      SSP_FOLDER: folder,
      SSP_ORIGIN: origin,
      SSP_PORT: `${port}`,
      SSP_SECRET: randomBytes(20).toString("hex"),
      SSP_SETUP: JSON.stringify({
        idp: { entityId, upstream },
        people: people.map((one, i) => (i ? one : { ...one, attributes: { ...one.attributes, ...attributes } })),
        padding,
        sps: [sp, ...others].map((one) => ({ ...sp, validate, encrypt, lifetime, deny, ...one })),
      }),
    },
  });
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  const forget = atEnd(removeFolder);
  const stop = async () => {
    await program.stop();
    removeFolder();
    forget();
  };

  const metadataUrl = `${local}/saml2/idp/metadata.php`;
  await program.answers(metadataUrl).catch((e) => stop().then(() => Promise.reject(e)));

  const [person] = people;
  const singleSignOn = `${origin}/saml2/idp/SSOService.php`;
  const idp = {
    origin,
    entityId,
    singleSignOn,
    certificate,
    metadataUrl,
    people,
    person,
    email: person.attributes.mail?.[0],
    metadata: () => fetch(metadataUrl).then((answer) => answer.text()),
    /** Where a person goes for a response that nobody has asked for. */
    idpInitiated: (relayState, to = sp.entityId) => `${singleSignOn}?${new URLSearchParams({ spentityid: to, RelayState: relayState })}`,
    /** Where `upstream` posts. */
    acsUrl: `${origin}/module.php/saml/sp/saml2-acs.php/upstream`,
    signIn: (departure) => signInAt(idp, departure),
    log: program.log,
    stop,
  };
  return idp;
}

/**
 * A person who comes without cookies and signs in: from an address, `{ url }` or a form to
 * `{ action, fields, SAMLResponse, RelayState }`, the form that goes to the service provider and its two fields.
 *
 * Throws what the provider says instead.
 */
export async function signInAt({ person }, departure) {
  const jar = makeJar();
  let page = await submit(typeof departure === "string" ? { url: departure } : departure, {}, jar);
  if (page.fields.AuthState) page = await submit(page, { username: person.name, password: person.password }, jar);
  const { action, fields, html } = page;
  if (!fields.SAMLResponse) throw new Error(`SimpleSAMLphp says: ${complaint(html)}`);
  return { action, fields, SAMLResponse: fields.SAMLResponse, RelayState: fields.RelayState };
}

// The innermost exception of its error page, or the page's title. The status is 200 all the same.
const complaint = (html) => html.match(/(?<=Caused by: ).*/g)?.at(-1) ?? html.match(/<h2\b[^>]*>(.*?)<\/h2>/s)?.[1] ?? html;

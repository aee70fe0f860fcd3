// gatepass/saml as its users type it.

import { createGatepass, createVerifier, isGatepassError, type SamlConfig, type SamlIdentity } from "gatepass/saml";

const byHand: SamlConfig = {
  idp: { entityId: "https://idp.example", singleSignOn: "https://idp.example/sso", certificates: ["MII…"] },
  sp: { entityId: "https://sp.example", acsUrl: "https://sp.example/saml/acs" },
  attributes: { email: "User.Email", roles: ["Role", "roles"] },
  signed: "assertion",
  skew: 30,
};
const byMetadata: SamlConfig = { idp: { metadata: "<md:EntityDescriptor/>", entityId: "a" }, sp: { entityId: "a", acsUrl: "b" } };
// @ts-expect-error either metadata or by hand
const neither: SamlConfig = { idp: { metadata: "", certificates: "" }, sp: { entityId: "a", acsUrl: "b" } };
// @ts-expect-error a private key has no place here
const key: SamlConfig = { idp: { metadata: "" }, sp: { entityId: "a", acsUrl: "b", privateKey: "" } };

export async function exchange(response: string, inResponseTo: string): Promise<SamlIdentity | undefined> {
  try {
    const identity = await createVerifier(byHand).verify(response, { inResponseTo, authnContext: ["urn:a"], now: new Date() });
    const groups: readonly string[] | undefined = identity.user.attributes["groups"];
    const until: Date | undefined = identity.sessionNotOnOrAfter;
    return groups && until ? identity : undefined;
  } catch (error) {
    if (isGatepassError(error) && error.code === "signature_invalid") return undefined;
    throw error;
  }
}
export const metadata: Promise<string> = createVerifier(byMetadata).metadata();
export const unused = [neither, key];

createGatepass({
  saml: {
    idp: { metadata: "<md:EntityDescriptor/>", signOut: "https://idp.example/bye" },
    sp: { entityId: "a", acsUrl: "/saml/acs", sloUrl: "/saml/slo", sign: async (octets) => (await fetch("/sign", { method: "POST", body: octets.slice() })).arrayBuffer() },
    binding: "post",
    acs: "worker",
    workerUrl: "/acs.js",
    allowIdpInitiated: "restart",
    exchange: { tokenEndpoint: "/api/token", format: "form", clientId: "app" },
  },
  apiOrigins: ["https://api.example"],
}).signIn({ forceAuthn: true, authnContext: ["urn:a"] });
// @ts-expect-error the other door is in `gatepass`
createGatepass({ cognito: { userPoolId: "eu-central-1_a", clientId: "b", domain: "c" } });

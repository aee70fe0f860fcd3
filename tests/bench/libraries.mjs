// The libraries, each behind one function: from the form field to who it is. Each as strict as its options make it.
//
// samlify has no option for the audience, the recipient and the request's ID, checks one signature where two
// are, and gets a schema validator that does nothing. The other two check all of these.

import { SAML, ValidateInResponseTo } from "@node-saml/node-saml";
import samlify from "samlify";
import { readFileSync } from "node:fs";
import { createVerifier } from "../../pkg/saml.js";
import { WORLD, certificate } from "./messages.mjs";

const { issuer, singleSignOn, entityId, acsUrl, inResponseTo } = WORLD;
const SKEW = 60; // seconds

/** `{ name, version, verifier }`; `verifier(both)` is a function of the form field that resolves with the name. */
export const libraries = [
  { name: "gatepass", version: version("../../pkg"), verifier: gatepass },
  { name: "node-saml", version: version("node_modules/@node-saml/node-saml"), verifier: nodeSaml },
  { name: "samlify", version: version("node_modules/samlify"), verifier: samlifyPost },
];

function gatepass(both) {
  const verifier = createVerifier({
    idp: { entityId: issuer, singleSignOn, certificates: certificate },
    sp: { entityId, acsUrl },
    signed: both ? "both" : "assertion",
    skew: SKEW,
  });
  return async (response) => (await verifier.verify(response, { inResponseTo })).nameId.value;
}

function nodeSaml(both) {
  const saml = new SAML({
    entryPoint: singleSignOn,
    idpCert: certificate,
    idpIssuer: issuer,
    issuer: entityId,
    audience: entityId,
    callbackUrl: acsUrl,
    acceptedClockSkewMs: SKEW * 1000,
    wantAssertionsSigned: true,
    wantAuthnResponseSigned: both,
    validateInResponseTo: ValidateInResponseTo.always,
    cacheProvider: { // The request stays answerable: it is asked again and again.
      saveAsync: async () => null,
      getAsync: async (id) => (id === inResponseTo ? new Date().toISOString() : null),
      removeAsync: async () => null,
    },
  });
  return async (SAMLResponse) => (await saml.validatePostResponseAsync({ SAMLResponse })).profile.nameID;
}

function samlifyPost(both) {
  samlify.setSchemaValidator({ validate: async () => "no schema" });
  const sp = samlify.ServiceProvider({
    entityID: entityId,
    assertionConsumerService: [{ Binding: samlify.Constants.namespace.binding.post, Location: acsUrl }],
    wantAssertionsSigned: true,
    wantMessageSigned: both,
    clockDrifts: [-SKEW * 1000, SKEW * 1000],
  });
  const idp = samlify.IdentityProvider({
    entityID: issuer,
    signingCert: certificate,
    singleSignOnService: [{ Binding: samlify.Constants.namespace.binding.redirect, Location: singleSignOn }],
    singleLogoutService: [{ Binding: samlify.Constants.namespace.binding.redirect, Location: singleSignOn }], // It warns without one.
  });
  return async (SAMLResponse) => (await sp.parseLoginResponse(idp, "post", { body: { SAMLResponse } })).extract.nameID;
}

function version(folder) {
  return JSON.parse(readFileSync(new URL(`${folder}/package.json`, import.meta.url), "utf8")).version;
}

// The refusals that need a script: a `state` of one's own, a response that nobody signed, a private key in
// the page.

/** `attempts` has `state` and `key`; `saml` is the configuration that the forger knows as well. */
export function prepareRefusals(attempts, { sp, idp }) {
  const on = (id, event, listener) => document.getElementById(id).addEventListener(event, listener);
  on("refuse-option", "click", attempts.state);
  on("refuse-key", "click", attempts.key);
  on("refuse-forged", "submit", ({ currentTarget }) => {
    currentTarget.elements.SAMLResponse.value = btoa(forgedResponse(sp, idp.entityId));
  });
}

/** Right in every respect but one: the signature is missing. */
function forgedResponse({ entityId, acsUrl }, issuer) {
  const at = (seconds) => new Date(Date.now() + seconds * 1000).toISOString();
  const head = `ID="_${crypto.randomUUID()}" Version="2.0" IssueInstant="${at(0)}"`;
  return `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns="urn:oasis:names:tc:SAML:2.0:assertion" ${head} Destination="${acsUrl}">
  <Issuer>${issuer}</Issuer>
  <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
  <Assertion ${head.replace("_", "_a")}>
    <Issuer>${issuer}</Issuer>
    <Subject>
      <NameID>the.boss@example.com</NameID>
      <SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">
        <SubjectConfirmationData Recipient="${acsUrl}" NotOnOrAfter="${at(300)}"/>
      </SubjectConfirmation>
    </Subject>
    <Conditions NotOnOrAfter="${at(300)}"><AudienceRestriction><Audience>${entityId}</Audience></AudienceRestriction></Conditions>
    <AuthnStatement AuthnInstant="${at(0)}"><AuthnContext/></AuthnStatement>
  </Assertion>
</samlp:Response>`;
}

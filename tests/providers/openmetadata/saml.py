"""OpenMetadata as SAML service provider: python3-saml, the sibling of the library that OpenMetadata has (java-saml), with
its settings (SamlSettingsHolder.java), and who an assertion is (SamlIdentityResolver.java).
"""

import uuid
from urllib.parse import urljoin, urlsplit

from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from onelogin.saml2.utils import OneLogin_Saml2_Utils

from bearer import Refused, check_email_domain

OneLogin_Saml2_Utils.generate_unique_id = staticmethod(lambda: f"OPENMETADATA_{uuid.uuid4()}")

BINDING = "urn:oasis:names:tc:SAML:2.0:bindings:"
DISPLAY_NAMES = [
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname",
    *("given_name", "family_name", "givenName", "familyName", "firstName", "lastName"),
    "http://schemas.microsoft.com/identity/claims/displayname",
    *("displayName", "name"),
]
CLAIM = {"givenname": "given_name", "firstname": "given_name", "surname": "family_name", "lastname": "family_name"}
CLAIM |= {"familyname": "family_name", "displayname": "name"}


class ServiceProvider:
    def __init__(self, configuration):
        idp, sp, security = (configuration[part] for part in ("idp", "sp", "security"))
        self.acs = urlsplit(sp["acs"])
        self.display_names = configuration.get("samlDisplayNameAttributes") or DISPLAY_NAMES
        self.settings = {
            "strict": security["strictMode"],
            "sp": {
                "entityId": sp["entityId"],
                "assertionConsumerService": {"url": sp["acs"], "binding": BINDING + "HTTP-POST"},
                "NameIDFormat": idp["nameId"],
                "x509cert": sp.get("spX509Certificate", ""),
                "privateKey": sp.get("spPrivateKey", ""),
            },
            "idp": {
                "entityId": idp["entityId"],
                "singleSignOnService": {"url": idp["ssoLoginUrl"], "binding": BINDING + "HTTP-Redirect"},
                "x509cert": idp["idpX509Certificate"],
            },
            "security": {
                "authnRequestsSigned": security["sendSignedAuthRequest"],
                "wantMessagesSigned": security["wantMessagesSigned"],
                "wantAssertionsSigned": security["wantAssertionsSigned"],
                "wantAssertionsEncrypted": security["wantAssertionEncrypted"],
                "wantAttributeStatement": False,
                "requestedAuthnContext": False,
                "signatureAlgorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
                "digestAlgorithm": "http://www.w3.org/2001/04/xmlenc#sha256",
            },
        }

    def metadata(self):
        return OneLogin_Saml2_Settings(self.settings, sp_validation_only=True).get_sp_metadata()

    def login(self, relay_state):
        return self._auth().login(return_to=relay_state)

    def receive(self, form):
        """`(NameID, attribute)`: the second gives an attribute's first value. Throws Refused."""
        auth = self._auth(form)
        auth.process_response()
        if not auth.is_authenticated():
            raise Refused(f"UnAuthenticated: {auth.get_last_error_reason()}", 403)
        return auth.get_nameid(), lambda name: (auth.get_attribute(name) or [None])[0]

    def display_name(self, attribute):
        claims = {}
        for name in self.display_names:
            if attribute(name):
                last = name.replace("#", "/").split("/")[-1].lower()
                claims[CLAIM.get(last, last)] = attribute(name)
        whole = [claims.get("given_name"), claims.get("family_name")]
        return claims.get("name") or " ".join(filter(None, whole))

    # The destination is held against the configured address, not against the hop behind a proxy.
    def _auth(self, form=None):
        request = {"https": "on" if self.acs.scheme == "https" else "off", "http_host": self.acs.netloc, "script_name": self.acs.path}
        return OneLogin_Saml2_Auth({**request, "get_data": {}, "post_data": form or {}}, self.settings)


def identity(name_id, attribute, generation, authentication, authorizer):
    """`(name, email)`; `name` is None where the e-mail address is to find it."""
    if generation != "new":
        return name_id.split("@")[0], name_id if "@" in name_id else f"{name_id}@{authorizer['principalDomain']}"
    wanted = authentication.get("emailClaim")
    email_first = wanted and not authentication.get("jwtPrincipalClaimsMapping")
    if email_first and not attribute(wanted):
        raise Refused(f"Authentication failed: email attribute '{wanted}' not found in SAML assertion")
    email = attribute(wanted) if email_first else name_id if "@" in name_id else f"{name_id}@{authorizer['principalDomain']}"
    check_email_domain(email.lower(), authorizer)
    return None if email_first else name_id.split("@")[0].lower(), email.lower()


def trusted_redirect(wanted, trusted):
    """SecurityUtil.validateRedirectUri: the one of `trusted` that `wanted` is. Throws Refused."""
    if wanted.startswith("//"):
        raise Refused("Redirect URI must be same-origin", 400)
    url = urlsplit(wanted)
    if not url.scheme and not url.path.startswith("/"):
        raise Refused("Redirect URI must be absolute or root-relative", 400)
    if url.username is not None:
        raise Refused("Redirect URI must not contain user-info", 400)
    for one in trusted:
        if _same(one, urljoin(one, wanted)):
            return one
    raise Refused("Redirect URI must exactly match a trusted redirect URI", 400)


def _same(one, other):
    parts = lambda url: (url.scheme, url.hostname, url.port or {"http": 80, "https": 443}[url.scheme], url.path or "/", url.query, url.fragment)
    return urlsplit(other).scheme in ("http", "https") and parts(urlsplit(one)) == parts(urlsplit(other))

"""Who a bearer token is, or why nobody: JwtFilter.java, SecurityUtil.java and, of the new generation, JwtIdentityResolver.java.

    Bearer → exp → key by kid → signature → name and e-mail → domain → session

Nobody looks at iss, aud, nbf, token_use, client_id or a nonce. The JSON Web Signature is judged by PyJWT.
"""

import json
import re
import time
import urllib.request

import jwt

import tokens

EMAIL = re.compile(r"^[a-zA-Z0-9._%+-]+@[a-zA-Z0-9.-]+\.[a-zA-Z]{2,}$")
NO_KEY = (
    "JWT Token keyID doesn't match the configured keyID. This usually happens if you didn't configure proper "
    "publicKeyUrls under authentication configuration."
)


class Refused(Exception):
    def __init__(self, message, status=401):
        super().__init__(message)
        self.status = status


class Bearer:
    def __init__(self, generation, authentication, authorizer, accounts, sessions):
        self.new = generation == "new"
        self.authentication = authentication
        self.authorizer = authorizer
        self.accounts = accounts
        self.sessions = sessions
        self.mapping = dict(entry.split(":", 1) for entry in authentication["jwtPrincipalClaimsMapping"])

    def principal(self, header):
        """`(name, email)` of an Authorization header; throws Refused."""
        token = self._token(header)
        claims = self._verified(token)
        own = self.new and jwt.get_unverified_header(token).get("kid") == tokens.KID and claims.get("iss") == tokens.ISSUER
        email_first = self._email_first(claims)
        name, email = email_first or self._legacy(claims)
        if self.new and str(claims.get("email_verified")).lower() == "false":
            raise Refused(f"Authentication failed: email '{email}' is not verified by the identity provider")
        if not own and email_first:
            check_email_domain(email, self.authorizer)
        elif not own:
            self._check_domain(claims)
        if claims.get("isbot") is True:
            raise Refused("Not Authorized! The given token does not match the current bot's token!")
        if "sessionid" in claims and self.sessions.get(claims["sessionid"], {}).get("name") != name:
            raise Refused("Not Authorized! Invalid session.")
        return name, email

    def _token(self, header):
        if not header or not header.startswith("Bearer") or len(header) <= len("Bearer") + 1:
            raise Refused("Not Authorized! Token not present")
        return header[len("Bearer") + 1 :]

    def _verified(self, token):
        try:
            kid = jwt.get_unverified_header(token).get("kid")
            claims = jwt.decode(token, options={"verify_signature": False})
        except jwt.PyJWTError as error:
            raise Refused("Not Authorized! Invalid token.") from error
        if claims.get("exp") is not None and claims["exp"] < time.time():
            raise Refused("Expired token!")
        algorithm = self.authentication["tokenValidationAlgorithm"]
        try:
            jwt.PyJWS().decode(token, self._key(kid), algorithms=[algorithm])
        except jwt.PyJWTError as error:
            raise Refused(f"Not Authorized! Invalid token. Token verification failed. Public key mismatch. due to {error}") from error
        return {name.lower(): value for name, value in claims.items()}  # case-insensitive, as Java's TreeMap there

    def _key(self, kid):
        """The key from `publicKeyUrls`; the new generation asks itself first."""
        if self.new and tokens.own_key(kid):
            return tokens.own_key(kid)
        for url in self.authentication["publicKeyUrls"]:
            with urllib.request.urlopen(url) as answer:
                for key in json.load(answer)["keys"]:
                    if key.get("kid") == kid:
                        return jwt.PyJWK(key)
        if not self.new:
            raise Refused(NO_KEY, 500)
        reason = "Token signing key not found in configured public keys"
        raise Refused(f"Not Authorized! {reason} due to com.auth0.jwk.SigningKeyNotFoundException: {NO_KEY}")

    def _email_first(self, claims):
        """`(name, email)` when `emailClaim` decides; None when the legacy rules do."""
        wanted = self.authentication.get("emailClaim")
        if not self.new or not wanted or self.mapping or claims.get("isbot") is True:
            return None
        email = claims.get(wanted.lower())
        if not isinstance(email, str) or not EMAIL.match(email.lower()):
            if self.authentication["jwtPrincipalClaims"]:
                return None
            problem = f"invalid email format in claim '{wanted}'" if email else f"email claim '{wanted}' not found in token"
            raise Refused(f"Authentication failed: {problem}")
        email = email.lower()
        account = self.accounts.by_email(email)
        if account:
            return account["name"], email
        name = email.split("@")[0]
        if self.accounts.by_name(name):
            raise Refused(f"User with email {email} is not registered. Contact your administrator.")
        return name, email

    def _legacy(self, claims):
        if self.mapping:
            name = claims.get(self.mapping["username"].lower()) or ""
            email = claims.get(self.mapping["email"].lower()) or ""
            if not name:
                raise Refused("Invalid JWT token, 'username' claim is not present")
            if "@" not in email:
                raise Refused(f"Invalid JWT token, 'email' claim is not present or invalid : {email}")
        else:
            name = self._first_claim(claims)
            email = name if "@" in name else f"{name}@{self.authorizer['principalDomain']}"
        return name.split("@")[0].lower(), email.lower()

    def _first_claim(self, claims):
        """The first that exists decides, though it be empty; one that is not text counts as missing."""
        order = self.authentication["jwtPrincipalClaims"]
        value = next((claims[name.lower()] for name in order if name.lower() in claims), None)
        if not isinstance(value, str):
            raise Refused(f"Invalid JWT token, none of the following claims are present [{', '.join(order)}]")
        return value

    def _check_domain(self, claims):
        if not self.authorizer["enforcePrincipalDomain"] or claims.get("isbot") is True:
            return
        value = claims.get(self.mapping["email"].lower()) if self.mapping else self._first_claim(claims)
        domain = value.split("@")[1] if "@" in value else ""
        allowed = self.authorizer.get("allowedDomains") or []
        expected = allowed or [self.authorizer["principalDomain"]]
        fold = str.lower if self.new else str
        if fold(domain) not in map(fold, expected):
            named = domain if allowed else self.authorizer["principalDomain"]
            raise Refused(f"Not Authorized! Email does not match the principal domain {named}")


def check_email_domain(email, authorizer):
    """SecurityUtil.validateConfiguredEmailDomain: of the new generation, where the e-mail address is the identity."""
    allowed = authorizer.get("allowedEmailDomains")
    if not allowed and authorizer["enforcePrincipalDomain"]:
        allowed = authorizer.get("allowedDomains") or [authorizer["principalDomain"]]
    domain = email.split("@")[1].lower()
    if allowed and domain not in [entry.lower() for entry in allowed]:
        raise Refused(f"Authentication failed: domain '{domain}' not in allowed list")

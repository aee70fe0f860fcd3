"""OpenMetadata's auth endpoints, in the generation that the options name: ../openmetadata.mjs says what can be asked of it.

    server (what is asked and answered) → models (is the answer OpenMetadata's?)
                                        → bearer (who calls)  → tokens
                                        → saml (who comes back from the identity provider)
"""

import json
import os
import re
import sys
import uuid
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, quote_plus, urlencode, urlsplit

import models
import tokens
from bearer import Bearer, Refused
from saml import ServiceProvider, identity, trusted_redirect

OPTIONS = json.loads(os.environ["OPENMETADATA"])
FIXED = OPTIONS["generation"] == "fixed"
GENERATION = "new" if FIXED else OPTIONS["generation"]
OLD, MID, NEW = (GENERATION == name for name in ("old", "mid", "new"))
VERSION = {"old": "1.6.13", "mid": "1.12.14", "new": "2.0.7"}[GENERATION]
ORIGIN = OPTIONS["origin"]
# Not read in a source: this cookie's name, the name of the claim `sessionId`, and how a session is found by RelayState.
SESSION_COOKIE = "OM_SESSION" if NEW else "JSESSIONID"

# openmetadata.yaml's values, where there are any.
AUTHENTICATION = {
    "clientType": "public",
    "provider": "saml" if OPTIONS.get("saml") else "aws-cognito",
    "responseType": "id_token",
    "providerName": "",
    "publicKeyUrls": [f"http://localhost:{OPTIONS['port']}/api/v1/system/config/jwks"],
    "tokenValidationAlgorithm": "RS256",
    "authority": "https://accounts.google.com",
    "clientId": "",
    "callbackUrl": "",
    "jwtPrincipalClaims": ["email", "preferred_username", "sub"],
    "jwtPrincipalClaimsMapping": [],
    "enableSelfSignup": True,
    "enableAutoRedirect": False,
    **(OPTIONS.get("authentication") or {}),
}
AUTHORIZER = {
    "className": "org.openmetadata.service.security.DefaultAuthorizer",
    "containerRequestFilter": "org.openmetadata.service.security.JwtFilter",
    "adminPrincipals": ["admin"],
    "allowedDomains": [],
    "principalDomain": "openmetadata.org",
    "enforcePrincipalDomain": False,
    "enableSecureSocketConnection": False,
    **(OPTIONS.get("authorizer") or {}),
}
# Of the main branch only: the models do not know them.
UNRELEASED = ("emailClaim", "displayNameClaim", "allowedEmailDomains", "adminEmails")


def saml_configuration(saml):
    idp = saml["idp"]
    return {
        "idp": {
            "entityId": idp["entityId"],
            "ssoLoginUrl": idp["singleSignOn"],
            "idpX509Certificate": idp["certificate"],
            "authorityUrl": f"{ORIGIN}/api/v1/saml/login",
            "nameId": idp.get("nameId", "urn:oasis:names:tc:SAML:2.0:nameid-format:emailAddress"),
        },
        "sp": {
            "entityId": f"{ORIGIN}/api/v1/saml/metadata",
            "acs": f"{ORIGIN}/api/v1/saml/acs",
            "callback": f"{ORIGIN}/saml/callback",
            **saml.get("sp", {}),
        },
        "security": {
            **dict.fromkeys(("strictMode", "sendSignedAuthRequest", "wantMessagesSigned", "wantAssertionsSigned"), False),
            "wantAssertionEncrypted": False,
            "tokenValidity": 3600,
            **saml.get("security", {}),
        },
    }


class Accounts:
    """Who has an account, by name: the part of the address before the @."""

    def __init__(self):
        self.all = {}
        for principal in AUTHORIZER["adminPrincipals"]:
            name = principal.split(":")[0]
            self.add(name, f"{name}@{AUTHORIZER['principalDomain']}")
        for user in OPTIONS["users"]:
            self.add(user["name"], user["email"], user.get("displayName"))

    def add(self, name, email, display_name=None):
        admins = [principal.split(":")[0] for principal in AUTHORIZER["adminPrincipals"]]
        admin = name in admins or (NEW and email in AUTHORIZER.get("adminEmails", []))
        known = {"id": str(uuid.uuid4()), "name": name, "fullyQualifiedName": name, "email": email, "isAdmin": admin, "isBot": False}
        self.all[name] = {**known, **({"displayName": display_name} if display_name else {})}
        return self.all[name]

    def by_name(self, name):
        return self.all.get(name)

    def by_email(self, email):
        return next((user for user in self.all.values() if user["email"] == email), None)


accounts = Accounts()
sessions = {}  # by the cookie's value: `redirect` of a pending one, `name` of an active one
refresh_tokens = {}  # name by token
seen = []
misbehaviour = {}
bearer = Bearer(GENERATION, AUTHENTICATION, AUTHORIZER, accounts, sessions)
if OPTIONS.get("saml"):
    AUTHENTICATION["samlConfiguration"] = saml_configuration(OPTIONS["saml"])
    provider = ServiceProvider(AUTHENTICATION["samlConfiguration"])


# ── configuration ─────────────────────────────────────────────────────────────────────────────────────────────────────


def released(section):
    return {name: value for name, value in section.items() if name not in UNRELEASED}


def auth_config(_):
    """ConfigResource.getAuthConfig: a fresh object, these fields copied, the rest as the schema defaults it."""
    models.valid(models.AuthenticationConfiguration, released(AUTHENTICATION))
    copied = ["provider", "providerName", "clientType", "enableSelfSignup", "jwtPrincipalClaims", "jwtPrincipalClaimsMapping"]
    copied += ["clientId", "authority", "callbackUrl", *(["enableAutoRedirect"] if NEW else [])]
    answer = {name: AUTHENTICATION[name] for name in copied}
    answer |= {"responseType": "id_token", "publicKeyUrls": [], "tokenValidationAlgorithm": "RS256"}
    if FIXED:
        answer |= {name: AUTHENTICATION[name] for name in ("responseType", "publicKeyUrls", "tokenValidationAlgorithm")}
    answer |= {"ldapConfiguration": None, "oidcConfiguration": None}
    deviates = []
    if AUTHENTICATION["provider"] == "saml":
        # The schema demands these three of a samlConfiguration; no generation's answer has them.
        deviates = ["samlConfiguration.idp.entityId", "samlConfiguration.idp.ssoLoginUrl", "samlConfiguration.sp"]
        idp = AUTHENTICATION["samlConfiguration"]["idp"]
        answer["samlConfiguration"] = {"idp": {} if NEW else {"authorityUrl": idp["authorityUrl"]}}
    return 200, models.valid(models.AuthenticationConfiguration, answer, deviates)


def authorizer_config(_):
    models.valid(models.AuthorizerConfiguration, released(AUTHORIZER))
    # All the others that the schema demands stay at the server.
    kept = ["className", "containerRequestFilter", "adminPrincipals", "enforcePrincipalDomain", "enableSecureSocketConnection"]
    return 200, models.valid(models.AuthorizerConfiguration, {"principalDomain": AUTHORIZER["principalDomain"]}, kept)


def version(_):
    answer = {"version": VERSION, "revision": "0" * 40, "timestamp": 1_790_000_000_000}
    return 200, models.valid(models.OpenMetadataServerVersion, answer)


def logged_in_user(request):
    name, _ = bearer.principal(request.headers.get("Authorization"))
    user = None if misbehaviour.get("unknown") else accounts.by_name(name)
    if not user:
        raise Refused(f"user instance for {name} not found", 404)
    return 200, models.valid(models.User, user)


# ── sign-in ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def saml_login(request):
    """Of the old generation and the first of the middle one; the new one sends everybody the unified way."""
    if OLD:
        return redirect(provider.login(provider_callback()))
    if NEW:
        return unified_login(request)
    return pending({"redirect": asked_redirect(request), "first": True})


def unified_login(request):
    wanted = asked_redirect(request)
    if NEW:
        default = AUTHENTICATION["callbackUrl"] or provider_callback()
        wanted = trusted_redirect(wanted or default, trusted_redirects())
    return pending({"redirect": wanted})


def asked_redirect(request):
    return request.query.get("callback") or request.query.get("redirectUri")


def pending(session):
    key = str(uuid.uuid4())
    sessions[key] = session
    return redirect(provider.login(key if NEW else ORIGIN), cookie(SESSION_COOKIE, key))


def consume(request):
    """The ACS: an assertion comes, OpenMetadata's own token goes."""
    session = pending_session(request)
    try:
        name_id, attribute = provider.receive(dict(parse_qsl(request.body)))
        if NEW and not session:
            raise Refused("No pending session")
        name, email = identity(name_id, attribute, GENERATION, AUTHENTICATION, AUTHORIZER)
        user = account(name, email, attribute, session)
    except Refused as refusal:
        if OLD or str(refusal) == "No pending session":
            raise
        print(refusal, file=sys.stderr)
        raise Refused("SAML callback processing failed", 500) from refusal

    key = str(uuid.uuid4())
    issued = issue(user, key)
    if OLD or session.get("first"):
        back = session.get("redirect") or provider_callback()
        location = f"{back}?id_token={issued}&email={name_id}&name={user['name']}"  # unencoded, as there
        refresh = str(uuid.uuid4())
        refresh_tokens[refresh] = user["name"]
        return redirect(elsewhere(location), *([] if OLD else [cookie("refreshToken", refresh, "Max-Age=3600")]))

    sessions[key] = {"name": user["name"]}
    if MID:
        location = f"{session.get('redirect') or '/auth/callback'}?id_token={quote_plus(issued)}"
    else:
        shown = {"id_token": issued, "email": email, "name": provider.display_name(attribute)}
        location = f"{session['redirect']}#{urlencode(shown)}"
    return redirect(elsewhere(location), cookie(SESSION_COOKIE, key, "HttpOnly"))


def pending_session(request):
    """By RelayState in the new generation, where no cookie comes with a post from another site; before that by cookie."""
    key = (NEW and dict(parse_qsl(request.body)).get("RelayState")) or request.cookie(SESSION_COOKIE)
    session = sessions.get(key)
    if NEW:
        return sessions.pop(key) if session and "redirect" in session else None
    return session or {"first": True}


def account(name, email, attribute, session):
    known = accounts.by_name(name) if name else accounts.by_email(email)
    if known:
        return known
    name = name or email.split("@")[0]
    if OLD:  # a token for everybody, an account for nobody
        return {"name": name, "email": email, "isAdmin": False}
    if not session.get("first") and not AUTHENTICATION["enableSelfSignup"]:
        raise Refused("User not found and self-signup is disabled")
    return accounts.add(name, email, provider.display_name(attribute))


def issue(user, session=None):
    validity = AUTHENTICATION["samlConfiguration"]["security"]["tokenValidity"]
    return misbehaviour.get("token") or tokens.personal(user, GENERATION, validity, NEW and session)


def elsewhere(location):
    """An address that is not the one asked for, with the same token."""
    wanted = misbehaviour.get("redirect")
    return re.sub(r"^[^?#]*", wanted, location) if wanted else location


def provider_callback():
    return AUTHENTICATION["samlConfiguration"]["sp"]["callback"]


def trusted_redirects():
    acs = urlsplit(AUTHENTICATION["samlConfiguration"]["sp"]["acs"])
    known = [AUTHENTICATION["callbackUrl"], provider_callback(), f"{acs.scheme}://{acs.netloc}/auth/callback"]
    return [*filter(None, known), *AUTHENTICATION.get("additionalTrustedRedirectUris", [])]


# ── renewal and sign-out ──────────────────────────────────────────────────────────────────────────────────────────────


def rotate(request):
    """`POST /saml/refresh`: a refresh token is good once. A failure is a web page with status 200, as there."""
    failing()
    asked = models.valid(models.TokenRefreshRequest, json.loads(request.body))["refreshToken"]
    name = refresh_tokens.pop(asked, None)
    if not name:
        return 200, f"<p> [Auth Callback Servlet] Failed in Auth Login : Entity not found: {asked} </p>"
    refresh = str(uuid.uuid4())
    refresh_tokens[refresh] = name
    issued = misbehaviour.get("token") or tokens.personal(accounts.by_name(name), GENERATION, 3600)
    return 200, {**renewed(issued, 3600), "refreshToken": refresh}


def refresh(request):
    """`GET /auth/refresh`: by session. `expiryDuration` is a time, in milliseconds since 1970.

    Without a session SAML's handler says 401; the one of confidential OIDC clients redirects, which is a misbehaviour here.
    """
    failing()
    key = request.cookie(SESSION_COOKIE)
    name = sessions.get(key, {}).get("name")
    if not name:
        raise Refused("No active session")
    validity = AUTHENTICATION["samlConfiguration"]["security"]["tokenValidity"]
    return 200, renewed(issue(accounts.by_name(name), key), validity)


def renewed(token, validity):
    return {"accessToken": token, "tokenType": "Bearer", "expiryDuration": (tokens.now() + validity) * 1000}


def failing():
    status = misbehaviour.get("refresh")
    if status == 302:
        raise Moved(f"{ORIGIN}/signin")
    if status:
        raise Refused("No refresh today", status)


def logout(request):
    sessions.pop(request.cookie(SESSION_COOKIE), None)
    return 200, {"message": "Logged out successfully (local only)"}, [cookie(SESSION_COOKIE, "", "Max-Age=0")]


# ── what tests ask ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_mint(request):
    return 200, tokens.mint(**json.loads(request.body))


def test_personal(request):
    asked = json.loads(request.body)
    name = asked["name"]
    user = accounts.by_name(name) or {"name": name, "email": f"{name}@{AUTHORIZER['principalDomain']}", "isAdmin": False}
    return 200, tokens.personal(user, GENERATION, **asked["claims"])


def test_misbehave(request):
    misbehaviour.clear()
    misbehaviour.update(json.loads(request.body))
    return 200, {}


ROUTES = {
    "GET /api/v1/system/config/auth": auth_config,
    "GET /api/v1/system/config/authorizer": authorizer_config,
    "GET /api/v1/system/config/jwks": lambda _: (200, tokens.key_set()),
    "GET /api/v1/system/version": version,
    "GET /api/v1/users/loggedInUser": logged_in_user,
    "POST /_test/mint": test_mint,
    "POST /_test/personal": test_personal,
    "POST /_test/misbehave": test_misbehave,
    "POST /_test/seen": lambda _: (200, seen),
}
if OPTIONS.get("saml"):
    ROUTES |= {
        "GET /api/v1/saml/login": saml_login,
        "POST /api/v1/saml/acs": consume,
        "GET /api/v1/saml/metadata": lambda _: (200, provider.metadata()),
        "GET /api/v1/saml/logout": logout if NEW else lambda _: (200, ""),
    }
    if MID:
        ROUTES["POST /api/v1/saml/refresh"] = rotate
    if not OLD:
        ROUTES |= {
            "GET /api/v1/auth/login": unified_login,
            "POST /api/v1/auth/callback": consume,
            "GET /api/v1/auth/refresh": refresh,
            "GET /api/v1/auth/logout": logout,
        }


class Moved(Exception):
    pass


def redirect(location, *cookies):
    return 302, "", [("Location", location), *cookies]


def cookie(name, value, *more):
    secure = ["Secure"] if ORIGIN.startswith("https:") else []
    lax = ["SameSite=Lax"] if NEW else []
    return "Set-Cookie", "; ".join([f"{name}={value}", "Path=/", *more, *lax, *secure])


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.query = dict(parse_qsl(urlsplit(self.path).query))
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        route = f"{self.command} {urlsplit(self.path).path}"
        if "/_test/" not in route:
            seen.append({"method": self.command, "path": urlsplit(self.path).path})
        self.send(*self.answer(route))

    do_POST = do_OPTIONS = do_GET

    def answer(self, route):
        if self.command == "OPTIONS":
            return 204, ""
        if route not in ROUTES:
            return 404, {"code": 404, "message": "HTTP 404 Not Found"}
        try:
            return ROUTES[route](self)
        except Moved as moved:
            return redirect(str(moved))
        except Refused as refusal:
            servlet = "/saml/" in route or "/auth/" in route  # these have no JAX-RS mapper of errors
            text = str(refusal)
            return refusal.status, {"error": text} if servlet else {"code": refusal.status, "message": text}
        except Exception as error:  # an answer or a configuration that is not OpenMetadata's
            return 500, {"code": 500, "message": f"{type(error).__name__}: {error}"}

    def send(self, status, body, headers=()):
        text = isinstance(body, (str, bytes)) and "/_test/" not in self.path
        content = (body if isinstance(body, bytes) else body.encode()) if text else json.dumps(body).encode()
        kind = "application/json" if not text else "text/xml" if self.path.endswith("/metadata") else "text/html; charset=utf-8"
        self.send_response(status)
        for name, value in (("Content-Type", kind), ("Content-Length", str(len(content))), *headers, *self.cors()):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def cors(self):
        origin = self.headers.get("Origin")
        if origin not in OPTIONS["corsOrigins"]:
            return []
        allowed = {"Origin": origin, "Credentials": "true", "Headers": "authorization, content-type", "Methods": "GET, POST"}
        return [(f"Access-Control-Allow-{name}", value) for name, value in allowed.items()]

    def cookie(self, name):
        found = SimpleCookie(self.headers.get("Cookie")).get(name)
        return found and found.value

    def log_message(self, *_):
        pass  # addresses hold tokens


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", OPTIONS["port"]), Handler).serve_forever()

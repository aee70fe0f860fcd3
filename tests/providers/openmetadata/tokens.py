"""The server's own key, its key set and the tokens that it issues (JWTTokenGenerator.java)."""

import base64
import time

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

ISSUER = "open-metadata.org"
KID = "Gb389a-9f76-gdjs-a92j-0242bk94356"  # openmetadata.yaml's default

_keys = {name: rsa.generate_private_key(public_exponent=65537, key_size=2048) for name in ("own", "other")}


def mint(claims, key="own", kid=KID, algorithm="RS256"):
    return jwt.encode(claims, _keys[key], algorithm=algorithm, headers={"kid": kid})


def key_set():
    # As Java writes BigIntegers: a zero byte in front of a modulus whose first bit is set, and padding behind.
    number = lambda n: base64.urlsafe_b64encode(n.to_bytes(n.bit_length() // 8 + 1, "big")).decode()
    public = _keys["own"].public_key().public_numbers()
    return {"keys": [{"kty": "RSA", "kid": KID, "n": number(public.n), "e": number(public.e), "alg": "RS256", "use": "sig"}]}


def own_key(kid):
    return _keys["own"].public_key() if kid == KID else None


def now():
    return int(time.time())


def personal(user, generation, validity=3600, session=None, **claims):
    issued = {
        "iss": ISSUER,
        "sub": user["name"],
        "roles": ["Admin"] if user["isAdmin"] else [],
        "email": user["email"],
        "isBot": False,
        "tokenType": "OM_USER",
        "iat": now(),
        "exp": now() + validity,
    }
    if generation == "new":
        issued["preferred_username"] = user["name"]
    if session:
        issued["sessionId"] = session
    return mint({**issued, **claims})

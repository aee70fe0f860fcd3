"""ministack with one thing mended: a refreshed token keeps the `auth_time` of its sign-in.

Cognito's do (OpenID Connect Core §12.2 demands it, and gatepass holds them to it); ministack's say the
time of the refresh. Tokens of one sign-in share their `origin_jti`.
"""

import sys

from ministack.app import main
from ministack.services import cognito

signed_jwt = cognito._signed_jwt
auth_times = {}


def keep_auth_time(claims, *args):
    if "auth_time" in claims:
        claims["auth_time"] = auth_times.setdefault(claims["origin_jti"], claims["auth_time"])
    return signed_jwt(claims, *args)


cognito._signed_jwt = keep_auth_time
sys.exit(main())

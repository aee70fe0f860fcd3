"""ministack with two things mended.

A refreshed token keeps the `auth_time` of its sign-in. Cognito's do (OpenID Connect Core §12.2 demands it, and
gatepass holds them to it); ministack's say the time of the refresh. Tokens of one sign-in share their `origin_jti`.

Asked by a real host name, a pool's metadata name its domain for the hosted endpoints, as Cognito's do; ministack
names whatever host was asked.
"""

import json
import sys

from ministack.app import main
from ministack.services import cognito

signed_jwt = cognito._signed_jwt
metadata = cognito.well_known_openid_configuration
auth_times = {}


def keep_auth_time(claims, *args):
    if "auth_time" in claims:
        claims["auth_time"] = auth_times.setdefault(claims["origin_jti"], claims["auth_time"])
    return signed_jwt(claims, *args)


def name_the_domain(pool_id, region=None, host=None, scheme="http"):
    status, headers, body = metadata(pool_id, region, host, scheme)
    domain = cognito._pool_domain_base_url(cognito._get_pool_unscoped(pool_id))
    if host and host.endswith(".amazonaws.com") and domain:
        hosted = ("/oauth2/", "/logout")
        asked = f"{scheme}://{host}"
        document = json.loads(body)
        for name, value in document.items():
            if isinstance(value, str) and value.startswith(tuple(asked + path for path in hosted)):
                document[name] = domain + value.removeprefix(asked)
        body = json.dumps(document).encode()
    return status, headers, body


cognito._signed_jwt = keep_auth_time
cognito.well_known_openid_configuration = name_the_domain
sys.exit(main())

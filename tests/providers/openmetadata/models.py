"""OpenMetadata's own models of what is answered here: PyPI, openmetadata-ingestion, generated from its schemas."""

import importlib.util
import logging
import sys
import types

from pydantic import ValidationError

# The package's __init__ imports half of an ingestion framework, which is not installed. The models need none of it.
package = types.ModuleType("metadata")
package.__path__ = list(importlib.util.find_spec("metadata").submodule_search_locations)
sys.modules["metadata"] = package
logging.getLogger("metadata").setLevel(logging.ERROR)  # it warns at every model that the rest is absent

from metadata.generated.schema.api.openMetadataServerVersion import OpenMetadataServerVersion  # noqa: E402, F401
from metadata.generated.schema.auth.tokenRefreshRequest import TokenRefreshRequest  # noqa: E402, F401
from metadata.generated.schema.configuration.authenticationConfiguration import AuthenticationConfiguration  # noqa: E402, F401
from metadata.generated.schema.configuration.authorizerConfiguration import AuthorizerConfiguration  # noqa: E402, F401
from metadata.generated.schema.entity.teams.user import User  # noqa: E402, F401


def valid(model, answer, without=()):
    """`answer`, when `model` has nothing against it but that the fields `without` are missing: the server leaves them out."""
    found = set()
    try:
        model.model_validate(answer)
    except ValidationError as error:
        found = {(".".join(map(str, e["loc"])), e["type"]) for e in error.errors()}
        if found != {(field, "missing") for field in without}:
            raise
    if len(found) != len(without):
        raise ValueError(f"{model.__name__} misses nothing of {without}")
    return answer

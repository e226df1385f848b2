"""schemathesis against the server's own OpenAPI document: no 5xx that nobody scripted, no hang, no answer beside the document.

Requests that fit the document and requests that break it, on every operation. What a caller switches belongs to another
identity than what it asks, so that no request meets a scripted fault. `--hypothesis-profile=thorough` (the suite `fuzz`) adds
schemathesis's coverage phase, which tries every bound of every field, and more random requests.
"""

from __future__ import annotations

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from helpers.practice import openapi
from helpers.practice.app import ROUTES

from .conftest import thorough

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    unsupported_method,
    negative_data_rejection,
]
REFUSALS = [400, 401, 402, 403, 404, 405, 408, 409, 413, 422, 429, 503]
CONFIG = SchemathesisConfig.from_dict(
    {
        "phases": {"coverage": {"enabled": thorough()}},
        "checks": {"negative_data_rejection": {"expected-statuses": REFUSALS}},
    }
)
EXAMPLES = 40 if thorough() else 3
DOCUMENT = schemathesis.openapi.from_dict(openapi.describe(ROUTES), config=CONFIG)


@DOCUMENT.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
def test_every_operation_keeps_its_document(url, case):
    """Random requests of each operation are answered as the document says, within twenty seconds."""
    owner = "switches" if case.operation.path.startswith("/practice") else "asks"
    case.headers["Authorization"] = f"Bearer hf_practice_schema_{owner}"
    response = case.call(base_url=url, timeout=20)
    case.validate_response(response, checks=CHECKS)

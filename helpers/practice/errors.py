"""What goes wrong, as the services say it: one exception, two body shapes.

On `/v1` routes the body is `{"error": {"message", "type", "param", "code"}}`, elsewhere `{"error": "..."}`.
Both carry `X-Error-Message`, which huggingface_hub shows first.
"""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import Response

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "invalid_request_error",
    405: "invalid_request_error",
    408: "timeout_error",
    409: "conflict_error",
    410: "invalid_request_error",
    413: "invalid_request_error",
    422: "invalid_request_error",
    429: "rate_limit_error",
    431: "invalid_request_error",
    503: "service_unavailable",
}


class Failure(Exception):
    """A refusal on its way to the client.

    Args:
        status: the HTTP status.
        message: one or two sentences: what happened, then the next step.
        param: the field of the request that is wrong, for `/v1` bodies.
        code: a short machine-readable word, for `/v1` bodies.
        headers: extra response headers.
        extra: further top-level fields of the body, such as `estimated_time`.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        headers: dict[str, str] | None = None,
        extra: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.param, self.code = status, message, param, code
        self.headers, self.extra = headers or {}, extra or {}

    def body(self, *, openai: bool) -> dict[str, Any]:
        """The JSON body; `openai` chooses the shape of `/v1`."""
        if not openai:
            return {"error": self.message, **self.extra}
        kind = TYPES.get(self.status, "server_error" if self.status >= 500 else "invalid_request_error")
        inner = {"message": self.message, "type": kind, "param": self.param, "code": self.code}
        shown = {key: value for key, value in self.extra.items() if key != "error_type"}
        return {"error": {**inner, **shown}, **shown}

    def reply(self, *, openai: bool) -> Response:
        """The whole response, with `X-Error-Message`."""
        return reply(
            self.body(openai=openai),
            self.status,
            {"x-error-message": header_text(self.message), **self.headers},
        )


def reply(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON response with a Content-Length."""
    return Response(dumps(body), status, headers, media_type="application/json")


def dumps(value: Any) -> bytes:
    """Compact JSON as UTF-8 bytes."""
    return _encode(value).encode()


def header_text(text: str, limit: int = 300) -> str:
    """`text` as one header value: printable Latin-1, one line, at most `limit` characters."""
    flat = " ".join(text.split())[:limit]
    return "".join(c if c.isprintable() and ord(c) < 256 else "?" for c in flat)


def shown(value: Any, limit: int = 40) -> str:
    """A received value as it may appear in a message: JSON, shortened."""
    text = _encode(value) if not isinstance(value, str) else value
    text = text if len(text) <= limit else text[: limit - 3] + "..."
    return f'"{text}"' if isinstance(value, str) else text


def one_of(choices: Any) -> str:
    """`a`, `b` or `c`: a list of choices as it is written in messages."""
    names = [f"`{name}`" for name in choices]
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " or " + names[-1]


# Made anew for each request: a raised exception keeps its traceback.


def unauthorized() -> Failure:
    """401: no token, or one that nobody knows."""
    return Failure(401, "Invalid username or password.", code="invalid_api_key")


def expired() -> Failure:
    """401: a token that was once good."""
    return Failure(
        401, "The access token has expired. Make a new one in the settings.", code="invalid_api_key"
    )


def forbidden() -> Failure:
    """403: a token without the permission to call models."""
    return Failure(
        403,
        "This authentication method does not have sufficient permissions to call Inference Providers "
        "on behalf of user practice-learner",
        code="insufficient_permissions",
    )


def no_credit() -> Failure:
    """402: the credit is gone."""
    return Failure(
        402,
        "You have depleted your monthly included credits. Purchase pre-paid credits to continue "
        "using Inference Providers.",
        code="insufficient_credits",
    )


def retired() -> Failure:
    """410: the host of the old inference API."""
    return Failure(
        410,
        "https://api-inference.huggingface.co is no longer supported. Please use "
        "https://router.huggingface.co instead.",
    )


def bug() -> Failure:
    """500: our own mistake."""
    return Failure(500, "The practice server made a mistake of its own. Its log names the place.")

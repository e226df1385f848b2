"""What the transport asks and tells: where a request goes, whether it may go, and how it ended.

Nothing here knows an HTTP library: requests and responses come in as objects with `.url`, `.headers`, `.content`.
"""
from __future__ import annotations

import json
import time
import urllib.request
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from . import ledger as records
from . import pacing
from ._secrets import mask
from .budget import Budget, cost_of_tokens, estimate
from .catalog import roles
from .errors import CourseError
from .ledger import Ledger

SERVICE_HOSTS = ("huggingface.co", "router.huggingface.co", "api-inference.huggingface.co",
                 "api.endpoints.huggingface.cloud")
ENDPOINT_SUFFIX = ".endpoints.huggingface.cloud"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
PRACTICE_TOKEN = "hf_practice"
NO_TOKEN = "Bearer not-a-practice-token"  # what takes the place of a token that stays at home
KEEP = 256 * 1024  # bytes of an answer that are kept to read its usage block


class Hook:
    """Decides about requests in one mode and records them.

    Args:
        ledger: gets one record per HTTP request.
        practice_url: where requests for Hugging Face's hosts really go; None in live mode.
        practice_token: what questions to the Hub carry there, so that the server's log knows whose they are.
        budget: refuses inference calls that do not fit; None in practice mode.
    """

    def __init__(self, ledger: Ledger, *, practice_url: str | None = None, practice_token: str = "",
                 budget: Budget | None = None) -> None:
        self.ledger, self.budget, self.token = ledger, budget, practice_token
        self.practice = urlsplit(practice_url) if practice_url else None
        self.proxy = None if self.practice else _proxy()

    def admit(self, request: Any) -> Any:
        """Return `request`, or raise CourseError before it is sent: budget passed, a token that cannot be one, or a stranger's
        host in practice mode."""
        host = request.url.host
        if not request.headers.get("authorization", "").isprintable():  # the HTTP library's complaint would show the whole token
            raise CourseError("The token holds a line break or another sign that cannot be sent.",
                              "Take `token.strip()`, or copy it again.")
        if self.practice and not (_is_service(host) or host in (*LOOPBACK, self.practice.hostname)):
            raise CourseError(f"Practice mode does not call {host}: only the practice server and servers on this machine.",
                              'Use connect("live") to call other hosts.')
        if self.budget and _is_inference(request):
            body = _body(request)
            request.extensions["course_reserved"] = self.budget.reserve(estimate(_model(request, body), body))
        return request

    def route(self, url: Any, headers: Any) -> tuple[Any, Any]:
        """Where a request really goes. Practice mode sends service hosts to the practice server, and no foreign token anywhere."""
        if not self.practice:
            return url, headers
        headers = _without_foreign_token(headers, url)
        if url.host == "huggingface.co" and self.token and "authorization" not in headers:
            headers["Authorization"] = f"Bearer {self.token}"
        if _is_service(url.host):
            headers["X-Forwarded-Host"] = url.host
            headers["Host"] = self.practice.netloc
            url = url.copy_with(scheme=self.practice.scheme, host=self.practice.hostname, port=self.practice.port)
        return url, headers

    def depart(self, request: Any) -> Flight:
        """A request leaves now; the returned Flight is told how it ends."""
        return Flight(self, request)


class Flight:
    """One HTTP request on its way, from departure to the last byte; it writes one record and settles the budget, once."""

    def __init__(self, hook: Hook, request: Any) -> None:
        body = _body(request)
        self.hook, self.request = hook, request
        # Whoever takes the places of model and token for each other finds no token in the ledger either.
        self.model, self.task = _unsaid(_model(request, body)), _unsaid(_task(request, body))
        self.started, self.first_byte = time.monotonic(), None
        self.status: int | None = None
        self.headers: Any = {}
        self.kept = bytearray()
        self.over = False

    def answered(self, status: int, headers: Any) -> None:
        """The response's head is here; the limiter learns from it at once."""
        self.status, self.headers = status, headers
        pacing.observe_response(status, headers, self.request.method)

    def saw(self, chunk: bytes) -> None:
        """A part of the body passed through."""
        if self.first_byte is None:
            self.first_byte = time.monotonic()
        self.kept += chunk
        if len(self.kept) > 2 * KEEP:  # the usage block stands at the end of a stream
            del self.kept[:-KEEP]

    def failed(self, exc: Exception) -> None:
        """The request ended in a network error, before or inside the body."""
        self._finish(exc)

    def ended(self) -> None:
        """The body was read to its end, or its reader closed it."""
        self._finish(None)

    def _finish(self, exc: Exception | None) -> None:
        if self.over:
            return
        self.over = True
        tokens_in, tokens_out = _usage(bytes(self.kept))
        cost = self._settle(tokens_in, tokens_out)
        url = self.request.url
        records.note_http(
            self.hook.ledger, started=self.started, ended=time.monotonic(), status=self.status, headers=self.headers, exc=exc,
            method=self.request.method, host=_unsaid(url.host), path=_unsaid(url.path), model=self.model, task=self.task,
            tokens_in=tokens_in, tokens_out=tokens_out, cost_usd=float(cost),
            ttft_s=self.first_byte - self.started if self.first_byte and _is_stream(self.headers) else None)

    def _settle(self, tokens_in: int | None, tokens_out: int | None) -> Decimal:
        reserved = self.request.extensions.get("course_reserved")
        if reserved is None or self.hook.budget is None:
            return Decimal(0)
        if self.status is not None and self.status >= 400:
            actual: Decimal | None = Decimal(0)  # an error is not billed
        elif tokens_in is not None:
            actual = cost_of_tokens(self.model, tokens_in, tokens_out or 0)
        else:
            actual = None
        self.hook.budget.settle(reserved, actual)
        return reserved if actual is None else actual


def _unsaid(word: Any) -> Any:
    return mask(word) if isinstance(word, str) else word


def _proxy() -> str | None:
    """The proxy of the environment for HTTPS, or None."""
    return None if urllib.request.proxy_bypass("router.huggingface.co") else urllib.request.getproxies().get("https")


def _is_service(host: str) -> bool:
    return host in SERVICE_HOSTS or host.endswith(ENDPOINT_SUFFIX)


def _is_inference(request: Any) -> bool:
    """Only POSTs to models cost money; questions to the Hub do not."""
    host = request.url.host
    return request.method == "POST" and host not in ("huggingface.co", "api.endpoints.huggingface.cloud", *LOOPBACK)


def _without_foreign_token(headers: Any, url: Any) -> Any:
    """A copy of `headers` in which a token that is not a practice token is gone, or replaced by one nobody accepts."""
    headers = headers.copy()
    sent = headers.get("authorization", "")
    own_server = url.host in LOOPBACK and not sent.startswith("Bearer hf_")  # the key of, say, a local Ollama
    if sent and not own_server and not sent.startswith(f"Bearer {PRACTICE_TOKEN}"):
        del headers["authorization"]
        if url.host != "huggingface.co":  # model pages are public: without a token they answer
            headers["Authorization"] = NO_TOKEN
    return headers


def is_foreign_token(header: str) -> bool:
    """Whether an Authorization header carries a token of Hugging Face that is not a practice token."""
    return header.startswith("Bearer hf_") and not header.startswith(f"Bearer {PRACTICE_TOKEN}")


def _body(request: Any) -> dict:
    """The JSON object that a request carries, or an empty one."""
    try:
        body = json.loads(request.content)
    except Exception:  # a streamed upload, bytes, or nothing: there is no model name to find
        return {}
    return body if isinstance(body, dict) else {}


def _model(request: Any, body: dict) -> str | None:
    """The model a request names: in its body (chat) or in its path (`/hf-inference/models/ORG/NAME`)."""
    _, found, rest = request.url.path.partition("/models/")
    parts = rest.split("/")
    if found and len(parts) >= 2 and body.get("model") in (None, "dummy"):
        return "/".join(parts[:2])
    return body.get("model")


def _task(request: Any, body: dict) -> str | None:
    """The task of a request, as far as its path or its model's role tells."""
    path = request.url.path
    if path.endswith("/chat/completions"):
        return "chat"
    if "/pipeline/" in path:
        return path.rsplit("/", 1)[-1]
    model = _model(request, body)
    return next((role.name for role in roles().values() if model in (role.practice, role.live)), None)


def _is_stream(headers: Any) -> bool:
    return "event-stream" in headers.get("content-type", "")


def _usage(body: bytes) -> tuple[int | None, int | None]:
    """Tokens in and out from a chat answer or from the last usage chunk of its stream; (None, None) when it has none."""
    at = body.rfind(b'"usage"')
    if at < 0:
        return None, None
    try:
        usage, _ = json.JSONDecoder().raw_decode(body[at + 7:].decode("utf-8", "replace").lstrip(" \n\r\t:"))
        return usage.get("prompt_tokens"), usage.get("completion_tokens")
    except (ValueError, AttributeError):
        return None, None

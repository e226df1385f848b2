"""A stand-in for the real service: the practice server behind real model ids and a real-looking token, for live-mode tests.

`install()` runs in the kernel of a lesson, before its first cell. From then on, requests for Hugging Face's hosts go to a practice
server of this process whose requests are rewritten on the way: live model ids become practice ids, the learner's token becomes a practice
token. Everything before the socket (mode, budget, ledger, SDK) is what live mode really does.
"""
from __future__ import annotations

import json
import os
from typing import Any

TOKEN = "hf_" + "standin"


def install(token: str = "") -> None:
    """Start the stand-in and route this process's live mode to it. `token`: what it takes for real (default: TOKEN, which is set)."""
    from helpers import hook
    from helpers.catalog import roles
    from helpers.practice import start

    if not token:
        os.environ["HF_TOKEN"] = token = TOKEN
    url = start().url
    ids = {role.live: role.practice for role in roles().values() if role.name != "text"}
    host, port = url.removeprefix("http://").split(":")

    def route(self: Any, target: Any, headers: Any) -> tuple[Any, Any]:
        if self.practice:  # a check's own practice server
            return real_route(self, target, headers)
        if not hook._is_service(target.host):
            return target, headers
        headers = headers.copy()
        if headers.get("authorization") == f"Bearer {token}":
            headers["Authorization"] = "Bearer hf_practice_token"
        headers["X-Forwarded-Host"], headers["Host"] = target.host, f"{host}:{port}"
        path = target.path
        for live, practice in ids.items():
            path = path.replace(live, practice)
        return target.copy_with(scheme="http", host=host, port=int(port), path=path), headers

    def admit(self: Any, request: Any) -> Any:
        real_admit(self, request)
        if self.practice:
            return request
        body = hook._body(request)
        return request if body.get("model") not in ids else _with_model(request, {**body, "model": ids[body["model"]]})

    real_route = hook.Hook.route
    real_admit, hook.Hook.route, hook.Hook.admit = hook.Hook.admit, route, admit


def _with_model(request: Any, body: dict) -> Any:
    """The same request with another JSON body; its price was reserved for the model that the learner named."""
    content = json.dumps(body).encode()
    headers = request.headers.copy()
    headers["Content-Length"] = str(len(content))
    return type(request)(request.method, request.url, headers=headers, content=content, extensions=request.extensions)

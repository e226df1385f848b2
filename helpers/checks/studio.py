"""A picture service on loopback for the check of lesson 06: it answers at once with a plain picture of the size asked for.

A check looks at what was asked for. The practice model would draw for a second, for a picture that nobody sees.
"""
from __future__ import annotations

import io
import json
import threading
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from ..hook import Hook

MOST_SIDE = 2048  # pixels


class Studio(ThreadingHTTPServer):
    """`requests` holds what was asked for, oldest first: {"path", "body"}."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: list[dict] = []


class StudioHook(Hook):
    """As Hook, but calls of one image model go to the studio; everything else goes to the practice server."""

    def __init__(self, *args: Any, image_model: str, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.image_path = f"/models/{image_model}"

    def route(self, url: Any, headers: Any) -> tuple[Any, Any]:
        """Where a request goes; questions to the Hub about the model (`/api/models/...`) stay with the practice server."""
        url, headers = super().route(url, headers)
        if url.path.endswith(self.image_path) and not url.path.startswith("/api/"):
            where = urlsplit(address())
            url, headers["Host"] = url.copy_with(port=where.port), where.netloc
        return url, headers


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:  # noqa: N802  (the name that http.server looks for)
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            body = json.loads(raw)
        except ValueError:
            body = {}
        body = body if isinstance(body, dict) else {"inputs": body}
        self.server.requests.append({"path": self.path, "body": body})
        picture = _picture(body.get("parameters") or {})
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        self.send_header("Content-Length", str(len(picture)))
        self.end_headers()
        self.wfile.write(picture)

    def log_message(self, *_: Any) -> None:
        """Nothing on stderr."""


def _picture(parameters: dict) -> bytes:
    from PIL import Image
    width, height = (_side(parameters.get(name)) for name in ("width", "height"))
    file = io.BytesIO()
    Image.new("RGB", (width, height), (200, 30, 30)).save(file, "PNG")
    return file.getvalue()


def _side(asked: Any) -> int:
    usable = isinstance(asked, int) and 0 < asked <= MOST_SIDE
    return asked if usable else 96


@lru_cache(maxsize=1)
def studio() -> Studio:
    """The one studio of this process; it starts at the first use and ends with the process."""
    server = Studio()
    threading.Thread(target=server.serve_forever, daemon=True, name="studio").start()
    return server


def address() -> str:
    """Its base URL."""
    return f"http://127.0.0.1:{studio().server_address[1]}"

"""The pages for people: what this server is, its models, their cards. Everything shown is escaped."""

from __future__ import annotations

import html
import re
from typing import Any

from starlette.responses import HTMLResponse

from . import registry
from .call import Call
from .registry import MODELS

HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}
table{border-collapse:collapse;width:100%}
td,th{text-align:left;padding:.4rem .6rem;border-bottom:1px solid #ddd;vertical-align:top}
td,th,code{overflow-wrap:anywhere}th{overflow-wrap:normal}
code{background:#f2f2f2;padding:.1rem .25rem;border-radius:3px}
pre{background:#f2f2f2;padding:.8rem;overflow:auto;white-space:pre-wrap;overflow-wrap:anywhere}
a{color:#0057a8}a:focus,a:hover{text-decoration-thickness:3px}
:root{color-scheme:light dark}
@media(prefers-color-scheme:dark){body{color:#e8e8e8;background:#16181c}td,th{border-color:#444}code,pre{background:#2a2d33}
a{color:#7ab8ff}}
@media(max-width:30rem){td,th{padding:.3rem .2rem}}"""


def page(title: str, body: str, status: int = 200) -> HTMLResponse:
    """A whole page; `body` is HTML already."""
    text = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body><main>{body}'
        "</main></body></html>"
    )
    return HTMLResponse(text, status, HEADERS)


async def home(call: Call) -> Any:
    """GET /: what this server is and what it serves."""
    return page(
        "Practice server",
        (
            "<h1>Practice server</h1><p>This server speaks the wire format of Hugging Face inference and answers with the "
            "course's own tiny models. Nothing leaves this machine, nothing costs money, and no model of another name is "
            "imitated.</p><p>Chat: <code>POST /v1/chat/completions</code>. Other tasks: "
            "<code>POST /hf-inference/models/ID</code>. Any bearer token that begins with <code>hf_practice</code> is "
            f"accepted and has its own limits, faults and log.</p>{model_table()}"
        ),
    )


async def description(call: Call) -> Any:
    """GET /openapi.json: the OpenAPI document of this server."""
    from . import openapi  # made when it is asked for, so loaded then: `connect()` does without

    return await openapi.document(call)


def model_table() -> str:
    """The models with links to their cards, as HTML."""
    rows = "".join(
        f'<tr><td><a href="/models/{html.escape(m.id)}">{html.escape(m.id)}</a></td>'
        f"<td>{html.escape(', '.join(m.tasks))}</td><td>{html.escape(m.summary)}</td></tr>"
        for m in MODELS.values()
    )
    return (
        "<table><thead><tr><th>Model</th><th>Tasks</th><th>What it does</th></tr></thead>"
        f"<tbody>{rows}</tbody></table>"
    )


async def card(call: Call) -> Any:
    """GET /models/{id}: the model's card."""
    model = MODELS.get(call.params["id"])
    if model is None:
        name = html.escape(call.params["id"][:80])
        return page(
            "No such model",
            f"<h1>No such model</h1><p>There is no <code>{name}</code> here. "
            f'<a href="/">See all models</a>.</p>',
            404,
        )
    return page(model.id, f'<p><a href="/">All models</a></p>{markdown(registry.card(model))}')


def markdown(text: str) -> str:
    """The little Markdown that model cards use, as HTML; everything else stays text."""
    body = re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.S)
    blocks = re.split(r"\n\s*\n", body.strip())
    return "\n".join(_block(block.strip("\n")) for block in blocks)


def _block(block: str) -> str:
    lines = block.splitlines()
    heading = re.match(r"(#{1,4}) +(.*)", lines[0]) if lines else None
    if heading:
        level = len(heading[1])
        rest = "\n".join(lines[1:])
        return f"<h{level}>{_inline(heading[2])}</h{level}>" + (_block(rest) if rest.strip() else "")
    if block.startswith("```"):
        return f"<pre>{html.escape(block.strip('`'))}</pre>"
    if all(re.match(r"\s*\|.*\|\s*$", line) for line in lines):
        return _table(lines)
    if re.match(r"\s*[-*] ", lines[0] if lines else ""):
        items = re.split(r"\n(?=\s*[-*] )", block)
        return (
            "<ul>" + "".join(f"<li>{_inline(re.sub(r'^ *[-*] ', '', item))}</li>" for item in items) + "</ul>"
        )
    return f"<p>{_inline(block)}</p>"


def _table(lines: list[str]) -> str:
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines]
    rows = [row for row in rows if not all(re.fullmatch(r":?-+:?", cell) for cell in row)]
    return (
        "<table>"
        + "".join(
            "<tr>" + "".join(f"<{tag}>{_inline(cell)}</{tag}>" for cell in row) + "</tr>"
            for row, tag in zip(rows, ["th"] + ["td"] * len(rows), strict=False)
        )
        + "</table>"
    )


def _inline(text: str) -> str:
    safe = html.escape(text)
    safe = re.sub(r"`([^`]+)`", r"<code>\1</code>", safe)
    safe = re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", safe)
    return re.sub(r"(?<![*\w])[*_]([^*_\n]+)[*_](?![*\w])", r"<em>\1</em>", safe)

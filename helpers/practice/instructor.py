"""The pages of a class server: the instructor's, which keeps itself up to date, and the learners' start page.

Everything that comes from learners is escaped: by `html.escape` here, by `textContent` in the script.
"""

from __future__ import annotations

import html
import secrets
from typing import TYPE_CHECKING, Any

from starlette.responses import HTMLResponse

from .pages import HEADERS, STYLE, model_table
from .pages import page as plain_page
from .roster import Learner, Roster

if TYPE_CHECKING:
    from .classroom import Classroom

HERE_S = 120  # seconds since the last request after which somebody counts as away
CODE_STYLE = ".code{font:700 clamp(2.5rem,11vw,6rem)/1.1 ui-monospace,monospace;letter-spacing:.06em;margin:.3rem 0}" \
    ".address{font:700 clamp(1.1rem,4vw,2rem)/1.3 ui-monospace,monospace;overflow-wrap:anywhere;margin:.3rem 0}"
SCRIPT = """
const key = new URLSearchParams(location.search).get("key");
const put = (id, text) => { document.getElementById(id).textContent = text; };
async function refresh() {
  try {
    const answer = await fetch("/instructor/numbers", {headers: {"X-Instructor-Key": key}, cache: "no-store"});
    if (!answer.ok) throw new Error(answer.status);
    const now = await answer.json();
    put("here", now.here); put("joined", now.learners.length); put("rate", now.per_second.toFixed(1)); put("total", now.requests);
    document.getElementById("learners").replaceChildren(...now.learners.map(learner => {
      const row = document.createElement("tr");
      for (const text of learner.cells) row.appendChild(document.createElement("td")).textContent = text;
      return row;
    }));
    put("state", "live");
  } catch (problem) { put("state", "the server does not answer; trying again"); }
  setTimeout(refresh, 2000);
}
refresh();
"""


def page(room: Classroom) -> HTMLResponse:
    """The instructor's page as HTML with its first numbers already in it."""
    now, nonce = numbers(room.roster), secrets.token_urlsafe(12)
    rows = "".join(_row(learner["cells"]) for learner in now["learners"])
    text = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The class</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}{CODE_STYLE}</style></head><body><main>'
        f"<h1>The class</h1><p>Address:</p><p class=address>{html.escape(room.address)}</p><p>Join code:</p>"
        f"<p class=code>{html.escape(spaced(room.join_code))}</p>"
        f'<p><b id="here">{now["here"]}</b> here of <b id="joined">{len(now["learners"])}</b> who joined. '
        f'<b id="rate">{now["per_second"]:.1f}</b> requests per second, <b id="total">{now["requests"]}</b> in all. '
        '(<span id="state" role="status">as of loading</span>)</p>'
        "<table><thead><tr><th>Name</th><th>Last seen</th><th>Requests</th><th>Exercises passed</th></tr></thead>"
        f'<tbody id="learners">{rows}</tbody></table>'
        "<p>Exercises are shown of those who ran <code>course.share_progress()</code>.</p>"
        f'</main><script nonce="{nonce}">{SCRIPT}</script></body></html>'
    )
    policy = f"{HEADERS['content-security-policy']}; script-src 'nonce-{nonce}'; connect-src 'self'"
    return HTMLResponse(text, 200, {**HEADERS, "content-security-policy": policy, "cache-control": "no-store"})


def _row(cells: list[str]) -> str:
    return "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in cells) + "</tr>"


def numbers(roster: Roster) -> dict[str, Any]:
    """What the page shows: learners in the order of joining, each with its table cells as text, and the totals."""
    now, everybody = roster.clock(), roster.all()
    return {
        "here": sum(now - learner.seen < HERE_S for learner in everybody),
        "per_second": round(roster.per_second(), 1),
        "requests": roster.requests,
        "learners": [{"name": learner.name, "requests": learner.requests, "seen_s": round(now - learner.seen, 1),
                      "exercises": learner.exercises, "cells": _cells(learner, now)} for learner in everybody],
    }


def _cells(learner: Learner, now: float) -> list[str]:
    return [learner.name, ago(now - learner.seen), str(learner.requests), passed(learner.exercises)]


def passed(exercises: dict[str, str] | None) -> str:
    """How many exercises somebody passed, and which; "not shared" unless they chose to share."""
    if exercises is None:
        return "not shared"
    done = sorted(id for id, state in exercises.items() if state == "passed")
    return f"{len(done)}: {', '.join(done)}" if done else "0"


def ago(seconds: float) -> str:
    """A time that has passed, in words."""
    if seconds < 10:
        return "now"
    return f"{seconds:.0f} s ago" if seconds < 120 else f"{seconds / 60:.0f} min ago"


def spaced(code: str) -> str:
    """A join code in groups of four."""
    return " ".join(code[at : at + 4] for at in range(0, len(code), 4))


def home(address: str) -> HTMLResponse:
    """The start page of a class server: how to join, and the models."""
    return plain_page("Practice server of a class", (
        "<h1>Practice server of a class</h1><p>In the first cell of a lesson, write</p><pre>course = connect("
        f'"{html.escape(address)}", join_code="...", name="...")</pre><p>with the code from the board and a name of your choice. '
        "Your limits, faults and log are your own. The instructor sees your name and how many requests you made, and which "
        f"exercises you passed only if you run <code>course.share_progress()</code>.</p>{model_table()}"
    ))

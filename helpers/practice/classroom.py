"""The practice server for a room: learners join with a code, each has an own identity, the instructor has a page.

`python3 course.py serve` runs it. Nothing is stored beyond the process unless a log file is asked for.
"""

from __future__ import annotations

import json
import re
import secrets
import sys
from datetime import UTC, datetime
from typing import Any, TextIO

from starlette.routing import Route

from . import instructor
from .app import ROUTES, Practice
from .call import Call
from .errors import Failure, forbidden, no_credit, reply
from .fields import Fields
from .gates import open_page, plain
from .identity import PREFIX
from .registry import MODELS
from .roster import EXERCISES, Guesses, Learner, Roster

AREAS = ("v1", "hf-inference", "api", "v2")
TASKS = frozenset(["conversational", *(task for model in MODELS.values() for task in model.tasks)])


def new_code() -> str:
    """A join code of eight digits: easy to read aloud, and with limited guesses hopeless to find."""
    return f"{secrets.randbelow(10**8):08d}"


def plain_code(code: Any) -> str:
    """A join code without the spaces and hyphens that people put into it."""
    return re.sub(r"[\s-]", "", code).casefold()[:200] if isinstance(code, str) else ""


class Classroom(Practice):
    """The ASGI application for a class.

    Args:
        join_code: what learners need to join (default: a new one).
        key: what the instructor's page needs (default: a new one).
        address: the base URL that learners use, as shown on the pages.
        log: an open text file for one JSON line per request; None stores nothing.
        seed: goes into the seeds of requests that name none.
    """

    def __init__(self, *, join_code: str | None = None, key: str | None = None, address: str = "", log: TextIO | None = None,
                 seed: int = 0) -> None:
        super().__init__(seed=seed, accepts=self._accepts, routes=[*CLASS_ROUTES, *ROUTES], any_host=True)
        self.identities.own_hosts = True
        self.join_code, self.key = plain_code(join_code) or new_code(), key or secrets.token_urlsafe(24)
        self.address, self._log = address, log
        self.roster = Roster(self.identities.key_of)
        self.joining, self.instructing = Guesses(self.join_code), Guesses(self.key, long=True)

    def _accepts(self, token: str) -> bool:
        """Tokens of learners who joined. The tokens that lesson 01 shows being refused are refused here too, each in its way."""
        if token in REFUSED:
            raise REFUSED[token]()
        return token == f"{PREFIX}_expired" or self.roster.knows(token)

    def seen(self, call: Call) -> None:
        """A call has been answered: count it, and write its line. Turning switches is not counted."""
        if call.path.startswith("/practice/"):
            return
        learner = self.roster.note(call.identity.key)
        if learner is not None:
            self.write(learner, call)

    def write(self, learner: Learner, call: Call) -> None:
        """One line of the log: no prompt, no token, and of what a learner can word freely only their name."""
        record, area = call.record, call.path.strip("/").partition("/")[0]
        line = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "learner": learner.name,
            "number": learner.number,
            "area": area if area in AREAS else "other",
            "status": call.status,
        }
        if record is not None:
            line |= {
                "model": record.model if record.model in MODELS else None,
                "task": record.task if record.task in TASKS else None,
                "tokens_in": record.tokens_in,
                "tokens_out": record.tokens_out,
                "fault": record.fault,
                "seconds": None if record.duration_s is None else round(record.duration_s, 4),
            }
        self.log_line(line)

    def log_line(self, line: dict[str, Any]) -> None:
        """Append one JSON line; a full disk ends the log and not the class."""
        if self._log is None:
            return
        try:
            print(json.dumps(line, ensure_ascii=False), file=self._log, flush=True)
        except OSError as problem:
            print(f"The log cannot be written any more ({problem.strerror}). The server goes on without it.", file=sys.stderr)
            self._log = None


REFUSED = {f"{PREFIX}_no_permission": forbidden, f"{PREFIX}_no_credit": no_credit}


async def join(call: Call) -> Any:
    """POST /practice/join {"code", "name"}: a learner's own token; 403 for a wrong code, 429 after too many."""
    room, (code, name) = _room(call), join_fields(Fields(await call.json()))
    if not room.joining.check(code, address_of(call)):
        raise Failure(403, "The join code is wrong. Read it from the board again.", code="wrong_join_code")
    token, learner = room.roster.join(name)
    return reply({"token": token, "name": learner.name})


def join_fields(fields: Fields) -> tuple[str, Any]:
    """(code, name) of a body. Whatever stands in their place is a wrong code and no name."""
    return plain_code(fields.free("code", {"type": "string"})), fields.free("name", {})


async def progress(call: Call) -> Any:
    """POST /practice/progress {"exercises": {id: state}}: what a learner chose to share."""
    exercises = progress_fields(Fields(await call.json()))
    _room(call).roster.share(call.identity.key, exercises)
    return reply({"shared": len(exercises)})


def progress_fields(fields: Fields) -> dict[str, Any]:
    """The exercises of a body; what they hold is checked by the roster."""
    exercises = fields.free("exercises", EXERCISES, needed=True)
    if not isinstance(exercises, dict):
        raise fields.wrong("exercises", "be an object: exercise ids and their states")
    return exercises


async def page(call: Call) -> Any:
    """GET /instructor?key=...: the instructor's page; 403 without its key."""
    _only_with_key(call, (call.query.get("key") or [""])[-1])
    return instructor.page(_room(call))


async def numbers(call: Call) -> Any:
    """GET /instructor/numbers with `X-Instructor-Key`: what the page shows, as JSON."""
    _only_with_key(call, call.header(b"x-instructor-key") or "")
    return reply(instructor.numbers(_room(call).roster), headers={"cache-control": "no-store"})


async def home(call: Call) -> Any:
    """GET /: how to join."""
    return instructor.home(_room(call).address)


def _room(call: Call) -> Classroom:
    return call.scope["app"]


def _only_with_key(call: Call, key: str) -> None:
    if not _room(call).instructing.check(key, address_of(call)):
        raise Failure(403, "This page needs its key. Open the address that `course.py serve` printed.")


def address_of(call: Call) -> str:
    """The address of the machine that calls; what a header says about it is not believed."""
    client = call.scope.get("client")
    return client[0] if client else ""


CLASS_ROUTES = [
    Route("/practice/join", open_page(join), methods=["POST"]),
    Route("/practice/progress", plain(progress, log=False), methods=["POST"]),
    Route("/instructor", open_page(page), methods=["GET"]),
    Route("/instructor/numbers", open_page(numbers), methods=["GET"]),
    Route("/", open_page(home), methods=["GET"]),
]

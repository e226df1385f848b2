"""Ask each model of the catalogue one cheap real question, and its fallbacks when it does not answer.

    python -m tools.live_smoke


    --report FOLDER   write summary.md, and issue.md when a model does not answer (the weekly workflow opens an issue with it)
    --patience S      seconds for one model, its start-up included (default 150)
    --max-usd X       the budget of the run (default 0.10)

Needs HF_TOKEN with "Make calls to Inference Providers". Exit code: 0 when every model of models.toml answers, 1 when one
does not (its fallback may), 2 when nothing can be said about the models, because the token, the credit or the budget
ended the run.
"""
from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from helpers import CourseError, classify, connect, explain
from helpers.catalog import Role, roles, verified
from helpers.retry import RetryPolicy, call_with_retry

NOT_THE_MODEL = {"auth", "quota", "budget", "offline"}  # kinds of errors that say nothing about a model
TICKET = "The parcel for Amina never came to Enugu, and I am cross."
HELLO, LABELS = [{"role": "user", "content": "Say yes."}], ["delivery", "billing"]
QUESTIONS: dict[str, Callable[[Any, str], Any]] = {
    "chat": lambda client, model: client.chat_completion(HELLO, model=model, max_tokens=16).choices,
    "embed": lambda client, model: client.feature_extraction(TICKET, model=model),
    "sentiment": lambda client, model: client.text_classification(TICKET, model=model),
    "zero_shot": lambda client, model: client.zero_shot_classification(TICKET, candidate_labels=LABELS, model=model),
    "ner": lambda client, model: client.token_classification(TICKET, model=model),
    "image": lambda client, model: client.text_to_image("a red circle", model=model, width=256, height=256).size,
}
QUESTIONS["text"] = QUESTIONS["chat"]  # the router serves language models as chat


class Unknowable(Exception):
    """The run cannot tell which models answer; the text says why and what to do."""


@dataclass(frozen=True)
class Answer:
    """How one model took its question: `problem` is None when it answered, otherwise one line."""

    model: str
    problem: str | None


@dataclass(frozen=True)
class Finding:
    """One role: its live model's answer first, then those of the fallbacks that were asked."""

    role: str
    answers: tuple[Answer, ...]

    @property
    def ok(self) -> bool:
        """Whether the live model answers."""
        return self.answers[0].problem is None

    @property
    def instead(self) -> str | None:
        """The first fallback that answers; None when none does, or none was needed."""
        return next((answer.model for answer in self.answers[1:] if answer.problem is None), None)

    def __str__(self) -> str:
        first = self.answers[0]
        if self.ok:
            return f"{self.role}: {first.model} answers"
        silent = "no fallback answers" if self.answers[1:] else "it has no fallback"
        fallback = f"{self.instead} answers instead" if self.instead else silent
        return f"{self.role}: {first.model} DOES NOT ANSWER ({first.problem}); {fallback}"


def smoke(token: str, catalogue: Iterable[Role], patience_s: float = 150) -> Iterable[Finding]:
    """One finding per role, as it comes. A model that two roles share in the same way is asked once; raises Unknowable."""
    asked: dict[tuple[Any, str], Answer] = {}
    for role in catalogue:
        answers: list[Answer] = []
        for model in (role.live, *role.fallbacks):
            key = (QUESTIONS[role.name], model)
            if key not in asked:
                asked[key] = ask(token, role, model, patience_s)
            answers.append(asked[key])
            if answers[-1].problem is None:
                break
        yield Finding(role.name, tuple(answers))


def ask(token: str, role: Role, model: str, patience_s: float) -> Answer:
    """Put the role's question to one model, repeated while it helps; raises Unknowable when the error is not the model's."""
    from huggingface_hub import InferenceClient
    # The catalogue says who serves the live model; for a fallback the Hub is asked.
    client = InferenceClient(provider=role.provider if model == role.live else "auto", token=token, timeout=60)
    policy = RetryPolicy(max_attempts=4, deadline=patience_s, attempt_timeout=min(60, patience_s))
    try:
        answer = call_with_retry(partial(QUESTIONS[role.name], client, model), policy=policy)
    except Exception as exc:
        if classify(exc).kind in NOT_THE_MODEL:
            raise Unknowable(str(explain(exc))) from exc
        return Answer(model, problem(exc))
    return Answer(model, None if len(answer) else "the answer is empty")


def problem(exc: Exception) -> str:
    """Kind and status of an error, in one line without text that came from outside."""
    verdict = classify(exc)
    return " ".join(filter(None, [verdict.kind.replace("_", " "), str(verdict.status or ""), f"[{type(exc).__name__}]"]))


def summary(findings: list[Finding]) -> str:
    """A Markdown table of all roles."""
    rows = [f"| {f.role} | `{f.answers[0].model}` | {f.answers[0].problem or 'yes'} | {fallbacks(f)} |" for f in findings]
    return "\n".join(["## Live models", "", f"Last verified by hand: {verified()}.", "",
                      "| role | model | answers | fallbacks asked |", "|---|---|---|---|", *rows]) + "\n"


def fallbacks(finding: Finding) -> str:
    """The fallbacks that were asked, with how each ended."""
    return "; ".join(f"`{answer.model}`: {answer.problem or 'answers'}" for answer in finding.answers[1:])


def issue(findings: list[Finding]) -> str:
    """The text of an issue that names the models that do not answer, and what to write into models.toml."""
    silent = [finding for finding in findings if not finding.ok]
    lines = [f"* **{f.role}**: `{f.answers[0].model}`: {f.answers[0].problem}. " +
             (f"`{f.instead}` answers: make it `live` in `helpers/models.toml`." if f.instead else
              "No fallback answers: find another model that is served for this task.") for f in silent]
    return "\n".join(["The weekly live run asked each model of the catalogue one question. These do not answer:", "", *lines, "",
                      summary(findings)])


def main(argv: list[str] | None = None, catalogue: Iterable[Role] | None = None) -> int:
    """Command line; `catalogue` is models.toml's unless given. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.live_smoke")
    parser.add_argument("--report", type=Path)
    parser.add_argument("--patience", type=float, default=150)
    parser.add_argument("--max-usd", type=float, default=0.10)
    args = parser.parse_args(argv)
    findings: list[Finding] = []
    try:
        with connect("live", max_calls=80, max_usd=args.max_usd) as course:
            for finding in smoke(course.token, roles().values() if catalogue is None else catalogue, args.patience):
                findings.append(finding)
                print(finding, flush=True)
            print(f"Spent: {course.budget}")
    except (Unknowable, CourseError) as stop:
        print(f"The models could not be asked: {stop}", file=sys.stderr)
        return 2
    if args.report:
        write(args.report, findings)
    return int(not all(finding.ok for finding in findings))


def write(folder: Path, findings: list[Finding]) -> None:
    """summary.md, and issue.md only when there is something to say."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "summary.md").write_text(summary(findings), "utf-8")
    if not all(finding.ok for finding in findings):
        (folder / "issue.md").write_text(issue(findings), "utf-8")


if __name__ == "__main__":
    sys.exit(main())

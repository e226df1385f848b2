"""What can be said of an answer without running it: whether it is empty, async, or takes other arguments than the card says.

Also what an answer carries from one call to the next: default values and global collections that grew.
"""
from __future__ import annotations

import dis
import inspect
from collections.abc import Iterator
from types import CodeType, FunctionType
from typing import Any

from .outcome import Mistake

IDLE = {"RESUME", "NOP", "CACHE", "COPY_FREE_VARS", "RETURN_VALUE", "RETURN_CONST"}
COLLECTIONS = (list, dict, set)
MOST_ITEMS = 1000  # of a collection that is looked at


def is_empty(answer: Any) -> bool:
    """Whether the body is `pass`, `...` or only a docstring: of a function, or of all methods of a class."""
    target = inspect.unwrap(answer) if callable(answer) else answer
    if isinstance(target, type):
        return all(map(_does_nothing, _functions(target)))
    return isinstance(target, FunctionType) and _does_nothing(target)


def _functions(cls: type) -> list[FunctionType]:
    return [value for value in vars(cls).values() if isinstance(value, FunctionType)]


def _does_nothing(function: FunctionType) -> bool:
    steps = [(step.opname, step.argval) for step in dis.get_instructions(function.__code__)]
    return all(name in IDLE or name == "LOAD_CONST" and value is None for name, value in steps) and all(
        value is None for name, value in steps if name == "RETURN_CONST")


def misfit(name: str, takes: str, answer: Any) -> Mistake | None:
    """The mistake of an answer that cannot be called as its card says, or None.

    takes: the parameters as the card writes them, such as "client, text, *, model, max_words=20".
    """
    if inspect.iscoroutinefunction(answer) or inspect.isasyncgenfunction(answer):
        return Mistake(
            "async",
            did=f"{name} is an `async def`",
            expected="a plain function that returns its result",
            got="a coroutine, which nobody awaits",
            then="Leave out `async` and `await`: these clients answer directly.",
        )
    try:
        signature = inspect.signature(answer)
    except (TypeError, ValueError):  # some builtins have none
        return None
    positional, keywords, optional = _parse(takes)
    for left_out in (set(), optional):
        named = {word: None for word in keywords if word not in left_out}
        try:
            signature.bind(*(word for word in positional if word not in left_out), **named)
        except TypeError as problem:
            return _signature_mistake(name, takes, signature, str(problem).removeprefix("got "))
    own = [word for word in signature.parameters if word in positional]
    if sorted(own) == sorted(positional) and own != positional:
        return _signature_mistake(name, takes, signature, f"the order {', '.join(own)}")
    return None


def _signature_mistake(name: str, takes: str, signature: inspect.Signature, got: str) -> Mistake:
    bare = signature.replace(return_annotation=inspect.Signature.empty, parameters=[
        parameter.replace(annotation=inspect.Parameter.empty) for parameter in signature.parameters.values()])
    return Mistake("signature", did=f"your {name} takes {bare}", expected=f"{name}({takes})", got=got,
                   then="Keep the parameters of the card; more of them need a default value.")


def _parse(takes: str) -> tuple[list[str], list[str], set[str]]:
    """Names given by position, names given by keyword, and those of either that have a default."""
    first, _, rest = takes.partition("*, ")
    words = [[word.strip() for word in part.split(",") if word.strip()] for part in (first, rest)]
    bare = [[word.split("=")[0] for word in part] for part in words]
    return bare[0], bare[1], {word.split("=")[0] for part in words for word in part if "=" in word}


class Memory:
    """What an answer could carry from one call to the next; taken before the first call."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.before = {place: len(value) for place, value in _carried(answer)}

    def mistake(self) -> Mistake | None:
        """The mistake that explains a wrong result of a later call, or None when nothing was carried along."""
        for place, value in _carried(self.answer):
            if len(value) > self.before.get(place, MOST_ITEMS):
                kind, word = place
                return Mistake("carries-over", did=f"several calls, one after the other, share {kind} `{word}`",
                               expected="each call begins anew", got=f"`{word}` still holds what earlier calls left there",
                               then="Make the collection inside the function, once for each call.")
        return None


def _carried(answer: Any) -> Iterator[tuple[tuple[str, str], Any]]:
    target = inspect.unwrap(answer) if callable(answer) else answer
    functions = _functions(target) if isinstance(target, type) else [target]
    for function in (found for found in functions if isinstance(found, FunctionType)):
        parameters = inspect.signature(function).parameters
        found = [("the default value", word, parameter.default) for word, parameter in parameters.items()]
        if function.__globals__.get("__name__") == "__main__":
            found += [("the global name", word, function.__globals__.get(word)) for word in _names(function.__code__)]
        for kind, word, value in found:
            if isinstance(value, COLLECTIONS) and len(value) <= MOST_ITEMS:
                yield (kind, word), value


def _names(code: CodeType) -> set[str]:
    inner = (constant for constant in code.co_consts if isinstance(constant, CodeType))
    return set(code.co_names).union(*map(_names, inner))

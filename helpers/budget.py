"""How much live mode may spend: every inference call reserves its price before it is sent, and settles afterwards."""
from __future__ import annotations

import threading
from decimal import Decimal

from .catalog import price_of
from .errors import BudgetExceeded

# For a model that models.toml does not price, reserve what an expensive one would cost: US$ per million tokens, and per call.
UNKNOWN_IN, UNKNOWN_OUT, UNKNOWN_CALL = Decimal(3), Decimal(15), Decimal("0.01")
DEFAULT_MAX_TOKENS = 1024  # reserved for a chat call that sets no max_tokens
CHARS_PER_TOKEN = 3  # low on purpose: real tokenisers need fewer tokens than this estimates


class Budget:
    """At most `max_calls` inference calls and `max_usd` US dollars; thread-safe.

    Reserving comes before sending, so the limit is never passed by more than a provider's rounding. Prices are those of
    `models.toml`; the bill of the provider is the truth.
    """

    def __init__(self, max_calls: int = 50, max_usd: float = 0.05) -> None:
        if max_calls < 1 or max_usd <= 0:
            raise ValueError(f"A budget needs max_calls >= 1 and max_usd > 0, not {max_calls} and {max_usd}.")
        self.max_calls, self.max_usd = max_calls, Decimal(str(max_usd))
        self.calls, self.spent = 0, Decimal(0)
        self._reserved = Decimal(0)
        self._lock = threading.RLock()  # garbage is collected at any moment, and what it closes is noted here

    def reserve(self, price: Decimal) -> Decimal:
        """Take one call and `price` US$ out of the budget; raises BudgetExceeded when either does not fit."""
        with self._lock:
            if self.calls + 1 > self.max_calls:
                raise BudgetExceeded(f"The live budget of {self.max_calls} calls is used up, so this call was not sent.",
                                     'Raise it with connect("live", max_calls=...).')
            left = self.max_usd - self.spent - self._reserved
            if price > left:
                raise BudgetExceeded(f"This call may cost US${price:.4f} and US${left:.4f} of the budget is left, so it was not sent.",
                                     'Lower max_tokens, or raise the budget with connect("live", max_usd=...).')
            self.calls += 1
            self._reserved += price
            return price

    def settle(self, reserved: Decimal, actual: Decimal | None) -> None:
        """Give back a reservation and book what the call cost (`None`: unknown, so the reservation itself is booked)."""
        with self._lock:
            self._reserved -= reserved
            self.spent += reserved if actual is None else actual

    def __str__(self) -> str:
        return f"{self.calls} of {self.max_calls} calls, US${self.spent:.4f} of US${self.max_usd}"

    def __repr__(self) -> str:
        return f"Budget({self})"


def estimate(model: str | None, body: dict) -> Decimal:
    """The most that a request may cost, US$: its text as input tokens plus `max_tokens` of output, at the model's price."""
    role = price_of(model or "")
    if "messages" in body or "prompt" in body:
        tokens_in = len(str(body.get("messages") or body.get("prompt"))) // CHARS_PER_TOKEN + 1
        tokens_out = body.get("max_tokens") or body.get("max_completion_tokens") or DEFAULT_MAX_TOKENS
        return cost_of_tokens(model, tokens_in, tokens_out * (body.get("n") or 1))
    if role is None:
        return UNKNOWN_CALL
    inputs = body.get("inputs")
    return Decimal(str(role.usd_per_call)) * (len(inputs) if isinstance(inputs, list) else 1)


def cost_of_tokens(model: str | None, tokens_in: int, tokens_out: int) -> Decimal:
    """Price of a chat call, US$: tokens times the model's price per million, input and output apart."""
    role = price_of(model or "")
    price_in = Decimal(str(role.usd_per_mtok_in)) if role else UNKNOWN_IN
    price_out = Decimal(str(role.usd_per_mtok_out)) if role else UNKNOWN_OUT
    return (price_in * tokens_in + price_out * tokens_out) / 1_000_000

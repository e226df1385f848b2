"""models.toml: every role can be played in both modes, has another model to fall back on, and a price for each."""
from __future__ import annotations

import datetime
import re

import pytest

from helpers import catalog

ROLES = catalog.roles()


def test_every_role_is_there():
    """The file has the roles that `course.models` promises, and no other."""
    assert tuple(ROLES) == catalog.ROLES


@pytest.mark.parametrize("role", ROLES.values(), ids=ROLES)
def test_a_role_has_fallbacks(role):
    """A role names a live model of the Hub and at least one other for the same job; each is named once."""
    ids = (role.live, *role.fallbacks)
    assert role.practice.startswith("practice/") and len(role.fallbacks) >= 1 and len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[\w.-]+/[\w.-]+", id) for id in ids) and role.provider in ("auto", "hf-inference")


@pytest.mark.parametrize("id", sorted({id for role in ROLES.values() for id in (role.live, *role.fallbacks)}))
def test_the_budget_knows_each_price(id):
    """Whatever of these is called, with a provider's suffix or not, the budget reserves a price above zero for it."""
    for name in (id, f"{id}:fastest"):
        role = catalog.price_of(name)
        assert role and (role.usd_per_call > 0 or role.usd_per_mtok_in > 0 < role.usd_per_mtok_out)


def test_verification_has_a_date():
    """The date of the last verification is a day that was."""
    assert datetime.date(2026, 1, 1) <= datetime.date.fromisoformat(catalog.verified()) <= datetime.date.today()


def test_live_mode_takes_the_live_models():
    """`models("live")` are the `live` ids: a fallback is never taken silently."""
    assert all(getattr(catalog.models("live"), name) == role.live for name, role in ROLES.items())

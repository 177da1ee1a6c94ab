"""How often what is drawn by lot is tried: a sample in `make test`, all of it in `make soak` (the profile "soak" of hypothesis)."""

from __future__ import annotations

from typing import Final, TypeVar

from hypothesis import settings

SOAK: Final = settings.get_current_profile_name() == "soak"

Amount = TypeVar("Amount")


def often(here: Amount, soak: Amount) -> Amount:
    """`here` in `make test`, `soak` in `make soak`."""
    return soak if SOAK else here

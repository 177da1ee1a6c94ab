"""How much each sign in a text weighs, and how much is enough: the table [speech] of policy.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Weights:
    """Points for and against taking the sender for the brand (speech.py says what each sign is)."""

    enough: int
    letterhead: int
    signature: int
    signature_without_closing: int
    subject_is_name: int
    subject_names: int
    presents_itself: int
    tells_reader: int
    speaks_for: int
    acts_on_reader: int
    asks_for_secret: int
    opening: int
    issuer_to_reader: int
    issuer: int
    issuer_more: int
    affair: int
    first_person: int
    addressee: int
    shown_address: int
    path: int
    call_to_act: int
    asks_data: int
    asks_card: int
    asks_money: int
    nobody_else: int
    given_name: int
    familiar: int
    own_voice: int
    another_speaker: int


@cache
def weights() -> Weights:
    """The shipped weights. Raises TypeError when a weight is missing or unknown."""
    text = (resources.files(__package__) / "policy.toml").read_text(encoding="utf-8")
    return Weights(**tomllib.loads(text)["speech"])

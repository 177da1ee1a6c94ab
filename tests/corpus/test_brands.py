"""Mails in the name of the seven other brands, and honest ones that name them, with every pack enabled (packs/).

Those of packs/design are learned from, those of packs/kept never.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from tests.corpus.build import build, domain_of, entries
from tests.rules.building import evidence
from vigie.message.parse import parse
from vigie.rules import brand
from vigie.rules.judgement import judge
from vigie.rules.types import Label, Verdict

PACKS = tuple(brand.load(name) for name in brand.names())
FOUND, WARNED = 0.97, 0.98
DOUBTED = {"packs/design": 1, "packs/kept": 0}


def _judged(entry: Mapping[str, Any]) -> Verdict:
    domain, auth = domain_of(entry["author"]), entry["auth"]
    signer = auth.partition(":")[2] or domain
    return judge(parse(build(entry, "design", {})), evidence(signer, passes=auth != "none"), PACKS)


@pytest.mark.parametrize("split", DOUBTED)
def test_every_brand_is_found_and_named_and_honest_mail_left_alone(split: str) -> None:
    """A floor, not a target (docs/judgement.md)."""
    found: Counter[tuple[bool, Label]] = Counter()
    for entry in entries(split):
        verdict = _judged(entry)
        found["brand" in entry, verdict.label] += 1
        if "brand" not in entry:
            assert verdict.label is not Label.IMPERSONATION, entry["slug"]
        elif verdict.label is not Label.UNRELATED:
            assert verdict.brand == entry["brand"], entry["slug"]
    false = sum(count for (is_false, _), count in found.items() if is_false)
    assert false >= 40
    assert found[True, Label.IMPERSONATION] >= FOUND * false
    assert found[True, Label.UNRELATED] <= (1 - WARNED) * false
    assert found[False, Label.SUSPICIOUS] <= DOUBTED[split]


@pytest.mark.parametrize("split", DOUBTED)
def test_a_false_mail_says_whose_name_it_bears(split: str) -> None:
    others = set(brand.names()) - {"ameli"}
    for entry in entries(split):
        assert ("brand" in entry) == (entry["accept"] == ["impersonation"])
        assert entry.get("brand", "caf") in others

"""Finds the rules of checks/, verifies them, and lists them in the order in which they run: claims first."""

from __future__ import annotations

from functools import cache
from typing import cast

from vigie.rules import checks
from vigie.rules.discovery import CatalogError, discover
from vigie.rules.types import Kind
from vigie.rules.view import Rule


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule, those that emit CLAIM first. Raises CatalogError at the first call if one is malformed."""
    found = discover(checks, Rule)
    for module in found:
        if not module.KINDS or not all(isinstance(kind, Kind) for kind in module.KINDS):
            raise CatalogError(f"{module.__name__}: KINDS must name at least one Kind")
        if not module.SOURCES:
            raise CatalogError(f"{module.__name__}: SOURCES is empty: where does the knowledge come from?")
    ordered = sorted(found, key=lambda module: (Kind.CLAIM not in module.KINDS, module.ID))
    return tuple(cast("Rule", module) for module in ordered)


def claim_rules() -> tuple[Rule, ...]:
    """Those that can say that a message claims to come from the brand. They need no authentication evidence."""
    return tuple(rule for rule in rules() if Kind.CLAIM in rule.KINDS)


def title(rule: Rule) -> str:
    """The first line of the rule's docstring."""
    return (rule.__doc__ or "").strip().splitlines()[0]

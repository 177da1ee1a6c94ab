"""No pattern of the rules can be made to run for ever (X-10). How long each takes: tests.soak.linear."""

import re
from itertools import chain

import pytest

from tests.counting import ENDLESS, reach
from tests.rules.building import AMELI, findings, message
from vigie.rules import clauses, grammar, issuer, letterhead, naming, phones, pointing, speech, standing, utterance
from vigie.rules.checks import attachment_active, link_outside
from vigie.rules.issuer import patterns_of

MODULES = (
    clauses,
    grammar,
    issuer,
    letterhead,
    naming,
    phones,
    pointing,
    speech,
    standing,
    utterance,
    attachment_active,
    link_outside,
)
PATTERNS = sorted(
    {value.pattern for module in MODULES for value in vars(module).values() if isinstance(value, re.Pattern)}
    | {pattern.pattern for fact in AMELI.facts for pattern in patterns_of(fact.patterns)}
    | {
        pattern.pattern
        for pattern in (naming.names_of(AMELI).names, naming.names_of(AMELI).products, naming.names_of(AMELI).not_names)
        if pattern is not None
    }
)
HOSTILE = (
    "n'a ",
    "carte vitale ",
    "a",
    " ",
    "0 1 ",
    "ne ",
    "a a ",
    "-",
    "votre carte ",
    "remboursement ",
    "si vous ",
    "a.",
    '"',
    "l'",
    "06 ",
    "service ",
    "\n",
    ". ",
)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_no_pattern_repeats_without_end_what_repeats_without_end(pattern):
    """The ones that would take for ever: (a+)+. What is quadratic, tests.soak.linear measures."""
    assert reach(pattern, re.compile(pattern).flags & ~re.UNICODE) < ENDLESS**2


@pytest.mark.parametrize("endless", [r"(?:a+)+x", r"(?:a*b*)*c", r"((a|b)+c?)*d"])
def test_such_a_pattern_is_found(endless):
    assert reach(endless) >= ENDLESS**2


@pytest.mark.parametrize(
    "piece", [*HOSTILE, "votre carte vitale expire. ", "ameli ", "l'assurance maladie vous informe "]
)
def test_rules_survive_padding(piece):
    body = "L'Assurance Maladie\n" + (piece * 60_000)[:60_000]
    rules = {
        found.rule
        for found in findings(message("Ameli <x@a.example>", "Ameli", body, ["https://ameli-carte.example/x"]))
    }
    assert {"claim-display-name", "author-foreign", "host-lookalike"} <= rules


def test_every_pattern_is_looked_at():
    assert len(PATTERNS) > 40
    assert all(isinstance(item, str) for item in chain(PATTERNS, HOSTILE))

"""No pattern of the rules can be made to run long (X-10): doubling hostile input must not multiply the time."""

import re
import time
from itertools import chain

import pytest

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
LONG = 30_000


@pytest.mark.parametrize("pattern", PATTERNS)
def test_pattern_is_linear(pattern):
    """Against itself: a quadratic pattern needs sixteen times as long for four times the text, a linear one four times."""
    compiled = re.compile(pattern)
    for piece in HOSTILE:
        short, long = ((piece * LONG)[:size] for size in (LONG // 4, LONG))
        if _seconds(compiled, long) > 0.1:
            assert min(_seconds(compiled, long) for _ in range(3)) < 10 * min(
                _seconds(compiled, short) for _ in range(3)
            ), piece


def _seconds(compiled: re.Pattern[str], text: str) -> float:
    start = time.process_time()
    for _ in compiled.finditer(text):
        pass
    return time.process_time() - start


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

"""Thousands of forgeries of genuine letters and about as many false ones, six times as many in `make soak`: none of them is proven.

A changed letter may stay proven only where a strict second reading says that a reader sees the same (reader.py); then the product
itself must have understood the same, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice, product

import pytest

from tests.attacks.letters import alternative, complete, delivered, encoded, judged, plain, signed, simply_signed
from tests.attacks.mutations import Mutation, forgeries
from tests.attacks.reader import seen, understood
from tests.attacks.shapes import SHAPES, Shape, composed
from tests.effort import often
from vigie.auth_checks.settings import TrustSettings

Letter = Callable[[], bytes]
Signer = Callable[[bytes], bytes]


def sealed(raw: bytes) -> bytes:
    return signed(raw)


def signed_once(raw: bytes) -> bytes:
    return signed(raw, sealed=False)


LETTERS = (plain, alternative, encoded)
GENUINE = list(product(LETTERS, (sealed, signed_once, simply_signed)))
FALSE_STRIDE = often(134, 23)
NO_BORDER = TrustSettings()
"""Spares the SPF of a genuine letter: its proof is its signature."""
JUDGED = 10
"""The rules see every tenth, and every one whose proof is complete: without it none can be proven (tests/rules/test_policy.py)."""
STRIDE = often(34, 6)
"""Each letter gets every sixth mutation, in `make test` every 34th, others than the letter before it."""


def of_genuine(number: int) -> Iterator[Mutation]:
    letter, signer = GENUINE[number]
    return islice(forgeries(signer(letter())), number % STRIDE, None, STRIDE)


def of_false(shape: Shape) -> Iterator[Mutation]:
    number = int(shape.number[2:])
    return islice(forgeries(composed(LETTERS[number % 3](), shape)), number % FALSE_STRIDE, None, FALSE_STRIDE)


def test_there_are_thousands_of_each():
    assert sum(1 for number in range(len(GENUINE)) for _ in of_genuine(number)) > often(1_600, 10_000)
    assert sum(1 for shape in SHAPES for _ in of_false(shape)) > often(1_600, 10_000)


@pytest.mark.parametrize(
    "number", range(len(GENUINE)), ids=lambda number: "-".join(f.__name__ for f in GENUINE[number])
)
def test_a_forged_letter_is_not_proven(number):
    letter, signer = GENUINE[number]
    raw = delivered(signer(letter()))
    before, genuine = seen(raw), judged(raw)
    assert genuine.proven
    for tried, (what, changed) in enumerate(of_genuine(number), 1):
        forged = delivered(changed)
        if tried % JUDGED and not complete(forged, NO_BORDER):
            continue
        found = judged(forged)
        if found.proven:
            assert seen(forged) == before, f"{what}\n{found.told()}"
            assert understood(found) == understood(genuine), f"{what}\n{found.told()}"


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.number)
def test_a_false_letter_is_not_proven_by_a_change(shape):
    """Whatever stands, falls or is put anywhere in a spoofed mail, results in our border's name included."""
    for tried, (what, changed) in enumerate(of_false(shape), 1):
        if tried % JUDGED and not complete(changed):
            continue
        found = judged(changed)
        assert not found.proven, f"{what}\n{found.told()}"

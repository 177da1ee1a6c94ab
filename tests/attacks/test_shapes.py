"""Every shape alone and any two together: none proves the brand, and each is named (threats S-01..S-26, S-40)."""

from __future__ import annotations

from itertools import combinations

import pytest

from tests.attacks.letters import alternative, encoded, judged, plain
from tests.attacks.shapes import SHAPES, Shape, composed

PAIRS = list(combinations(SHAPES, 2))
LETTERS = (plain, alternative, encoded)


def raised(shape: Shape, words: set[str]) -> bool:
    return any(sign in word for sign in shape.raises for word in words)


def test_the_table_is_whole():
    assert [shape.number for shape in SHAPES] == [f"S-{number:02}" for number in range(1, 27)]
    assert len(PAIRS) == 325


@pytest.mark.parametrize("letter", LETTERS, ids=lambda letter: letter.__name__)
@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.number)
def test_no_shape_proves_anything_and_each_is_named(shape, letter):
    found = judged(composed(letter(), shape))
    assert not found.proven, found.told()
    assert raised(shape, found.words()), found.told()


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: "+".join(shape.number for shape in pair))
def test_no_two_shapes_together_prove_anything(pair):
    """Both orders: what the first has changed may be undone or hidden by the second."""
    for first, second in (pair, pair[::-1]):
        found = judged(composed(LETTERS[int(first.number[2:]) % 3](), first, second))
        assert not found.proven, found.told()
        assert raised(first, found.words()) or raised(second, found.words()), found.told()

"""How many attributes a tag has, as a browser's parser counts them, told without one."""

from __future__ import annotations

import pytest

from vigie.message.costly import ATTRIBUTES, too_many_attributes

NAMES = [f"a{number}" for number in range(ATTRIBUTES + 1)]


def tag(start: str, behind: str = " ", names: list[str] = NAMES) -> str:
    """A tag with so many names, each with something behind it."""
    return start + behind.join(names) + behind


MANY = {
    "plain": tag("<p ") + ">",
    "values": tag("<p ", "=x ") + ">",
    "a quote where a name begins": tag('<p " ') + ">",
    "an apostrophe where a name begins": tag("<p ' ") + ">",
    "an equals sign where a name begins": tag("<p = ") + ">",
    "solidus": tag("<p/", "/") + ">",
    "nothing between": tag("<p ", '=""') + ">",
    "a tag's end in each value": tag("<p ", ' = ">" ') + ">",
    "a quote within a value": tag("<p ", '=x" ') + ">",
    "the tag has no end": tag("<p "),
    "of one body": tag("<body ", "><body ") + ">",
}
FEW = {
    "in a value": tag('<p a="') + '">',
    "in the text": tag("<p a=>"),
    "of many": tag("<p ", "><p ") + ">",
    "just enough": tag("<p ", " = x ", NAMES[:-1]) + ">",
}


@pytest.mark.parametrize("name", MANY)
def test_many(name):
    assert too_many_attributes(MANY[name])


@pytest.mark.parametrize("name", FEW)
def test_few(name):
    assert not too_many_attributes(FEW[name])

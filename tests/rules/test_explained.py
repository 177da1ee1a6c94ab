"""What a person reads, word for word, in both languages. After a change of wording: `python -m tests.rules.explained`, and read."""

import re

import pytest

from tests.rules.explained.cases import FOLDER, names, told

FILES = {path.stem: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.txt"))}
ENGLISH = re.compile(r"\b(?:the|is|was|not|of|with|nobody)\b")


def test_every_file_has_its_case():
    assert set(FILES) == set(names())


@pytest.mark.parametrize("name", names())
def test_explanation(name):
    assert told(name) == FILES[name]


@pytest.mark.parametrize("name", names())
def test_no_english_in_the_french(name):
    french = FILES[name].partition("[fr]")[2].partition("[en]")[0]
    assert not ENGLISH.search(re.sub(r"https?://\S+", "", french))


@pytest.mark.parametrize("name", names())
def test_no_place_is_left_open(name):
    assert not re.search(r"\{\w+\}|« »|“”|  ", FILES[name])

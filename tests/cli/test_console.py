"""What may reach a terminal: no control character, and none that turns the letters around it (W-14)."""

from __future__ import annotations

import json

from hypothesis import example, given
from hypothesis import strategies as st

from vigie.cli.console import json_line, plain

SEQUENCES = "\x1b]0;title\x07\x9b31m\u202egnp.exe\u2066\r\n\x85\u2028\ufeff\x00\U000e0041\U0010fffd"


@given(st.text())
@example(SEQUENCES)
def test_json_for_a_terminal_is_the_same_value_and_letters_alone(text: str) -> None:
    line = json_line({"subject": text, text: [1, None]})
    assert line.isprintable()
    assert json.loads(line) == {"subject": text, text: [1, None]}
    assert plain(text).isprintable()


def test_letters_stay_letters() -> None:
    assert json_line(["Votre carte Vitale à 312,40 €", "日本"]) == '["Votre carte Vitale à 312,40 €", "日本"]'

"""What a reader sees of text with direction controls (UAX #9), in lines and in the names of senders (C-21, S-39)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.counting import lines
from tests.message.mails import REST, mail, word
from vigie.message import bidi
from vigie.message.bidi import as_shown
from vigie.message.parse import read

LRE, RLE, PDF, LRO, RLO, LRI, RLI, FSI, PDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
SHOWN = [
    (f"{RLO}ilema", "ameli"),
    (f"Le compte {RLO}ilema{PDF} est fermé", "Le compte ameli est fermé"),
    (f"{RLO}il{LRI}em{PDI}a", "aemli"),
    (f"{RLO}il{LRO}me{PDF}a", "ameli"),
    (f"{LRI}{RLO}ilema{PDI} vous informe", "ameli vous informe"),
    (f"{RLI}{RLO}ilema{PDF}{PDI}", "ameli"),
    (f"{RLO}{RLO}ilema{PDF}{PDF} !", "ameli !"),
    (f"{FSI}Service {RLO}ilema{PDI}", "Service ameli"),
    (f"{RLO}ilema\nilema", "ameli\nilema"),
    (f"{PDF}{PDI}{RLO}42{PDI}1", "124"),
    (f"{LRE}ameli{PDF}", f"{LRE}ameli{PDF}"),  # nothing is turned round: nothing is changed
]


@pytest.mark.parametrize(("text", "shown"), SHOWN)
def test_text_is_read_in_the_order_in_which_it_is_seen(text, shown):
    assert as_shown(text) == shown


CONTROLS = LRE + RLE + PDF + LRO + RLO + LRI + RLI + FSI + PDI


@given(st.text(alphabet="ameli 12\n" + CONTROLS))
def test_no_letter_is_lost(text):
    shown = as_shown(text)
    assert sorted(set(shown) - set(CONTROLS)) == sorted(set(text) - set(CONTROLS))
    assert [shown.count(char) for char in "ameli12\n"] == [text.count(char) for char in "ameli12\n"]
    assert as_shown(shown) == shown


@pytest.mark.parametrize("piece", [RLO, RLO + "a", LRI + RLO, PDI, RLO + PDI, RLI + "a" + RLO + "b" + PDI])
def test_it_is_linear(piece):
    """Counted, not timed: ten times as much text, ten times as many lines carried out."""

    def work(times: int) -> int:
        return lines(lambda: as_shown(RLO + piece * times), bidi)

    assert work(10_000) <= 11 * work(1_000)
    as_shown(RLO + piece * 200_000)  # and no piece is copied again and again


@pytest.mark.parametrize("name", [f"{RLO}ilema", f"{LRI}{RLO}ilema{PDI}{PDF}"])
@pytest.mark.parametrize("write", [str, word, '"{}"'.format])
def test_a_name_behind_an_override_has_both_readings(name, write):
    message = read(mail(header=f"From: {write(name)} <jean@exemple.example>\r\n{REST}"))
    assert {author.display for author in message.authors} == {"ameli", "ilema"}
    assert {author.addr for author in message.authors} == {"jean@exemple.example"}
    assert message.author_readings == 1


def test_a_subject_behind_an_override_has_both_readings():
    message = read(mail(header="From: jean@exemple.example\r\n" + REST.replace("Bonjour", word(f"{RLO}ilema"))))
    assert [block.text for block in message.blocks if block.where == "subject"] == ["ameli", "ilema"]

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.counting import lines
from vigie.message import fold as folding
from vigie.message.fold import _AS_THEY_ARE, _step, fold, skeleton, to_alabel, to_unicode

FOLDED = [
    ("AMELI", "ameli"),
    ("Améli", "ameli"),
    ("аmеlі", "ameli"),  # Cyrillic a, e, i
    ("ａｍｅｌｉ", "ameli"),
    ("𝐚𝐦𝐞𝐥𝐢", "ameli"),
    ("𝖺𝗆𝖾𝗅𝗂", "ameli"),
    ("Ꭺmeli", "ameli"),
    ("αmεlι", "ameli"),
    ("ameƚı", "ameli"),
    ("🅰🅼🅴🅻🅸", "ameli"),
    ("ⓐⓜⓔⓛⓘ", "ameli"),
    ("am\u200bel\u00adi", "ameli"),
    ("a\u202emeli\u202c", "ameli"),
    ("a\u0301meli", "ameli"),
    ("am\0eli", "ameli"),
    ("l’Assurance", "l'assurance"),
    ("«\u00a0Carte\u202fVitale\u00a0»", '" carte vitale "'),
    ("carte\t \u3000vitale", "carte vitale"),
    ("un \r\n deux\u2028trois", "un\ndeux\ntrois"),
    ("Œuvre, Straße, ﬁn", "oeuvre, strasse, fin"),
    ("３６ ４６", "36 46"),
    ("ameli。fr", "ameli.fr"),
    ("remboursement de 89,00 €", "remboursement de 89,00 €"),
]


@pytest.mark.parametrize(("text", "folded"), FOLDED)
def test_fold(text, folded):
    assert fold(text) == folded


@given(st.text())
def test_fold_is_idempotent_and_sound(text):
    once = fold(text)
    assert fold(once) == once
    once.encode()


@given(st.text(st.characters(max_codepoint=127)))
def test_ascii_stays_ascii_and_becomes_lower_case(text):
    folded = fold(text)
    assert folded.isascii()
    assert folded == folded.lower()
    if text.isalnum():
        assert folded == text.lower()


@pytest.mark.parametrize(
    "lookalike", ["arneli.fr", "ame1i.fr", "amelí.fr", "amel|.fr", "AMEL!.FR", "аmeli.fr", "am3li.fr", "amelj.fr"]
)
def test_skeletons_of_lookalikes_are_equal(lookalike):
    assert skeleton(lookalike) == skeleton("ameli.fr")


@pytest.mark.parametrize("other", ["amalia.fr", "family.fr", "ameli.com", "meli.fr"])
def test_skeletons_of_other_names_differ(other):
    assert skeleton(other) != skeleton("ameli.fr")


@given(st.text())
def test_skeleton_is_idempotent(text):
    assert skeleton(skeleton(text)) == skeleton(text)


def test_no_character_is_a_bomb():
    assert len(fold("\ufdfa" * 1_000)) <= 4_000
    assert fold("Ⅷ") == "viii"


HOSTS = [
    ("Ameli.FR.", "ameli.fr"),
    ("améli.fr", "xn--amli-cpa.fr"),
    ("аmeli.fr", "xn--meli-43d.fr"),
    ("ameli。fr", "ameli.fr"),
    ("faß.example", "xn--fa-hia.example"),  # IDNA 2008, not "fass"
    ("ａｍｅｌｉ.fr", "ameli.fr"),
    ("am\u00adeli.fr", "ameli.fr"),
]


@pytest.mark.parametrize(("host", "alabel"), HOSTS)
def test_to_alabel(host, alabel):
    assert to_alabel(host) == alabel


@pytest.mark.parametrize(
    ("host", "shown"),
    [("xn--meli-43d.fr", "аmeli.fr"), ("xn--e28h.fr", "😀.fr"), ("xn--.fr", "xn--.fr"), ("A.fr", "a.fr")],
)
def test_to_unicode(host, shown):
    assert to_unicode(host) == shown


@given(st.text())
def test_hosts_are_total(text):
    to_alabel(text).encode("ascii", "replace")
    to_unicode(text)
    to_unicode("xn--" + text)


def test_what_is_said_to_stay_as_it_is_would_stay_as_it_is():
    for first, last in _AS_THEY_ARE:
        for char in map(chr, range(first, last + 1, 3)):
            assert _step(char) == char


@pytest.mark.parametrize("piece", ["█ ", "é ", "аmеlі ", "Votre carte Vitale expire à l'échéance.\n"])
def test_long_texts_cost_little(piece):
    """No line of ours more for a longer text: what grows with it is str.translate. How long: tests.soak.linear."""
    short, long = (piece * (size // len(piece)) for size in (1_000, 1_600_000))
    fold(short)  # what is computed once for each character
    assert lines(lambda: fold(long), folding) == lines(lambda: fold(short), folding)

"""A digest tells of frauds and is none: Vigie itself has nothing against it; nor can a mail turn what stands around it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scanner.digest.world import NOW, PAGES
from tests.web.review import seeded
from vigie.auth_checks.settings import DnsSettings
from vigie.judge.examine import Examiner
from vigie.judge.settings import BrandSettings, JudgeSettings
from vigie.ledger.digest_types import Digest, HeldMail, Reader
from vigie.rules import brand
from vigie.rules.types import Label
from vigie.scanner.digest import tame
from vigie.scanner.digest.letter import LISTED, Sending, compose
from vigie.scanner.digest.words import WORDS

FRAUDS = ("130", "132", "155", "133", "156", "160")
"""Golden mails of several kinds: lookalikes, disguised links, forms, numbers to call."""


@pytest.fixture(scope="module")
def examiner(tmp_path_factory: pytest.TempPathFactory) -> Examiner:
    zone = tmp_path_factory.mktemp("zone") / "zone.toml"
    zone.write_text("")
    every = BrandSettings(enabled=tuple(brand.names()))
    return Examiner(JudgeSettings(dns=DnsSettings(zone_file=zone), brands=every))


def letter(held: list[HeldMail], language: str, *, owner: bool) -> bytes:
    key = "account:accueil" if owner else "person:x"
    reader = Reader(key, "accueil@example.org", frozenset({"accueil"}), language)
    digest = Digest("0123456789ab", key, NOW - timedelta(days=1), NOW, NOW, 1)
    links = {one.record.id: f"{PAGES}/ask/{'A' * 43}" for one in held}
    return compose(Sending(digest, reader, "vigie@example.org", PAGES, 7), held, links, NOW).as_bytes()


@pytest.mark.parametrize("owner", [True, False])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_vigie_has_nothing_against_its_own_digest(examiner, language, owner):
    held = [HeldMail(seeded.case(sample, uid), NOW) for uid, sample in enumerate(FRAUDS, 1)]
    for shown in ([one] for one in held):
        case = examiner.examine(letter(shown, language, owner=owner), now=NOW)
        assert case.verdict.label is Label.UNRELATED, shown[0].record.subject
    assert examiner.examine(letter(held, language, owner=owner), now=NOW).verdict.label is Label.UNRELATED


def test_a_long_digest_tells_the_number_of_the_rest():
    held = [HeldMail(seeded.case("130", uid), NOW) for uid in range(1, LISTED + 6)]
    raw = letter(held, "en", owner=False).decode()
    assert "[Vigie] 105 messages in quarantine" in raw
    assert f"And 5 more: {PAGES}/cases" in raw.replace("=\n", "")


@given(st.text(max_size=40))
def test_words_of_a_mail_stay_on_their_line_and_open_nothing(text):
    told = tame.line(text)
    assert told.isprintable()
    assert "@" not in told.replace("[@]", "")
    assert "://" not in told
    assert len(told.replace("[", "").replace("]", "")) <= 200


def test_addresses_can_be_read_and_not_clicked():
    assert tame.line("HTTPS://a.b.example") == "HxxPS[:]//a[.]b[.]example"
    assert tame.line("voir www.a.example. Merci.") == "voir www[.]a[.]example. Merci."
    assert tame.line("a\u3002example") == "a[.]example"
    assert tame.line("x" * 300) == "x" * 199 + "…"


def test_what_the_ledger_has_forgotten_gives_no_reason():
    for told in ("", "{}", '{"expired":true}', '{"findings":[{"kind":"new"}]}', "[]", '{"findings":3}'):
        assert tame.reason(seeded.case("130", case_json=told), "fr") == ""
    assert "imitation" in tame.reason(seeded.case("130"), "fr")


def test_the_languages_say_the_same_things():
    assert WORDS["fr"].keys() == WORDS["en"].keys()

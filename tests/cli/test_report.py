"""The report page: self-contained, escaped, in two languages."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.cli import language, report, words
from vigie.cli.status import Fault
from vigie.ledger.types import ActionKind, Intent, Outcome, Place, Record, State

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
HOSTILE = '"><script src=//evil.example/x.js></script><img src=http://evil.example/p.png onerror=alert(1)>{{7*7}}\x1b[31m\u202e'


def entry(text: str, verdict: str = "impersonation", *, quarantined: bool = True) -> report.Entry:
    told = {
        "verdict": verdict,
        "authentication": {"spf": {"status": "none"}, "dkim": [{"status": "fail", "domain": text}], "dmarc": {"status": "fail"}},
        "findings": [{"rule": text, "kind": "lure", "strength": "strong", "layer": "outer", "quotes": [{"where": text, "text": text}]}],
        "links": [{"target": f"http://evil.example/{text}", "official": False}],
        "explanation": {"fr": f"Faux. {text}", "en": f"False. {text}"},
        "advice": {"fr": [text], "en": [text]},
    }  # fmt: skip
    place = Place("demo", text, 1, 2)
    record = Record(
        id="abcd1234", place=place, sha256="0" * 64, message_id=text, subject=text, author=text, verdict=verdict,
        brand="ameli", decided_by=6, case_json=json.dumps(told), judged_at=NOW, elapsed_ms=1.5, size=10,
    )  # fmt: skip
    intent = Intent(
        id="i", record_id="abcd1234", kind=ActionKind.QUARANTINE, source=place, destination=text, keywords=(),
        state=State.DONE, message_id=text, sha256="0" * 64, size=10, created_at=NOW,
    )  # fmt: skip
    return report.Entry(record, [(intent, Outcome("i", State.DONE, NOW, place))] if quarantined else [])


class Page(HTMLParser):
    """What a browser would act on."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


ALLOWED = {"html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "ul", "li", "b", "br", "details", "summary",
           "div", "span", "table", "tr", "th", "td", "code", "figure", "figcaption", "svg", "rect", "i"}  # fmt: skip


def assert_inert(text: str) -> None:
    page = Page(text)
    assert {tag for tag, _ in page.tags} <= ALLOWED
    for _, attributes in page.tags:
        assert not {"src", "href", "style", "srcset", "action", "background"} & set(attributes)
        assert not [name for name in attributes if name.startswith("on")]
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert style is not None
    assert not re.search(r"url\(|@import|//", style[1])


def test_nothing_remote_and_no_script_whatever_a_mail_says():
    text = report.render(
        "Vigie", [entry(HOSTILE), entry(HOSTILE, "unrelated", quarantined=False)], at=NOW, notes=[HOSTILE]
    )
    assert_inert(text)
    assert "&lt;script" in text
    assert "{{7*7}}" in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "default-src 'none'" in text


@given(st.text())
def test_any_text_stays_text(text):
    assert_inert(report.render("Vigie", [entry(text)], at=NOW))


def test_counts_findings_deeds_and_both_languages():
    entries = [entry("x"), entry("y", "suspicious", quarantined=False), entry("z", "unrelated", quarantined=False)]
    french = report.render("Vigie", entries, at=NOW)
    assert '<html lang="fr">' in french
    assert "mis en quarantaine" in french
    assert re.search(r"<b>1</b>\s*usurpation", french)
    assert "3 messages jugés" in french
    language.use("en")
    try:
        english = report.render("Vigie", entries, at=NOW)
    finally:
        language.use("fr")
    assert '<html lang="en">' in english
    assert "quarantined" in english
    assert "False." in english
    assert 'name="viewport"' in english
    assert "prefers-color-scheme: dark" in english


def test_it_is_private_and_written_whole(tmp_path):
    path = tmp_path / "r.html"
    report.write(path, "Vigie", [entry("x")], at=NOW)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [item.name for item in tmp_path.iterdir()] == ["r.html"]


def test_a_place_where_nobody_can_write_is_one_line(tmp_path):
    with pytest.raises(Fault, match="le rapport ne peut pas être écrit"):
        report.write(tmp_path / "absent" / "r.html", "Vigie", [], at=NOW)


def test_a_sentence_ends_behind_its_source():
    told = {"fr": "En réalité, la carte est gratuite. (source : ameli.fr) L'organisme ne demande rien."}
    assert words.sentences(told) == [
        "En réalité, la carte est gratuite. (source : ameli.fr)",
        "L'organisme ne demande rien.",
    ]

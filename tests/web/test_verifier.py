"""The page for anyone: an answer in plain words, nothing kept, off unless it is switched on."""

from __future__ import annotations

import contextlib
import io
import zipfile
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.effort import often
from tests.web.conftest import MAILBOXES
from tests.web.review import seeded
from tests.web.served import Browser, Served, serve, text
from vigie import rules
from vigie.auth_checks.settings import DnsSettings
from vigie.judge.settings import JudgeSettings
from vigie.web import upload, words
from vigie.web.body import RefusedError
from vigie.web.verifier import FILE_BYTES, MOST_CHARS, is_message

PIECES = (b"--AaB03x", b"--", b"\r\n", b"\r\n\r\n", b'Content-Disposition: form-data; name="a"', b"x", b"\0")
SMS = "AMELI : votre carte vitale expire, mettez-la à jour sur https://ameli-carte.example/maj"


@pytest.fixture(scope="module")
def open_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serve(tmp_path_factory.mktemp("open"), mailboxes=MAILBOXES, verifier=True, verifier_per_hour=3) as pages:
        yield pages


@pytest.fixture(scope="module")
def files_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    judge = JudgeSettings(dns=DnsSettings(zone_file=seeded.SAMPLES[seeded.GENUINE] / "dns.toml"))
    folder = tmp_path_factory.mktemp("files")
    with serve(folder, mailboxes=MAILBOXES, judge=judge, verifier=True, verifier_per_hour=1000) as pages:
        yield pages


def rule_names() -> list[str]:
    """Of which none is a word that people use."""
    return [path.stem for path in (Path(rules.__file__).parent / "checks").glob("*_*.py") if path.stem[0] != "_"]


def test_it_is_off_unless_it_is_switched_on(served: Served) -> None:
    browser = served.browser()
    assert browser.get("/verifier").status_code == 404
    assert browser.post("/verifier", {"text": SMS}, on="/sign-in").status_code == 404


def test_anybody_gets_an_answer_so_often(open_page: Served) -> None:
    """W-33: and which rules have found what is not told."""
    browser = open_page.browser()
    before = list(open_page.ledger.audit_entries())
    answer = browser.post("/verifier", {"text": SMS}, on="/verifier")
    assert answer.status_code == 200
    told = words.said("fr")
    assert any(told(f"verifier.verdict.{verdict}") in text(answer) for verdict in ("impersonation", "suspicious"))
    assert not [name for name in rule_names() if name in answer.text]
    assert "https://ameli-carte.example/maj" not in answer.text.partition("<textarea")[2]
    assert browser.post("/verifier", {"text": " "}, on="/verifier").status_code == 422
    statuses = [browser.post("/verifier", {"text": "Bonjour"}, on="/verifier").status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    assert list(open_page.ledger.audit_entries()) == before
    assert open_page.browser().post("/verifier", {"text": SMS}, on="/verifier").status_code == 429
    open_page.clock.passes(hours=1)
    assert browser.post("/verifier", {"text": "Bonjour"}, on="/verifier").status_code == 200


def give(browser: Browser, content: bytes, name: str = "message.eml", text: str = "", **headers: str) -> httpx.Response:
    """As the form sends a file, without any script."""
    told = {"Origin": browser.served.origin, "Sec-Fetch-Site": "same-origin"} | headers
    fields = {"csrf": browser.token("/verifier"), "text": text}
    return browser.http.post("/verifier", data=fields, files={"file": (name, content)}, headers=told)


def test_a_file_is_judged_like_its_source(files_page: Served) -> None:
    browser, told = files_page.browser(), words.said("fr")
    fraud = seeded.message(seeded.DISGUISED)
    for raw in (fraud, b"\xef\xbb\xbf" + fraud, b"X-Mozilla-Status: 0001\r\n" + fraud, fraud.replace(b"\r\n", b"\n")):
        answer = give(browser, raw)
        assert answer.status_code == 200
        assert told("verifier.verdict.impersonation") in text(answer)
    assert told("verifier.verdict.unrelated") in text(give(browser, seeded.message("103")))
    assert told("verifier.verdict.unrelated") in text(give(browser, "Réunion demain à midi".encode(), "sms.txt"))
    assert give(browser, b"", "", text="Bonjour").status_code == 200


@pytest.mark.parametrize(
    ("content", "name", "wrong"),
    [
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, "message.msg", "msg"),
        (b"%PDF-1.7\n%%EOF", "facture.pdf", "file"),
        (b"\x89PNG\r\n\x1a\n\0\0", "photo.png", "file"),
        (b"PK\x03\x04\0\0", "mails.zip", "file"),
        (b"a\0b", "x.eml", "file"),
        (b" \r\n", "vide.eml", "empty"),
        (b"a" * (MOST_CHARS + 1), "long.txt", "long"),
        (b"a" * (FILE_BYTES + 1), "grand.txt", "big"),
    ],
)
def test_what_is_no_mail_is_told_politely(files_page: Served, content: bytes, name: str, wrong: str) -> None:
    answer = give(files_page.browser(), content, name)
    assert answer.status_code == 422
    assert words.said("fr")(f"verifier.wrong.{wrong}") in text(answer)


def test_attachments_of_a_file_stay_closed(files_page: Served) -> None:
    """X-12: what is packed into it is not looked into for a stranger."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("page.html", "<a href='https://ameli-carte.example/maj'>Carte Vitale ameli.fr : payez ici</a>")
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Paul <paul@example.org>", "lea@example.org", "Papiers"
    mail["Date"] = "Fri, 20 Nov 2026 10:00:00 +0100"
    mail.set_content("Voir la page jointe.")
    mail.add_attachment(packed.getvalue(), maintype="application", subtype="zip", filename="papiers.zip")
    assert words.said("fr")("verifier.verdict.unrelated") in text(give(files_page.browser(), mail.as_bytes()))


def test_a_file_is_bounded_while_it_comes(files_page: Served) -> None:
    """X-20: more than it says, or more than there may be, is not read to its end; nothing of it stays in the room."""
    browser = files_page.browser()
    assert give(browser, b"a" * (FILE_BYTES + 200_000)).status_code == 413
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while sent < 100 * FILE_BYTES:
            sent += 64 * 1024
            yield b"a" * 64 * 1024

    kind = {"Content-Type": "multipart/form-data; boundary=x", "Origin": browser.served.origin}
    with contextlib.suppress(httpx.TransportError):  # the answer may come before all is written
        assert browser.http.post("/verifier", content=endless(), headers=kind).status_code == 413
    assert sent < 20 * FILE_BYTES
    assert files_page.site.judging.taken == 0


def test_a_file_needs_our_form_and_its_pace(open_page: Served) -> None:
    """W-04, W-33."""
    open_page.clock.passes(hours=1)
    browser = open_page.browser()
    mail = seeded.message("103")
    assert give(browser, mail, Origin="https://evil.example").status_code == 403
    form: dict[str, tuple[str | None, bytes | str]] = {"csrf": (None, "0" * 64), "file": ("a.eml", mail)}
    assert browser.http.post("/verifier", files=form, headers={"Origin": browser.served.origin}).status_code == 403
    assert [give(browser, mail).status_code for _ in range(3)] == [200, 200, 429]


def test_a_page_without_such_a_form_takes_none(open_page: Served) -> None:
    browser = open_page.browser()
    form = {"csrf": (None, browser.token("/sign-in")), "language": (None, "en")}
    assert browser.http.post("/language", files=form, headers={"Origin": browser.served.origin}).status_code == 415


KIND = "multipart/form-data; boundary=AaB03x"


@given(st.dictionaries(st.text("ab;= é\\"), st.binary(), max_size=5))
@settings(max_examples=often(50, 5_000))
def test_what_a_browser_writes_is_read(sent: dict[str, bytes]) -> None:
    body = b"".join(
        b'--AaB03x\r\nContent-Disposition: form-data; name="' + name.encode() + b'"\r\n\r\n' + value + b"\r\n"
        for name, value in sent.items()
        if b"AaB03x" not in value
    )
    found = upload.parts(body + b"--AaB03x--\r\n", KIND)
    assert {name: part.body for name, part in found.items()} == {
        name: value for name, value in sent.items() if b"AaB03x" not in value
    }


@given(st.one_of(st.binary(), st.lists(st.sampled_from(PIECES)).map(b"".join)))
@settings(max_examples=often(100, 20_000))
def test_any_bytes_are_a_form_or_are_refused(body: bytes) -> None:
    with contextlib.suppress(RefusedError):
        assert all(isinstance(part, upload.Part) for part in upload.parts(body, KIND).values())


def test_another_site_cannot_ask_for_its_visitor(open_page: Served) -> None:
    browser = open_page.browser()
    form = {"csrf": browser.token("/verifier"), "text": SMS}
    assert (
        browser.send("/verifier", form, Origin="https://evil.example", Sec_Fetch_Site="cross-site").status_code == 403
    )


@pytest.mark.parametrize(
    ("pasted", "is_mail"),
    [
        ("Received: from a\r\n by b\r\nFrom: x@example.org\r\nSubject: y\r\n\r\nBonjour", True),
        ("X-Mozilla-Status: 0001\nX-Mozilla-Status2: 0\nFrom: x@example.org\n\nBonjour", True),
        (SMS, False),
        ("Objet: x\nRéf: y\nDate: z\n\nMadame, Monsieur", False),
        ("Date: lundi\nLieu: Paris\nHeure: midi\n\nFrom: x", False),
        ("", False),
    ],
)
def test_the_source_of_a_mail_is_told_from_a_text(pasted: str, is_mail: bool) -> None:
    assert is_message(pasted) is is_mail


def test_the_ledger_stays_as_it_is(open_page: Served, tmp_path: Path) -> None:
    assert list(open_page.ledger.records()) == []
    assert open_page.ledger.handed_in.count() == 0
    assert list(tmp_path.iterdir()) == []

"""The samples themselves: listed, distinct, invented, and signed as their index says. Knows nothing of Vigie."""

from __future__ import annotations

import email
import email.message
import email.policy
import json
import re
import tomllib
from email.utils import parsedate_to_datetime
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from tests.samples import sign

GOLDEN = sorted(path for path in (Path(__file__).parent / "samples").glob("[0-9][0-9][0-9]-*") if path.is_dir())
DEMO = sign.DEMO
MAILS: list[dict[str, Any]] = tomllib.loads((DEMO / "mails.toml").read_text(encoding="utf-8"))["mail"]
VERDICTS = {"impersonation", "suspicious", "undecided", "genuine", "unrelated"}

AT_LEAST = {"genuine": 6, "false": 20, "trap": 20, "ordinary": 10, "hostile": 5}
# Facts of the brand and of its neighbours; everybody else is invented and lives below .example (RFC 2606).
REAL = (
    "ameli.fr", "monespacesante.fr", "msa.fr", "ramq.gouv.qc.ca", "cybermalveillance.gouv.fr", "franceconnect.gouv.fr", "impots.gouv.fr",
    "dgfip.finances.gouv.fr", "caf.fr", "antai.gouv.fr", "notif-colissimo-laposte.info", "laposte.net", "urssaf.fr", "francetravail.fr",
)  # fmt: skip
# Services whose addresses are a format of their own; what stands behind them is invented.
SERVICES = ("safelinks.protection.outlook.com", "mimecast.com", "google.com", "is.gd", "mjt.lu", "0xC0000207")
XML_NAMES = ("www.w3.org", "schemas.microsoft.com", "schema.org")
# Arcep decision 2018-0881, section 2.5.12: numbers that belong to nobody, for works of fiction.
FICTITIOUS = ("019900", "026191", "035301", "046571", "053649", "063998")
HOST = re.compile(r"(?:https?://(?:[^\s/\"'<>]*@)?|@)((?:[\w-]+\.)+[a-z]{2,})\b", re.IGNORECASE)
PHONE = re.compile(r"(?<![\w/=-])0[1-9](?:[ .]?\d\d){4}(?![\w-])")


def every_file() -> list[Path]:
    return [DEMO / item["file"] for item in MAILS] + [folder / "message.eml" for folder in GOLDEN]


def name_of(path: Path) -> str:
    return path.parent.name if path.name == "message.eml" else path.stem


@cache
def text_of(path: Path) -> str:
    """Every text part, decoded as Python's own parser does it."""
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.compat32)
    texts = []
    for part in message.walk():
        if part.get_content_maintype() == "text":
            payload = part.get_payload(decode=True)
            charset = part.get_content_charset() or "utf-8"
            texts.append((payload if isinstance(payload, bytes) else b"").decode(charset, "replace"))
    return "\n".join(texts)


def shingles(path: Path) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", re.sub(r"<[^>]*>|https?://\S+|\{[^}]*\}", " ", text_of(path)).lower())
    return {tuple(words[at : at + 4]) for at in range(len(words) - 3)}


def test_the_index_and_the_folder_agree():
    listed = [item["file"] for item in MAILS]
    assert sorted(listed) == sorted(path.name for path in DEMO.glob("*.eml"))
    assert len(set(listed)) == len(listed) >= 60
    for item in MAILS:
        assert set(item) == {"file", "group", "theme", "expect", "arrives", "dkim", "why"}, item
        assert set(item["expect"]) <= VERDICTS
        assert item["expect"]
        assert item["arrives"] == "start" or 0 < item["arrives"] <= 90, item


@pytest.mark.parametrize("group", AT_LEAST)
def test_there_are_enough_of_each_group(group):
    assert sum(item["group"] == group for item in MAILS) >= AT_LEAST[group]
    assert {item["group"] for item in MAILS} == set(AT_LEAST)


def test_some_mails_arrive_while_you_watch():
    assert 12 <= sum(item["arrives"] != "start" for item in MAILS) <= 25


@pytest.mark.parametrize("folder", GOLDEN, ids=lambda folder: folder.name)
def test_a_golden_case_is_complete(folder):
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    assert set(expected["verdict"]) <= VERDICTS
    assert expected["verdict"]
    assert {path.name for path in folder.iterdir()} == {"message.eml", "dns.toml", "expected.json", "README"}
    assert len((folder / "README").read_text(encoding="utf-8").split()) >= 8


def test_every_row_of_the_decision_table_has_a_case():
    rows: set[int] = set()
    for folder in GOLDEN:
        rows |= set(json.loads((folder / "expected.json").read_text(encoding="utf-8"))["decided_by"] or ())
    assert rows >= set(range(1, 10))


@pytest.mark.parametrize("path", every_file(), ids=name_of)
def test_dkimpy_alone_sees_the_signatures_that_are_promised(path):
    assert sign.verdicts(path.read_bytes(), sign.zone_of(path)) == sign.expected_dkim(path)


@pytest.mark.parametrize("path", every_file(), ids=name_of)
def test_signing_again_changes_no_byte(path):
    raw, zone = path.read_bytes(), sign.zone_of(path)
    if set(sign.expected_dkim(path) or ()) <= {"pass", "temperror"}:
        assert sign.again(raw, zone["txt"]) == raw


@pytest.mark.parametrize("path", every_file(), ids=name_of)
def test_people_hosts_and_numbers_are_invented(path):
    text = sign.head(path.read_bytes()).decode("utf-8", "replace") + text_of(path)
    for host in HOST.findall(text):
        known = any(host == real or host.endswith("." + real) for real in (*REAL, *SERVICES))
        assert known or host.lower().endswith(".example") or host in XML_NAMES, host
    for number in PHONE.findall(text):
        assert re.sub(r"\D", "", number).startswith(FICTITIOUS), number


def test_the_zones_publish_no_private_key():
    for path in [DEMO / "zone.toml", *(folder / "dns.toml" for folder in GOLDEN)]:
        content = path.read_text(encoding="utf-8")
        assert "PRIVATE" not in content
        assert sign.ED25519.read_text().strip() not in content


def test_no_two_mails_are_alike_but_for_names():
    """Four-word shingles: less than a third in common, the longer text as the measure."""
    plain = [(item["file"], shingles(DEMO / item["file"])) for item in MAILS]
    for (first, ours), (second, theirs) in combinations(plain, 2):
        shared = len(ours & theirs) / max(len(ours), len(theirs), 20)
        assert shared < 0.34, (first, second, round(shared, 2))


def test_dates_are_fixed_and_plausible():
    for item in MAILS:
        if item["group"] == "hostile":
            continue
        message = email.message_from_bytes((DEMO / item["file"]).read_bytes())
        assert (2026, 10) <= parsedate_to_datetime(message["Date"]).timetuple()[:2] <= (2026, 11), item["file"]


def test_the_demo_shows_the_mime_of_real_mailers():
    seen: set[str] = set()
    for item in MAILS:
        message = email.message_from_bytes((DEMO / item["file"]).read_bytes())
        for part in message.walk():
            seen.add(part.get_content_type())
            seen.add(str(part.get("Content-Transfer-Encoding", "")).lower())
            seen.add(str(part.get_content_charset()))
    assert seen >= {
        "multipart/alternative", "multipart/mixed", "multipart/related", "multipart/report", "message/rfc822",
        "text/calendar", "application/pdf", "image/png", "quoted-printable", "base64", "8bit", "iso-8859-1", "utf-8",
    }  # fmt: skip


@pytest.mark.parametrize("path", every_file(), ids=name_of)
def test_line_ends_are_those_of_internet_mail(path):
    raw = path.read_bytes()
    assert not re.search(rb"(?<!\r)\n", raw) or path.stem == "097-bruit"
    assert not re.search(rb"\r(?!\n)", raw) or path.stem in {"097-bruit", "096-retour-chariot"}


@pytest.mark.parametrize("item", [item for item in MAILS if item["group"] != "hostile"], ids=lambda item: item["file"])
def test_only_hostile_mail_is_malformed(item):
    message = email.message_from_bytes((DEMO / item["file"]).read_bytes())
    for part in message.walk():
        assert not part.defects
        if not part.is_multipart():
            payload = part.get_payload(decode=True)
            assert isinstance(payload, bytes)
            if part.get_content_maintype() == "text":
                payload.decode(part.get_content_charset() or "utf-8")
    for name in ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"):
        assert len(message.get_all(name, [])) == 1, name

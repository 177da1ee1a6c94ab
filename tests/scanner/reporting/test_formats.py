"""ARF, XARF 4, MISP events and STIX 2.1 bundles: every rule of the published formats that a report of ours can break, one by one."""

from __future__ import annotations

import base64
import email
import hashlib
import json
import re
import subprocess
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from email import policy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ledger.made import NOON
from tests.scanner.reporting.frauds import RAW, fraud
from tests.scanner.reporting.test_channels import every
from tests.scanner.reporting.test_redaction import IBAN, NIR, bare, locals_, tokens, words
from vigie.auth_checks.settings import DnsSettings, TrustSettings
from vigie.judge.examine import Examiner
from vigie.judge.export import case_object
from vigie.judge.settings import JudgeSettings
from vigie.ledger.report_types import FetchedFraud
from vigie.scanner.channels import NotTakenError
from vigie.scanner.reporting.evidence import evidence
from vigie.scanner.reporting.known import CHANNELS
from vigie.scanner.reporting.letters import Envelope, arf, redacted_header
from vigie.scanner.reporting.pages import Page, pages
from vigie.scanner.reporting.settings import ChannelSettings, ReportServerSettings
from vigie.scanner.reporting.stix import stix

SERVER = ReportServerSettings(host="127.0.0.1", sender="vigie@example.org", tls="none")
URI = re.compile(r"https?://[A-Za-z0-9._\-\[\]:]+/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9A-F]{2})*")
"""RFC 3986, appendix A, of http with an authority and without a fragment."""
V4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}")
LINKS = ("https://ameli.example.net/carte?m=1", "http://xn--caf-dma.example:8080/ab", "https://192.0.2.9/x")


def known(one: FetchedFraud, **authentication: object) -> FetchedFraud:
    """The same with an authentication of its own in the case."""
    told = json.loads(one.record.case_json) | {"authentication": authentication}
    return replace(one, record=replace(one.record, case_json=json.dumps(told)))


def of(one: FetchedFraud, sender: str) -> FetchedFraud:
    return replace(one, record=replace(one.record, sender=sender))


def written(name: str, one: FetchedFraud, **more: object) -> bytes:
    """What that channel would send."""
    chosen = every().of(name)
    assert chosen is not None
    return CHANNELS[name].write(one, chosen.model_copy(update=more), SERVER).body


def sections(raw: bytes) -> tuple[Mapping[str, str], list[tuple[list[str], bytes]]]:
    """A multipart mail read octet by octet, without any library: header, and each part's header lines and body (RFC 2046 section 5.1.1)."""
    assert re.search(rb"(?<!\r)\n|\r(?!\n)", raw) is None, "line ends are CRLF (RFC 5322 section 2.3)"
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    head, _, body = raw.partition(b"\r\n\r\n")
    lines = head.decode("ascii").split("\r\n")
    assert not any(line.startswith((" ", "\t")) for line in lines)
    header = dict(line.split(": ", 1) for line in lines)
    assert len(header) == len(lines), "no field stands there twice"
    found = re.search(r'boundary="([^"]{1,70})"', header["Content-Type"])
    assert found is not None
    first, *inner, last = body.split(f"--{found[1]}".encode())
    assert (first, last) == (b"", b"--\r\n")
    parts = []
    for part in inner:
        assert part.startswith(b"\r\n")
        assert part.endswith(b"\r\n")
        lines_of, _, content = part[2:].partition(b"\r\n\r\n")
        parts.append((lines_of.decode("ascii").split("\r\n"), content[:-2]))
    return header, parts


def feedback(raw: bytes) -> list[tuple[str, str]]:
    """The fields of the second part, in order (RFC 5965 section 3)."""
    _, (_, (head, body), _) = sections(raw)
    assert head[0] == "Content-Type: message/feedback-report"
    return [tuple(line.split(": ", 1)) for line in body.decode("ascii").rstrip("\r\n").split("\r\n")]  # type: ignore[misc]  # two each


def report(one: FetchedFraud, *, whole: bool = False) -> bytes:
    return arf(
        one, evidence(one), Envelope("vigie@example.org", ("abuse@hoster.example",), "Abuse report"), whole=whole
    )


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("raw", [RAW, RAW.replace(b"\r\n", b"\n"), "Subject: é\r\n\r\né\r\n".encode(), b""])
def test_arf_by_the_letter_of_rfc_5965(raw: bytes, *, whole: bool) -> None:
    one = known(fraud(raw, LINKS), client_ip="192.0.2.7")
    made = report(one, whole=whole)
    header, ((words_head, _), _, (head, body)) = sections(made)
    kind = r'multipart/report; report-type=feedback-report; boundary="[0-9a-z-]+"'
    assert re.fullmatch(kind, header["Content-Type"]), "section 2(a)"
    assert header["MIME-Version"] == "1.0"
    assert words_head[0] == "Content-Type: text/plain; charset=utf-8", "section 2(b)"
    fields = feedback(made)
    assert [name for name, _ in fields][:3] == ["Feedback-Type", "User-Agent", "Version"], "section 3.1"
    told = dict(fields)
    assert (told["Feedback-Type"], told["Version"]) == ("fraud", "1")
    assert re.fullmatch(r"Vigie/[0-9.]+", told["User-Agent"])
    for once in ("Arrival-Date", "Source-IP", "Version", "Feedback-Type", "User-Agent"):
        assert [name for name, _ in fields].count(once) == 1, "section 3.2"
    assert told["Source-IP"] == "192.0.2.7"
    assert email.utils.parsedate_to_datetime(told["Arrival-Date"]).tzinfo is not None
    assert [value for name, value in fields if name == "Reported-Domain"] == ["example.net"]
    uris = [value for name, value in fields if name == "Reported-URI"]
    assert len(uris) == 3
    assert all(URI.fullmatch(uri) for uri in uris)
    if whole:
        assert head[0] == "Content-Type: message/rfc822", "section 2(d)"
        assert body == raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        assert f"Content-Transfer-Encoding: {'7bit' if raw.isascii() else '8bit'}" in head
    else:
        assert head[0] == "Content-Type: text/rfc822-headers; charset=utf-8"
        assert b"marie" not in body


@pytest.mark.parametrize("whole", [False, True])
def test_rspamd_reads_the_report_as_it_is_meant(tmp_path: Path, *, whole: bool) -> None:
    (tmp_path / "arf.eml").write_bytes(report(known(fraud(), client_ip="2001:db8::7"), whole=whole))
    (tmp_path / "suffixes").write_text("example\nnet\n")
    (tmp_path / "rspamd.conf").write_text(
        f'options {{ filters = ""; tempdir = "{tmp_path}"; hs_cache_dir = "{tmp_path}"; url_tld = "{tmp_path}/suffixes";'
        ' disable_hyperscan = true; }\nlogging { type = "console"; level = "error"; }\n'
    )
    asked = [
        "rspamadm",
        "mime",
        "-c",
        f"{tmp_path}/rspamd.conf",
        "dump",
        "-j",
        "-o",
        str(tmp_path),
        f"{tmp_path}/arf.eml",
    ]
    done = subprocess.run(asked, capture_output=True, check=False, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    parts = json.loads((tmp_path / "arf.json").read_text())["parts"]
    kinds = [part["type"] for part in parts]
    assert kinds[:3] == ["multipart/report", "text/plain", "message/feedback-report"]
    assert ("message/rfc822" if whole else "text/rfc822-headers") in kinds
    fields = {field["name"]: field["value"] for field in parts[3]["headers"]}
    assert (fields["Feedback-Type"], fields["Version"]) == ("fraud", "1")
    assert (fields["Source-IP"], fields["Reported-Domain"]) == ("2001:db8::7", "example.net")
    assert fields["Reported-URI"] == "https://ameli.example.net/carte" + ("?m=1" if whole else "")


@pytest.mark.parametrize(
    ("border", "told"), [(("mx.example.org",), ["192.0.2.7"]), ((), []), (("mx.other.example",), [])]
)
def test_the_source_is_the_client_that_our_border_saw(tmp_path: Path, border: tuple[str, ...], told: list[str]) -> None:
    (tmp_path / "zone.toml").write_text("[txt]\n")
    forged = b"Received: from x (x [198.51.100.9]) by mx.example.org with ESMTP; Sun, 22 Nov 2026 11:00:00 +0000\r\n"
    raw = RAW.replace(b"From: ameli", forged + b"From: ameli")
    dns, trust = DnsSettings(zone_file=tmp_path / "zone.toml"), TrustSettings(border_hosts=border)
    judged = case_object(Examiner(JudgeSettings(dns=dns, trust=trust)).examine(raw, now=NOON))
    fields = feedback(report(known(fraud(raw), **judged["authentication"])))
    assert [value for name, value in fields if name == "Source-IP"] == told


@pytest.mark.parametrize("ip", [None, "", "not an address", "192.0.2.7\r\nFeedback-Type: not-spam", 7.5])
def test_a_source_that_nobody_saw_is_not_told(ip: object) -> None:
    assert not [value for name, value in feedback(report(known(fraud(), client_ip=ip))) if name == "Source-IP"]


@pytest.mark.parametrize(
    ("sender", "told"),
    [("?ameli.fr", ""), ("?info.ameli.fr", ""), ("?assurance-maladie.fr", ""), ("?ameli-carte.example", "ameli-carte.example"),
     ("mailer.example", "mailer.example"), ("", "")],
)  # fmt: skip
def test_who_was_imitated_is_not_reported(sender: str, told: str) -> None:
    fields = dict(feedback(report(of(fraud(), sender))))
    assert fields.get("Reported-Domain", "") == told
    assert not told or told in stix_of(of(fraud(), sender))
    assert evidence(of(fraud(brand="pack-of-the-admins-own"), "?own.example")).reported_domain == ""


def stix_of(one: FetchedFraud) -> str:
    told = evidence(one)
    return stix(one, told, pages(one, told, whole=False)).decode()


# -- XARF ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("redact", [True, False])
def test_xarf_by_its_schema(*, redact: bool) -> None:
    one = fraud(links=LINKS)
    made = written("abuse-mail", one, format="xarf", redact=redact)
    header, ((head, _), (second, _), (third, body)) = sections(made)
    assert header["Content-Type"].startswith("multipart/report; report-type=feedback-report; ")
    assert (head[0], second[0]) == ("Content-Type: text/plain; charset=utf-8", "Content-Type: message/feedback-report")
    assert feedback(made)[0] == ("Feedback-Type", "xarf")
    assert [name for name, _ in feedback(made)] == ["Feedback-Type", "User-Agent", "Version"]
    assert third == [
        'Content-Type: application/json; name="xarf.json"',
        "Content-Transfer-Encoding: base64",
        'Content-Disposition: attachment; filename="xarf.json"',
    ]
    document = json.loads(base64.b64decode(body))
    assert_xarf(document)
    assert document["url"] == ("https://ameli.example.net/carte" if redact else LINKS[0])
    assert (document["source_identifier"], document["domain"]) == ("ameli.example.net", "ameli.example.net")
    (shown,) = document["evidence"]
    assert (base64.b64decode(shown["payload"], validate=True) == RAW) is not redact


def assert_xarf(document: Mapping[str, Any]) -> None:
    """xarf-core.json, content-base.json and content-phishing.json of the XARF 4 specification, for the properties that we write."""
    must = {
        "xarf_version",
        "report_id",
        "timestamp",
        "reporter",
        "sender",
        "source_identifier",
        "category",
        "type",
        "url",
    }
    may = {"evidence_source", "verification_method", "description", "evidence", "domain", "target_brand"}
    assert must <= set(document) <= must | may
    assert re.fullmatch(r"4\.[0-9]+\.[0-9]+", document["xarf_version"])
    assert V4.fullmatch(document["report_id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", document["timestamp"])
    for who in (document["reporter"], document["sender"]):
        assert who == {"org": "example.org", "contact": "vigie@example.org", "domain": "example.org"}
    assert (document["category"], document["type"]) == ("content", "phishing")
    assert URI.fullmatch(document["url"])
    assert document["verification_method"] in {
        "manual",
        "automated_crawler",
        "user_report",
        "honeypot",
        "threat_intelligence",
    }
    assert len(document["description"]) <= 1000
    assert "domain" not in document or DOMAIN.fullmatch(document["domain"])
    for item in document["evidence"]:
        assert set(item) == {"content_type", "description", "payload", "hash", "size"}
        data = base64.b64decode(item["payload"], validate=True)
        assert item["size"] == len(data) <= 5 * 1024 * 1024
        assert item["hash"] == f"sha256:{hashlib.sha256(data).hexdigest()}"
        assert len(item["description"]) <= 500


def test_xarf_of_an_address_and_of_many_pages() -> None:
    many = [f"https://{number}.example/{'x' * 90}/{number}" for number in range(40)]
    document = xarf_of(written("abuse-mail", fraud(links=["https://192.0.2.9/x", *many]), format="xarf"))
    assert_xarf(document)
    assert document["source_identifier"] == "192.0.2.9"
    assert "domain" not in document


def xarf_of(mail: bytes) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(base64.b64decode(sections(mail)[1][2][1]))
    return found


def test_a_message_too_large_for_xarf_goes_without_its_body() -> None:
    raw = RAW + b"x\r\n" * 2_000_000
    document = xarf_of(written("abuse-mail", fraud(raw), format="xarf", redact=False))
    assert_xarf(document)


def test_xarf_without_a_page_is_arf() -> None:
    assert dict(feedback(written("abuse-mail", fraud(links=()), format="xarf")))["Feedback-Type"] == "fraud"


# -- MISP ----------------------------------------------------------------------------------------------------------------

CATEGORIES = {
    "url": {"Payload delivery", "External analysis", "Network activity"},
    "hostname": {"Payload delivery", "Network activity", "External analysis"},
    "domain": {"Payload delivery", "Network activity", "External analysis"},
    "ip-src": {"Payload delivery", "Network activity", "External analysis"},
    "email-subject": {"Payload delivery"},
    "sha256": {"Payload delivery", "Artifacts dropped", "Payload installation", "External analysis"},
}
"""Which category takes which type (describeTypes.json of MISP)."""


@pytest.mark.parametrize("name", ["misp", "folder"])
def test_a_misp_event_by_its_format(name: str) -> None:
    one = known(fraud(links=LINKS), client_ip="192.0.2.7")
    document = json.loads(written(name, one, **({"format": "misp"} if name == "folder" else {})))
    assert set(document) == {"Event"}
    event = document["Event"]
    assert V4.fullmatch(event["uuid"])
    assert datetime.fromisoformat(event["date"])
    assert re.fullmatch(r"\d{10}", event["timestamp"])
    assert (event["distribution"], event["published"]) == ("0", False), "people decide what is shared further"
    assert event["threat_level_id"] in set("1234")
    assert event["analysis"] in set("012")
    assert [tag["name"] for tag in event["Tag"]] == ['rsit:fraud="phishing"', "tlp:amber"]
    attributes = event["Attribute"]
    assert len({one["uuid"] for one in attributes}) == len(attributes)
    for attribute in attributes:
        assert V4.fullmatch(attribute["uuid"])
        assert attribute["category"] in CATEGORIES[attribute["type"]]
        assert attribute["value"]
        assert attribute["to_ids"] is (attribute["type"] == "url"), "no machine blocks a shared host by itself"
        assert attribute["type"] != "url" or URI.fullmatch(attribute["value"])
        assert attribute["type"] != "sha256" or re.fullmatch(r"[0-9a-f]{64}", attribute["value"])
    values = {(attribute["type"], attribute["value"]) for attribute in attributes}
    assert values >= {("hostname", "ameli.example.net"), ("ip-src", "192.0.2.7"), ("domain", "example.net")}
    assert ("hostname", "192.0.2.9") not in values


# -- STIX ----------------------------------------------------------------------------------------------------------------

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
IDENTIFIER = re.compile(
    rf"([a-z0-9-]+)--({V4.pattern}|[0-9a-f]{{8}}-[0-9a-f]{{4}}-5[0-9a-f]{{3}}-[89ab][0-9a-f]{{3}}-[0-9a-f]{{12}})"
)
REQUIRED = {
    "identity": {"name"},
    "report": {"name", "published", "object_refs"},
    "indicator": {"pattern", "pattern_type", "valid_from"},
    "file": {"hashes", "name"},
    "domain-name": {"value"},
    "ipv4-addr": {"value"},
    "ipv6-addr": {"value"},
}
"""STIX 2.1, sections 4 and 6."""


def literals(pattern: str) -> Iterator[str]:
    """The values of `[url:value = '...']`, read by the grammar of section 9.3."""
    found = re.fullmatch(r"\[url:value = '((?:[^'\\]|\\['\\])*)'\]", pattern)
    assert found is not None, pattern
    yield re.sub(r"\\(.)", r"\1", found[1])


@pytest.mark.parametrize("ip", ["192.0.2.7", "2001:db8::7"])
def test_a_stix_bundle_by_its_standard(ip: str) -> None:
    bundle = json.loads(written("folder", known(fraud(links=LINKS), client_ip=ip), format="stix"))
    assert set(bundle) == {"type", "id", "objects"}, "section 8"
    assert bundle["type"] == "bundle"
    objects: Sequence[Mapping[str, Any]] = bundle["objects"]
    names = [one["id"] for one in objects]
    assert len(set(names)) == len(names)
    for one in objects:
        found = IDENTIFIER.fullmatch(one["id"])
        assert found is not None, "section 2.9"
        assert found[1] == one["type"]
        assert one["spec_version"] == "2.1"
        assert REQUIRED[one["type"]] <= set(one)
        if one["type"] in {"identity", "report", "indicator"}:
            assert INSTANT.fullmatch(one["created"])
            assert INSTANT.fullmatch(one["modified"])
            assert one["created"] <= one["modified"]
            assert uuid.UUID(found[2]).version == 4
        else:
            assert uuid.UUID(found[2]).version == 5, "whoever sees the same names it the same"
        assert one.get("created_by_ref", names[0]) in names
    (shown,) = [one for one in objects if one["type"] == "report"]
    assert shown["object_refs"], "section 4.16"
    assert set(shown["object_refs"]) <= set(names)
    patterns = [one["pattern"] for one in objects if one["type"] == "indicator"]
    urls = [url for pattern in patterns for url in literals(pattern)]
    assert urls == ["https://ameli.example.net/carte", "http://xn--caf-dma.example:8080/ab", "https://192.0.2.9/x"]


@settings(max_examples=30)
@given(st.text(st.characters(codec="ascii", exclude_categories=["C"]), max_size=20))
def test_no_page_breaks_out_of_its_pattern(path: str) -> None:
    url = f"https://a.example/{path}"
    bundle = json.loads(stix(fraud(), evidence(fraud()), [Page(url, "a.example")]))
    (pattern,) = [one["pattern"] for one in bundle["objects"] if one["type"] == "indicator"]
    assert list(literals(pattern)) == [url]


def test_an_observable_is_named_as_the_standard_computes_it() -> None:
    bundle = json.loads(stix_of(fraud()))
    (domain,) = [one for one in bundle["objects"] if one["type"] == "domain-name"]
    name = uuid.uuid5(uuid.UUID("00abedb4-aa42-466c-9c01-fed23315a9b7"), '{"value":"example.net"}')
    assert domain["id"] == f"domain-name--{name}"


# -- APWG, and the recipient in all of them --------------------------------------------------------------------------------


@pytest.mark.parametrize("redact", [True, False])
def test_apwg_gets_a_message_attached(*, redact: bool) -> None:
    header, ((head, body), (attached, inner)) = sections(written("apwg", fraud(), redact=redact))
    assert header["To"] == "reportphishing@apwg.org"
    assert head[0] == "Content-Type: text/plain; charset=utf-8"
    assert b"It leads to: https://ameli.example.net/carte" in body
    assert attached[0] == "Content-Type: message/rfc822"
    assert (inner == RAW) is not redact
    assert b"\r\nFrom: ameli <contact@example.net>\r\n" in b"\r\n" + inner


def decoded(body: bytes) -> str:
    """All that somebody can read in it: mails part by part, and what JSON or a mail holds in Base64."""
    if body.lstrip().startswith((b"{", b"[")):
        told = json.dumps(json.loads(body), ensure_ascii=False)
        inner = re.findall(r'"payload": "([^"]*)"', told)
        outer = re.sub(r'"payload": "[^"]*"', "", told)
        return "\n".join((outer, *(decoded(base64.b64decode(payload)) for payload in inner)))
    mail = email.message_from_bytes(body, policy=policy.compat32)
    found = [str(value) for value in mail.values()]
    for part in mail.walk():
        found += [f"{name}: {value}" for name, value in part.items()]
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes):
            found.append(decoded(payload) if payload.startswith(b"{") else payload.decode("utf-8", "replace"))
    return "\n".join(found)


def variants() -> Iterator[tuple[str, ChannelSettings]]:
    """Each channel that promises redaction, in each of its formats."""
    chosen = every()
    for name in CHANNELS:
        mine = chosen.of(name)
        assert mine is not None
        formats = {"folder": ("eml", "misp", "stix"), "abuse-mail": ("arf", "xarf")}.get(name, ("",))
        for kind in formats:
            yield name, mine.model_copy(update={"format": kind}) if kind else mine


@cache
def everything(raw: bytes, links: tuple[str, ...]) -> str:
    """Without hashes of what is sent, in which any four letters from a to f may stand by chance."""
    found = []
    for name, chosen in variants():
        try:
            draft = CHANNELS[name].write(fraud(raw, links), chosen, SERVER)
        except NotTakenError:
            continue
        if draft.redacted:
            found.append(decoded(draft.body))
    assert len(found) >= 8
    return bare(re.sub(r"(?:vigie-|sha256:)[0-9a-f]{40,64}", "", "\n".join(found)))


def letter(address: str, name: str, token: str) -> tuple[bytes, tuple[str, ...]]:
    raw = (
        f"Delivered-To: {address}\r\nFrom: ameli <contact@example.net>\r\nTo: {name} <{address}>\r\n"
        f"Received: from [192.0.2.7] by mx.example.org id {token} for {address}; Sun, 22 Nov 2026 11:59:57 +0000\r\n"
        f"Subject: Bonjour {name}, {address} {token} {NIR} {IBAN}\r\nMessage-ID: <{token}@mailer.example.net>\r\n\r\n{name}\r\n"
    ).encode()
    coded = base64.urlsafe_b64encode(address.encode()).decode()
    return raw, (f"https://evil.example/{token}/c?u={address}", f"https://evil.example/s/{coded}?{token}#{name}")


@settings(max_examples=20)
@given(words, words, locals_, tokens)
def test_no_channel_tells_what_it_promises_to_leave_out(first: str, last: str, local: str, token: str) -> None:
    address = f"{local}@exemple-mairie.example"
    told = everything(*letter(address, f"{first.capitalize()} {last.capitalize()}", token))
    usual = everything(*letter("accueil@exemple-mairie.example", "", "0a" * 8))
    for secret in (address, local, first, last, token, NIR, IBAN, base64.urlsafe_b64encode(address.encode()).decode()):
        assert bare(secret) not in told or bare(secret) in usual


@settings(max_examples=50)
@given(st.lists(st.text(max_size=60), max_size=3), st.booleans())
def test_a_page_is_an_address_that_a_program_accepts(links: list[str], whole: bool) -> None:
    one = fraud(links=tuple(f"http://{link}" for link in links))
    for page in pages(one, evidence(one), whole=whole):
        assert URI.fullmatch(page.url), page
        assert f"//{page.host}" in page.url


@pytest.mark.parametrize("whole", [True, False])
def test_half_a_character_in_a_link_holds_no_report_up(*, whole: bool) -> None:
    """X-10: what UTF-8 cannot hold came through the JSON of a case; a fault here would keep every other report waiting."""
    one = fraud(links=("http://evil.example/\ud800?a=\udcff",))
    assert [page.host for page in pages(one, evidence(one), whole=whole)] == ["evil.example"]


@pytest.mark.parametrize(("host", "readable"), [("evil.example", True), ("évil.example", False)])
def test_what_a_person_is_asked_to_send_can_be_read(host: str, *, readable: bool) -> None:
    """`vigie report` shows the bytes: their words stand there as they are wherever any mail server carries that."""
    one = fraud(links=(f"https://{host}/carte",))
    told = evidence(one)
    for mail in (
        redacted_header(one, told),
        arf(one, told, Envelope("v@e.example", ("a@e.example",), "x"), whole=False),
    ):
        assert (f"It leads to: https://{host}/carte".encode() in mail) is readable
        assert f"It leads to: https://{host}/carte" in decoded(mail)

"""Builds the labelled mails of this folder: one .eml file each, their labels, and the zone and settings that judge them.

    python -m tests.corpus.build FOLDER [--split design|kept]

The tables of design/ are for those who mend rules, and the wording is learned from them; those of kept/ are never looked at by them.
kept/received/ holds whole mails as they lie in a mailbox, in the ways of writing of real programs, with labels of their own.
The same input gives the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tomllib
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast

from tests.samples.sign import BRAND, OTHERS, public_record, signature

HERE = Path(__file__).resolve().parent
SPLITS = ("design", "kept")
VERDICTS = frozenset({"genuine", "impersonation", "suspicious", "undecided", "unrelated"})
FIELDS = frozenset(
    "slug accept theme evasions author reply_to to cc subject date list auth text html attachments raw_headers"
    " charset encoding via footer brand".split()
)
"""`brand`: whose a false one is, in the tables of packs/; without it, ameli's."""
WRITTEN = datetime(2026, 11, 20, tzinfo=UTC)
PARIS = timezone(timedelta(hours=1))
BRAND_DOMAIN, BRAND_SELECTOR, BRAND_SERVER = "info.ameli.fr", "demo2026", "203.0.113.25"
RECIPIENTS = {
    "design": (
        "Odile Vasseur-Lantin <odile.vasseur@example.org>",
        "Bastien Corvoisier <b.corvoisier@example.org>",
        "nadia.hamelot@example.org",
        "Yann Le Guidec <yann.leguidec@example.org>",
        "Mireille Tourpin <mireille.tourpin@example.org>",
        "s.bouzarif@example.org",
        "Léonie Pachaud <leonie.pachaud@example.org>",
        "Gérard Munsch <gerard.munsch@example.org>",
    ),
    "kept": (
        "Thibault Ressègue <t.ressegue@example.org>",
        "Clotilde Ancenard <clotilde.ancenard@example.org>",
        "fatou.sarrazin@example.org",
        "Loïc Berthevin <loic.berthevin@example.org>",
        "Paulette Zwingel <paulette.zwingel@example.org>",
        "m.deschaseaux@example.org",
        "Inès Torrecilla <ines.torrecilla@example.org>",
        "Hubert Malvoisin <hubert.malvoisin@example.org>",
    ),
}


def entries(split: str) -> list[dict[str, Any]]:
    """The mails of one split, checked for the fields and labels that they must have."""
    listed = [entry for path in tables(split) for entry in entries_of(path)]
    slugs = [entry["slug"] for entry in listed]
    if len(set(slugs)) < len(slugs):
        raise ValueError(f"{split}: double slug {sorted({slug for slug in slugs if slugs.count(slug) > 1})}")
    return listed


@cache
def entries_of(path: Path) -> list[dict[str, Any]]:
    """The mails of one table, checked in the same way."""
    listed = cast("list[dict[str, Any]]", tomllib.loads(path.read_text(encoding="utf-8"))["mail"])
    for entry in listed:
        strange = set(entry) - FIELDS
        if strange or not _is_labelled(entry):
            raise ValueError(f"{path.name}: {entry['slug']}: unknown field or wrong label {sorted(strange)}")
        if "text" not in entry and "html" not in entry:
            raise ValueError(f"{path.name}: {entry['slug']}: neither text nor html")
    return listed


def _is_labelled(entry: Mapping[str, Any]) -> bool:
    return bool(entry["accept"]) and set(entry["accept"]) <= VERDICTS


def tables(split: str) -> list[Path]:
    """The files of one split; each is by another hand."""
    return sorted((HERE / split).glob("*.toml"))


def received(split: str) -> list[tuple[str, bytes, dict[str, Any]]]:
    """The mails of one split that are written out in full: name, bytes, and what labels.toml says of them."""
    found = []
    for path in sorted((HERE / split / "received").glob("*/labels.toml")):
        for name, told in tomllib.loads(path.read_text(encoding="utf-8")).items():
            if not _is_labelled(told):
                raise ValueError(f"{path}: {name}: wrong label")
            found.append((f"received/{path.parent.name}-{name}", (path.parent / name).read_bytes(), told))
    return found


def draw(slug: str, what: str, size: int) -> int:
    """A number below `size` that depends on the mail and the purpose alone."""
    return int.from_bytes(hashlib.sha256(f"{slug}/{what}".encode()).digest()[:8], "big") % size


def named(value: str) -> tuple[str, str]:
    """Name and address of a From value. A name may be an address itself: "a@b.example <c@d.example>"."""
    name, open_, plain = value.strip().removesuffix(">").rpartition("<")
    return (name.strip().strip('"'), plain.strip()) if open_ else parseaddr(value)


def domain_of(address: str) -> str:
    """The domain of a From value, in its ASCII form."""
    host = named(address)[1].rpartition("@")[2].lower()
    return host.encode("idna").decode() if host else "unknown.example"


def mailbox(value: str) -> Address | str:
    """An address for the email library; the bare string where the library would refuse it."""
    name, plain = named(value)
    user, at, domain = plain.rpartition("@")
    return Address(name, user, domain) if at and domain.isascii() and user.isascii() else value


def server_of(domain: str) -> str:
    """The documentation address from which a domain sends."""
    if domain == BRAND_DOMAIN:
        return BRAND_SERVER
    net = ("192.0.2", "198.51.100", "203.0.113")[draw(domain, "net", 3)]
    return f"{net}.{30 + draw(domain, 'host', 220)}"


def date_of(entry: Mapping[str, Any]) -> datetime:
    """The date of the entry, or one in the first three weeks of November 2026."""
    if "date" in entry:
        given = entry["date"]
        return given if isinstance(given, datetime) else datetime.fromisoformat(given)
    slug = entry["slug"]
    start = datetime(2026, 11, 2, 7, 0, tzinfo=PARIS)
    return start + timedelta(days=draw(slug, "day", 19), seconds=draw(slug, "second", 50_000))


def pdf(lines: list[str], link: str = "") -> bytes:
    """A one-page PDF with these lines and, where given, one clickable rectangle over the page."""
    shown = "".join(f"({line.replace(chr(92), '').replace('(', '[').replace(')', ']')}) Tj T*\n" for line in lines)
    stream = f"BT /F1 11 Tf 14 TL 50 790 Td\n{shown}ET".encode("cp1252", "replace")
    click = f"/Annots [<</Type/Annot/Subtype/Link/Rect[40 60 560 800]/A<</S/URI/URI({link})>>>>]" if link else ""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>"
        + click.encode()
        + b">>",
        b"<</Length %d>>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    tail = b"trailer\n<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(out)
    return out + b"xref\n0 6\n0000000000 65535 f \n" + table + tail


def png(width: int, height: int, colour: str) -> bytes:
    """A plain rectangle: the logos and photographs of these mails."""
    row = b"\0" + bytes.fromhex(colour.lstrip("#")) * width

    def chunk(kind: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\0\0\0"
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(row * height)) + chunk(b"IEND", b"")
    )


def attach(message: EmailMessage, item: Mapping[str, Any]) -> None:
    """One attachment: text, html, mail (an attached message), pdf (lines, with link) or png (width, height, colour)."""
    name = item["name"]
    main, _, sub = item.get("type", "text/plain").partition("/")
    if "mail" in item:
        inner = message_from_bytes(item["mail"].strip().replace("\n", "\r\n").encode(), policy=SMTP)
        message.add_attachment(inner, filename=name)
    elif "pdf" in item:
        message.add_attachment(pdf(item["pdf"], item.get("link", "")), "application", "pdf", filename=name)
    elif "png" in item:
        width, height, colour = item["png"]
        disposition = "inline" if "cid" in item else "attachment"
        cid = f"<{item['cid']}>" if "cid" in item else None
        data = png(width, height, colour)
        message.add_attachment(data, "image", "png", filename=name, disposition=disposition, cid=cid)
    else:
        body = item.get("html", item.get("text", ""))
        if main == "text":
            message.add_attachment(body, subtype=sub, charset="utf-8", filename=name)
        else:
            message.add_attachment(body.encode(), main, sub, filename=name)


def compose(entry: Mapping[str, Any], split: str) -> EmailMessage:
    """The message as its author sent it, without what servers put on top."""
    slug = entry["slug"]
    message = EmailMessage(policy=SMTP)
    message["From"] = mailbox(entry["author"])
    message["To"] = mailbox(entry.get("to") or RECIPIENTS[split][draw(slug, "to", len(RECIPIENTS[split]))])
    for field, key in (("Cc", "cc"), ("Reply-To", "reply_to")):
        if key in entry:
            message[field] = mailbox(entry[key])
    message["Subject"] = entry["subject"]
    moment = date_of(entry)
    message["Date"] = format_datetime(moment)
    token = hashlib.sha256(f"{slug}/id".encode()).hexdigest()[:20]
    message["Message-ID"] = f"<{token}@{domain_of(entry['author'])}>"
    for table in ("raw_headers",) if "via" in entry else ("list", "raw_headers"):
        for name, value in entry.get(table, {}).items():
            message[name] = value
    charset = entry.get("charset", "utf-8")
    chosen = entry.get("encoding") or ("quoted-printable", "base64", "8bit", "quoted-printable")[draw(slug, "cte", 4)]
    cte = cast("Literal['7bit', '8bit', 'quoted-printable', 'base64']", chosen)
    if "text" in entry:
        message.set_content(entry["text"].lstrip("\n"), charset=charset, cte=cte)
    if "html" in entry:
        body = entry["html"].lstrip("\n")
        if "text" in entry:
            message.add_alternative(body, subtype="html", charset=charset, cte=cte)
        else:
            message.set_content(body, subtype="html", charset=charset, cte=cte)
    for item in entry.get("attachments", ()):
        attach(message, item)
    for number, part in enumerate(item for item in message.walk() if item.is_multipart()):
        part.set_boundary(f"=_{hashlib.sha256(f'{slug}/{number}'.encode()).hexdigest()[:24]}")
    if "MIME-Version" in message:  # the library writes it below the content fields
        del message["MIME-Version"]
        message["MIME-Version"] = "1.0"
    return message


def build(entry: Mapping[str, Any], split: str, txt: dict[str, list[str]]) -> bytes:
    """The message as it lies in the mailbox; the answers about its senders are added to the zone."""
    slug, auth = entry["slug"], entry["auth"]
    author = domain_of(entry["author"])
    message = compose(entry, split)
    raw = message.as_bytes(policy=SMTP)
    moment = date_of(entry).astimezone(UTC)
    stamp = int(min(moment, WRITTEN).timestamp())  # a signature of the future would not verify
    envelope, user = author, "bounce"
    if auth == "genuine":
        raw = signature(raw, BRAND_DOMAIN, BRAND_SELECTOR, BRAND, stamp) + raw
    elif auth == "signed" or auth.startswith("signed-by:"):
        signer = author if auth == "signed" else auth.partition(":")[2]
        envelope = signer
        selector = f"s{1 + draw(signer, 'selector', 9)}"
        txt[f"{selector}._domainkey.{signer}"] = [public_record(OTHERS)]
        raw = signature(raw, signer, selector, OTHERS, stamp) + raw
    elif auth not in {"none", "spf"}:
        raise ValueError(f"{slug}: unknown auth {auth!r}")
    recipient = parseaddr(str(message["To"]))[1]
    if not recipient.endswith("@example.org"):  # it came through a list, a forwarder or a hidden copy
        recipient = parseaddr(RECIPIENTS[split][draw(slug, "to", len(RECIPIENTS[split]))])[1]
    hops = ""
    if "via" in entry:  # a list or a forwarder, which may add its footer below what was signed
        envelope, user = entry["via"], "srs0"
        helo, server = _named(author)
        line = f"Received: from {helo} ({helo} [{server}])\n\tby {entry['via']} (Postfix) with ESMTPS id "
        hops = f"{line}{_token(slug, 'hop')};\n\t{format_datetime(moment - timedelta(seconds=4))}\n"
        hops += "".join(f"{name}: {value}\n" for name, value in entry.get("list", {}).items())
        if "footer" in entry:
            raw = raw.rstrip(b"\r\n") + b"\r\n" + entry["footer"].replace("\n", "\r\n").encode()
    helo, server = _named(envelope)
    if auth == "none" and "via" not in entry:
        server = f"203.0.113.{200 + draw(slug, 'stray', 50)}"
        helo = f"vps-{draw(slug, 'vps', 9000)}.hosting.example"
        user = parseaddr(entry["author"])[1].rpartition("@")[0] or "www-data"
    else:
        txt.setdefault(envelope, [f"v=spf1 ip4:{server} -all"])
    if draw(author, "dmarc", 3):
        txt.setdefault(f"_dmarc.{author}", ["v=DMARC1; p=none"])
    top = (
        f"Return-Path: <{user}@{envelope}>\nDelivered-To: {recipient}\n"
        f"Received: from {helo} ({helo} [{server}])\n\tby mx.example.org (Postfix) with ESMTPS id "
        f"{_token(slug, 'border')}\n\tfor <{recipient}>; {format_datetime(moment + timedelta(seconds=3))}\n"
    )
    return (top + hops).replace("\n", "\r\n").encode() + raw


def _named(domain: str) -> tuple[str, str]:
    return f"{('mail', 'smtp', 'out1', 'mta')[draw(domain, 'helo', 4)]}.{domain}", server_of(domain)


def _token(slug: str, what: str) -> str:
    return hashlib.sha256(f"{slug}/{what}".encode()).hexdigest()[:10].upper()


def official_zone() -> dict[str, list[str]]:
    """The answers about the brand's own names, made up as in the samples."""
    return {
        "_dmarc.ameli.fr": ["v=DMARC1; p=reject; sp=reject"],
        f"_dmarc.{BRAND_DOMAIN}": ["v=DMARC1; p=reject; adkim=s"],
        "ameli.fr": ["v=spf1 -all"],
        BRAND_DOMAIN: [f"v=spf1 ip4:{BRAND_SERVER} -all"],
        f"{BRAND_SELECTOR}._domainkey.{BRAND_DOMAIN}": [public_record(BRAND)],
    }


def quoted(text: str) -> str:
    """A TOML basic string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def listed(values: list[str]) -> str:
    """A TOML array of strings."""
    return "[" + ", ".join(quoted(value) for value in values) + "]"


def _label(name: str, told: Mapping[str, Any]) -> str:
    return (
        f"[{quoted(name)}]\naccept = {listed(told['accept'])}\ntheme = {quoted(told['theme'])}\n"
        f"evasions = {listed(told.get('evasions', []))}\n"
    )


def write(folder: Path, splits: tuple[str, ...] = SPLITS) -> int:
    """Fills the folder and tells how many mails it holds now."""
    folder.mkdir(parents=True, exist_ok=True)
    txt, labels, names = official_zone(), [], set()
    for split in splits:
        for entry in entries(split):
            name = f"{split}-{entry['slug']}.eml"
            (folder / name).write_bytes(build(entry, split, txt))
            names.add(name)
            labels.append(_label(name, entry))
        for name, raw, told in received(split):
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(raw)
            names.add(name)
            labels.append(_label(name, told))
    zone = "".join(f"{quoted(name)} = {listed(values)}\n" for name, values in sorted(txt.items()))
    (folder / "zone.toml").write_text("# Made-up answers; the keys are test keys (tests/keys).\n\n[txt]\n" + zone)
    (folder / "labels.toml").write_text("\n".join(labels), encoding="utf-8")
    (folder / "vigie.toml").write_text('[dns]\nzone_file = "zone.toml"\n\n[trust]\nborder_hosts = ["mx.example.org"]\n')
    return len(names)


def main(arguments: list[str]) -> int:
    """Writes the folder named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--split", choices=SPLITS)
    options = parser.parse_args(arguments)
    count = write(options.folder, (options.split,) if options.split else SPLITS)
    print(f"{count} mails in {options.folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

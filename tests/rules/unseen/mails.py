"""Mails of a table as real messages: bytes that the parser reads, plain text where there is no link, else HTML beside it."""

import re
import tomllib
from email.message import EmailMessage
from email.utils import parseaddr
from functools import cache
from html import escape
from pathlib import Path

from tests.rules.building import AMELI, evidence
from vigie.message.parse import parse
from vigie.rules.judgement import judge
from vigie.rules.types import Verdict

FOLDER = Path(__file__).parent
_LINK = re.compile(r"\[([^\]\n]+)\]\((https?://[^)\s]+)\)")


@cache
def table(name: str) -> dict[str, list[dict[str, str]]]:
    """The mails of one table: "false" and "honest"."""
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))


def raw(mail: dict[str, str]) -> bytes:
    made = EmailMessage()
    made["From"] = mail["author"]
    made["To"] = "Camille Petit <camille.petit@boite.example>"
    made["Subject"] = mail["subject"]
    made["Date"] = "Sat, 21 Nov 2026 08:30:00 +0100"
    made["Message-ID"] = "<1@mail.example>"
    text = mail["body"].strip() + "\n"
    made.set_content(_LINK.sub(r"\1 : \2", text))
    if _LINK.search(text):
        lines = "".join(f"<p>{_LINK.sub(_anchor, escape(line, quote=False))}</p>\n" for line in text.splitlines())
        made.add_alternative(f"<html><body>{lines}</body></html>", subtype="html")
    return made.as_bytes()


def _anchor(found: re.Match[str]) -> str:
    return f'<a href="{found[2]}">{found[1]}</a>'


def judged(mail: dict[str, str], *, authenticated: bool) -> Verdict:
    """The verdict, with nothing known of the sender, or with a DMARC pass of his own domain (which frauds have too)."""
    domain = parseaddr(mail["author"])[1].rpartition("@")[2]
    proof = evidence(domain, passes=True) if authenticated else evidence(domain)
    return judge(parse(raw(mail)), proof, (AMELI,))

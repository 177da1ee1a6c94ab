"""`vigie audit`: who did what and when, and whether the log is still whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from vigie.cli import console, moments
from vigie.cli.cases import opened
from vigie.cli.console import json_line, plain
from vigie.cli.language import colon, current, say, when
from vigie.cli.status import Fault, Status
from vigie.ledger.audit import Break, Entry, Head
from vigie.web import words as pages

_HEAD = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})")


def show_list(path: Path | None, *, since: str, account: str, as_json: bool) -> Status:
    """One line an entry, oldest first."""
    begin = moments.since(since) if since else None
    with opened(path) as (_, ledger):
        for entry in ledger.audit_entries(account=account or None, since=begin):
            print(json_line(_object(entry)) if as_json else _line(entry))
    return Status.DONE


def verify(path: Path | None, noted: str) -> Status:
    """Computes every entry again; names each place where the chain does not hold. Gives the exit status."""
    head = _head(noted) if noted else None
    with opened(path) as (_, ledger):
        verified = ledger.audit_verified(head)
    if verified.breaks:
        for found in verified.breaks:
            console.complain(_told(found))
        raise Fault(say("le journal d'audit n'est pas intact", "the audit log is not whole"))
    print(
        say(
            f"{verified.entries} entrées, chaîne intacte. À noter ailleurs : {verified.head}",
            f"{verified.entries} entries, the chain is whole. To be noted elsewhere: {verified.head}",
        )
    )
    return Status.DONE


def _object(entry: Entry) -> dict[str, object]:
    return {
        "number": entry.number,
        "at": entry.at.isoformat(),
        "who": entry.who,
        "what": entry.what,
        "account": entry.account,
        "about": entry.about,
        "detail": entry.detail,
        "hash": entry.hash,
    }


def _line(entry: Entry) -> str:
    return plain("  ".join(_words(entry)))


def _words(entry: Entry) -> Iterator[str]:
    yield f"{entry.number:>6}"
    yield when(entry.at, seconds=True)
    yield entry.who
    yield _kind(entry.what)
    yield from (word for word in (entry.account, entry.about) if word)
    yield from (f"{name}={value}" for name, value in entry.detail.items())


def _kind(what: str) -> str:
    """In the words of the page that shows the same entries; one of another version as it is."""
    told = pages.said(current())
    return told(f"audit.kind.{what}") if told.has(f"audit.kind.{what}") else what


def _head(text: str) -> Head:
    found = _HEAD.fullmatch(text.strip())
    if found is None:
        right = say("attendu : ce que vigie audit verify a affiché", "expected: what vigie audit verify printed")
        raise Fault(f"--head {plain(text)}: {right}", Status.USAGE)
    return Head(int(found[1]), found[2])


def _told(found: Break) -> str:
    where = f"{found.first}" if found.first == found.last else f"{found.first}-{found.last}"
    what = {
        "changed": say("a été modifiée", "was changed"),
        "missing": say("a été retirée", "was removed"),
        "unlinked": say(
            "ne suit pas celle d'avant : l'une des deux a été remplacée ou déplacée",
            "does not follow the one before: one of both was replaced or moved",
        ),
        "surplus": say("a été ajoutée hors de la chaîne", "was added outside the chain"),
        "cut": say(
            "a été retirée du début sans que le journal le dise",
            "was removed from the beginning, and the log does not say so",
        ),
        "head": say("n'est pas, ou plus, celle qui avait été notée", "is not, or no longer, the one that was noted"),
    }[found.code]
    return f"{say('entrée', 'entry')} {where}{colon()} {what}"

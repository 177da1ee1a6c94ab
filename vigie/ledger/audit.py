"""Who did what, and when: an append-only log in which each entry carries the hash of the one before it (threats G10, W-21).

Statements on an open connection; `store.Ledger` is the door. An entry stands in the transaction of what it tells about. It
holds ids, numbers and account names, nothing of a mail: it outlives the records, and what people have had forgotten.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert

from vigie.ledger.columns import instant, instant_text, storable
from vigie.ledger.faults import LedgerError
from vigie.ledger.review_types import Scope
from vigie.ledger.schema import AUDIT, AUDIT_ENDS


class What(StrEnum):
    """What an entry tells about."""

    WANTED = "wanted"
    """An intent became durable: a message is to be tagged, quarantined or released."""
    ENDED = "ended"
    """An intent ended, with its state."""
    DECIDED = "decided"
    """A person released or confirmed a case, or took a decision back."""
    BULK = "bulk"
    """One decision about many cases began, with what and how many; each of them is told by itself."""
    VIEW = "view"
    """A person asked for a message, or was shown it: how (asked, rendered, headers, raw)."""
    UNDO = "undo"
    """Everything that was quarantined since an instant is released."""
    FORGOTTEN = "forgotten"
    EXPIRED = "expired"
    """Retention removed what the ledger remembered."""
    EXPORTED = "exported"
    DIGEST = "digest"
    """A digest was sent: to which person or account (its owner), and of how many messages it told."""
    REQUESTED = "requested"
    """The owner of a mailbox asked for a message that is held, by the link in a digest."""
    REPORT = "report"
    """A fraud for a channel, with each step: asked, looked-at, approved, dropped, and how it ended; or the stop switch was used."""
    MODE = "mode"
    LOGIN = "login"
    SIGN_IN = "sign-in"
    """Somebody signed in to the web pages, or too many wrong passwords were given for a name."""
    PEOPLE = "people"
    """Who may use the web pages was changed: invited, joined, rights, password, disabled, removed."""
    TOKEN = "token"  # noqa: S105 - the kind of an entry
    """A token of the API was made or revoked."""
    HANDED_IN = "handed-in"
    """Somebody handed a message in by a program, with consent that it is kept."""
    CUT = "cut"
    """Retention removed the oldest entries of this log: up to that number, the last of them with that hash."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. `about`: the id of a record, or ""."""

    number: int
    at: datetime
    who: str
    what: str
    account: str
    about: str
    detail: Mapping[str, str | int]
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry: whoever notes it elsewhere can prove later that nothing before it was changed."""

    number: int
    hash: str

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"


@dataclass(frozen=True, slots=True)
class Break:
    """Where the chain does not hold. `code`: changed, missing, unlinked, surplus, cut, head."""

    code: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Verified:
    """What a look at the whole chain came to."""

    entries: int
    head: Head
    breaks: Sequence[Break]


def append(
    connection: Connection,
    what: What,
    *,
    at: datetime,
    who: str,
    account: str = "",
    about: str = "",
    detail: Mapping[str, str | int],
) -> None:
    """Writes the next entry. The caller holds the write lock, so nobody comes between."""
    last = _end(connection, "last")
    row = {
        "number": last.number + 1,
        "at": instant_text(at),
        "who": storable(who),
        "what": what.value,
        "account": storable(account),
        "about": storable(about),
        "detail": storable(json.dumps(detail, ensure_ascii=False, sort_keys=True, separators=(",", ":"))),
        "previous": last.hash,
    }
    sealed = _seal(row)
    connection.execute(insert(AUDIT).values(**row, hash=sealed))
    _move_end(connection, "last", Head(last.number + 1, sealed))


def note(
    connection: Connection,
    what: What,
    *,
    who: str,
    account: str = "",
    about: str = "",
    detail: Mapping[str, str | int],
) -> None:
    """Writes the next entry, at this instant."""
    append(connection, what, at=now(), who=who, account=account, about=about, detail=detail)


def now() -> datetime:
    """The clock of the log."""
    return datetime.now(UTC)


def entries(
    connection: Connection, *, account: str | None, since: datetime | None, after: int, limit: int
) -> Sequence[Entry]:
    """Up to `limit` entries behind number `after`, oldest first."""
    query = select(AUDIT).where(AUDIT.c.number > after).order_by(AUDIT.c.number).limit(limit)
    if account is not None:
        query = query.where(AUDIT.c.account == storable(account))
    if since is not None:
        query = query.where(AUDIT.c.at >= instant_text(since))
    return [_entry(row) for row in connection.execute(query)]


def newest(
    connection: Connection, *, within: Scope, what: What | None, before: int | None, limit: int
) -> Sequence[Entry]:
    """Up to `limit` entries below number `before`, newest first. `within`: those about these accounts alone; None: all."""
    query = select(AUDIT).order_by(AUDIT.c.number.desc()).limit(limit)
    if within is not None:
        query = query.where(AUDIT.c.account.in_(sorted(within)))
    if what is not None:
        query = query.where(AUDIT.c.what == what.value)
    if before is not None:
        query = query.where(AUDIT.c.number < before)
    return [_entry(row) for row in connection.execute(query)]


def verify(connection: Connection, noted: Head | None = None) -> Verified:
    """Every entry is computed again. `noted`: a head that somebody wrote down earlier has to be part of the chain."""
    cut, last = _end(connection, "cut"), _end(connection, "last")
    breaks, count = [], 0
    before = cut
    cut_told, noted_seen = cut.number == 0, noted is None or noted == cut
    for row in connection.execute(select(AUDIT).order_by(AUDIT.c.number)).mappings():
        count += 1
        number = int(row["number"])
        if number <= cut.number:
            breaks.append(Break("surplus", number, number))
            continue
        if number != before.number + 1:
            breaks.append(Break("missing", before.number + 1, number - 1))
        if _seal(row) != row["hash"]:
            breaks.append(Break("changed", number, number))
        elif number == before.number + 1 and row["previous"] != before.hash:
            breaks.append(Break("unlinked", number, number))
        before = Head(number, row["hash"])
        cut_told = cut_told or (row["what"] == What.CUT and _is_about(row["detail"], cut))
        noted_seen = noted_seen or noted == before
    if before.number < last.number:
        breaks.append(Break("missing", before.number + 1, last.number))
    elif before.number > last.number:
        breaks.append(Break("surplus", last.number + 1, before.number))
    elif before.hash != last.hash:
        breaks.append(Break("unlinked", last.number, last.number))
    if not cut_told:
        breaks.append(Break("cut", 1, cut.number))
    if noted is not None and not noted_seen:
        breaks.append(Break("head", noted.number, noted.number))
    return Verified(count, last, breaks)


def cut(connection: Connection, before: datetime, *, at: datetime, who: str) -> int:
    """Removes the oldest entries, those written before an instant; gives how many. The chain goes on from the last of them.

    What was removed is told in an entry, so that nobody can cut the log short without one.
    """
    oldest = select(func.min(AUDIT.c.number)).where(AUDIT.c.at >= instant_text(before)).scalar_subquery()
    rest = select(AUDIT.c.number, AUDIT.c.hash).where(
        AUDIT.c.number < func.coalesce(oldest, _end(connection, "last").number + 1)
    )
    row = connection.execute(rest.order_by(AUDIT.c.number.desc()).limit(1)).first()
    if row is None:
        return 0
    upto = Head(row.number, row.hash)
    append(connection, What.CUT, at=at, who=who, detail={"upto": upto.number, "hash": upto.hash})
    _move_end(connection, "cut", upto)
    return connection.execute(delete(AUDIT).where(AUDIT.c.number <= upto.number)).rowcount


def _seal(row: Mapping[Any, Any]) -> str:
    """SHA-256 over every column as it stands in the row, and so over all entries before it."""
    names = ("number", "at", "who", "what", "account", "about", "detail", "previous")
    text = json.dumps([row[name] for name in names], ensure_ascii=True, separators=(",", ":"), default=repr)
    return hashlib.sha256(text.encode()).hexdigest()


def _is_about(detail: object, cut: Head) -> bool:
    try:
        told = json.loads(str(detail))
    except ValueError:
        return False
    return isinstance(told, dict) and (told.get("upto"), told.get("hash")) == (cut.number, cut.hash)


def _end(connection: Connection, side: str) -> Head:
    row = connection.execute(select(AUDIT_ENDS).where(AUDIT_ENDS.c.side == side)).one_or_none()
    return Head(0, "") if row is None else Head(row.number, row.hash)


def _move_end(connection: Connection, side: str, to: Head) -> None:
    connection.execute(update(AUDIT_ENDS).where(AUDIT_ENDS.c.side == side).values(number=to.number, hash=to.hash))


def _entry(row: Row[Any]) -> Entry:
    try:
        at, detail = instant(row.at), json.loads(row.detail)
    except (ValueError, TypeError):
        raise LedgerError(f"audit entry {row.number} is damaged: vigie audit verify", temporary=False) from None
    return Entry(
        number=row.number,
        at=at,
        who=row.who,
        what=row.what,
        account=row.account,
        about=row.about,
        detail=detail,
        hash=row.hash,
    )

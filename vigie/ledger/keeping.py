"""What the ledger keeps beside the cases: who did what, which mode an account has, and what is forgotten when.

`Keeper` is the part of `store.Ledger` that does it; nobody opens one by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from vigie.ledger import audit, doubles, export, handed_in_rows, mode_rows, retention
from vigie.ledger.audit import What
from vigie.ledger.database import Database
from vigie.ledger.review_types import Scope
from vigie.ledger.settings import RetentionSettings
from vigie.ledger.types import Erased, ModeChange

_PAGE = 500


class Keeper:
    """See store.Ledger. `who`: in whose name this program writes, for the audit log."""

    def __init__(self, url: str, who: str) -> None:
        self._database = Database(url)
        self._who = who

    # -- who did what ------------------------------------------------------------------------------------------------

    def note(self, what: What, *, account: str = "", about: str = "", **detail: str | int) -> None:
        """Writes one entry of the audit log: ids, numbers and account names only."""
        with self._writing() as connection:
            self._note(connection, what, account=account, about=about, detail=detail)

    def audit_entries(self, *, account: str | None = None, since: datetime | None = None) -> Iterator[audit.Entry]:
        """The audit log, oldest first."""
        after = 0
        while True:
            with self._database.reading() as connection:
                found = audit.entries(connection, account=account, since=since, after=after, limit=_PAGE)
            yield from found
            if len(found) < _PAGE:
                return
            after = found[-1].number

    def audit_newest(
        self, *, within: Scope, what: What | None = None, before: int | None = None, limit: int = 100
    ) -> Sequence[audit.Entry]:
        """The audit log, newest first: below number `before`; `within`: about these accounts alone."""
        with self._database.reading() as connection:
            return audit.newest(connection, within=within, what=what, before=before, limit=limit)

    def audit_verified(self, noted: audit.Head | None = None) -> audit.Verified:
        """Every entry of the audit log computed again. `noted`: a head that was written down earlier."""
        with self._database.reading() as connection:
            return audit.verify(connection, noted)

    # -- modes -------------------------------------------------------------------------------------------------------

    def newest_mode(self, account: str) -> ModeChange | None:
        """The last mode that the account was given."""
        with self._database.reading() as connection:
            return mode_rows.newest(connection, account)

    def modes(self, account: str) -> Sequence[ModeChange]:
        """Every mode that the account was given, oldest first."""
        with self._database.reading() as connection:
            return mode_rows.of_account(connection, account)

    def change_mode(self, change: ModeChange, *, after: ModeChange | None) -> bool:
        """Writes it unless another program was faster: False where the newest one is no longer `after`."""
        with self._writing() as connection:
            if mode_rows.newest(connection, change.account) != after:
                return False
            mode_rows.write(connection, replace(change, who=self._who))
            told = {"step": change.step.value, "from": change.before, "to": change.mode}
            self._note(connection, What.MODE, account=change.account, detail=told)
            return True

    # -- forgetting --------------------------------------------------------------------------------------------------

    def expire(self, settings: RetentionSettings, now: datetime) -> Erased:
        """Removes what is older than the settings say, in short transactions."""
        total, judged = Erased(), now - timedelta(days=settings.days)
        decided = now - timedelta(days=settings.decided_days)
        more = True
        while more:
            with self._writing() as connection:
                old = retention.expired(connection, judged_before=judged, decided_before=decided)
                done = retention.remove(connection, old, keep_allowed=True)
                done += Erased(thinned=retention.thin(connection, judged))
                more = done.anything
                if not more:
                    done += Erased(
                        signatures=retention.remove_signatures(connection, judged),
                        audit=audit.cut(
                            connection, now - timedelta(days=settings.audit_days), at=audit.now(), who=self._who
                        ),
                    )
                    retention.remove_orphans(connection)
                    handed_in_rows.expire(connection, judged)
                self._note_erased(connection, What.EXPIRED, done)
            total += done
        if total.anything:
            self._database.shrink()
        return total

    def join_doubles(self) -> Erased:
        """Messages that have two records since a UIDVALIDITY change have one again, see doubles."""
        total, more = Erased(), True
        while more:
            with self._writing() as connection:
                done = doubles.join(connection)
                self._note_erased(connection, What.EXPIRED, done)
            more = done.records > 0
            total += done
        return total

    def named(self, message_id: str, account: str | None = None) -> Sequence[str]:
        """Ids of the records of a Message-ID, with or without angle brackets, oldest first."""
        with self._database.reading() as connection:
            return retention.named(connection, message_id, account)

    def records_of(self, account: str) -> Sequence[str]:
        """Ids of all records of an account, oldest first."""
        with self._database.reading() as connection:
            return retention.of_account(connection, account)

    def held_among(self, record_ids: Sequence[str]) -> int:
        """How many of them lie in quarantine: forgotten, they stay there."""
        with self._database.reading() as connection:
            return sum(retention.held(connection, some) for some in _batches(record_ids))

    def messages_among(self, record_ids: Sequence[str]) -> int:
        """How many messages they are about: an older version gave a released one a second case at its new place."""
        with self._database.reading() as connection:
            return len(record_ids) - sum(retention.seconds(connection, some) for some in _batches(record_ids))

    def released_among(self, record_ids: Sequence[str]) -> int:
        """How many contents among them a person released: forgotten, they can be quarantined again."""
        with self._database.reading() as connection:
            return len(set().union(*(retention.allowed(connection, some) for some in _batches(record_ids))))

    def forget_records(self, record_ids: Sequence[str]) -> Erased:
        """Removes everything that is remembered of these records. What is under way is left alone and counted."""
        total = Erased()
        for some in _batches(record_ids):
            with self._writing() as connection:
                done = retention.remove(connection, some, keep_allowed=False)
                retention.remove_orphans(connection)
                self._note_erased(connection, What.FORGOTTEN, done)
            total += done
        self._database.shrink()
        return total

    def forget_account(self, account: str, *, places: bool) -> Erased:
        """Removes everything that is remembered of an account; `places`: also how far its folders were judged, and its mode.

        The audit log keeps its name.
        """
        total = self.forget_records(self.records_of(account))
        with self._writing() as connection:
            traces = Erased(
                signatures=retention.remove_traces(connection, account, places=places and not total.under_way)
            )
            self._note(connection, What.FORGOTTEN, account=account, detail={"records": total.records})
        self._database.shrink()
        return total + traces

    # -- export ------------------------------------------------------------------------------------------------------

    def exported(self, record_ids: Sequence[str]) -> Iterator[dict[str, Any]]:
        """What is remembered of these records, as plain objects."""
        for some in _batches(record_ids):
            with self._database.reading() as connection:
                found = list(export.of_records(connection, some))
            yield from found

    def exported_account(self, account: str) -> Sequence[dict[str, Any]]:
        """What is remembered of an account beside its records."""
        with self._database.reading() as connection:
            return list(export.of_account(connection, account))

    # -- for store.Ledger --------------------------------------------------------------------------------------------

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._database.writing() as connection:
            yield connection

    def _note(
        self,
        connection: Connection,
        what: What,
        *,
        account: str = "",
        about: str = "",
        detail: Mapping[str, str | int],
    ) -> None:
        audit.note(connection, what, who=self._who, account=account, about=about, detail=detail)

    def _note_erased(self, connection: Connection, what: What, done: Erased) -> None:
        if done.anything:
            told = {name: getattr(done, name) for name in ("records", "thinned", "signatures", "audit")}
            self._note(connection, what, detail={name: count for name, count in told.items() if count})


def _batches(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[start : start + retention.BATCH] for start in range(0, len(ids), retention.BATCH))

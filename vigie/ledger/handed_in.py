"""Messages that people hand in, as `ledger.handed_in`: kept with their consent alone (W-22), each as a case of its own.

    record_id, new = ledger.handed_in.add(case, case_object(case), raw, Source.of_token(token), at=now)

The case is masked like any other, the message is sealed with the key beside the ledger. The message goes after `[retention] days`,
by `Ledger.expire`; the case goes when others of its age do.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select

from vigie.ledger import handed_in_rows, record_rows
from vigie.ledger.casefile import record_from_case
from vigie.ledger.database import Database
from vigie.ledger.handed_in_types import Source
from vigie.ledger.schema import HANDED_IN
from vigie.ledger.types import Place
from vigie.rules.types import Case

_UID_BITS: Final = 62


class Intake:
    """See the module. Thread-safe. Every method raises LedgerError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self, case: Case, case_object: Mapping[str, Any], raw: bytes, source: Source, *, at: datetime
    ) -> tuple[str, bool]:
        """Keeps it; the id of its case, and whether it is new: the same message by the same source is kept once.

        `case_object`: what `vigie check --json` prints of the case, as for casefile.record_from_case.
        """
        place = Place(source.account, handed_in_rows.FOLDER, 0, secrets.randbits(_UID_BITS))
        record = record_from_case(case, place, case_object, judged_at=at, consented=True)
        with self._database.writing() as connection:
            known = handed_in_rows.known(connection, source, case.sha256)
            if known is not None:
                return known, False
            record_rows.write(connection, (record,))
            handed_in_rows.keep(connection, self._database.path, record, raw, source, at=at)
            return record.id, True

    def keeps(self, source: Source, record_id: str, sha256: str) -> bool:
        """The message of that case, or the same one by that source, was handed in and is kept still."""
        with self._database.reading() as connection:
            return handed_in_rows.keeps(connection, source, record_id, sha256)

    def kept_since(self, account: str, since: datetime) -> int:
        """How many messages of that account are kept that came by a folder since then."""
        with self._database.reading() as connection:
            return handed_in_rows.kept_since(connection, account, since)

    def message(self, record_id: str) -> bytes | None:
        """The message as it was handed in; None: it is not kept (any more)."""
        with self._database.reading() as connection:
            return handed_in_rows.unsealed(connection, self._database.path, record_id)

    def count(self) -> int:
        """How many are known."""
        with self._database.reading() as connection:
            return int(connection.execute(select(func.count()).select_from(HANDED_IN)).scalar_one())

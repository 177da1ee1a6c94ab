"""What one person may see and decide: every method keeps to his accounts, and the audit log has his name (W-12, W-21).

`ledger.desk(who, within)` opens one; it is thread-safe, costs nothing, and lives as long as the ledger.

    desk = ledger.desk("web:marie", within=frozenset({"accueil"}))
    page = desk.cases(Wanted(search="remboursement"), sort=Sort.NEWEST, mark=request_mark)
    told = desk.decide(case.record.id, Decision.RELEASED, seen=case.version, at=now)   # Done | Conflict | Refusal | Unknown
    told = desk.decide(case.record.id, None, seen=told.version, at=now)                # takes it back
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from vigie.ledger.review_types import (
    AskAgain,
    Bulk,
    Campaign,
    CasePage,
    Changed,
    Conflict,
    Counts,
    Done,
    Of,
    Pending,
    Pile,
    Refusal,
    ReviewCase,
    Sort,
    Unknown,
    View,
    Wanted,
)
from vigie.ledger.types import Decision, Erased

PAGE = 50


class Desk:
    """See the module. Every method raises LedgerError."""

    # -- looking ---------------------------------------------------------------------------------------------------------

    def cases(self, wanted: Wanted, *, sort: Sort = Sort.NEWEST, mark: str = "", limit: int = PAGE) -> CasePage:
        """A page of the list. `mark`: CasePage.after or .before of another page with the same `wanted` and `sort`."""
        raise NotImplementedError

    def case(self, record_id: str) -> ReviewCase | None:
        """One case by its id; None: there is none, or not for this person."""
        raise NotImplementedError

    def counts(self, *, since: datetime, until: datetime) -> Counts:
        """For the overview."""
        raise NotImplementedError

    def campaigns(self, *, pile: Pile = Pile.WAITING, least: int = 2, limit: int = 100) -> Sequence[Campaign]:
        """Those with at least so many cases in that pile, the largest first."""
        raise NotImplementedError

    def campaign(self, campaign_id: str) -> Campaign | None:
        """One of them, also where no case waits any more."""
        raise NotImplementedError

    # -- deciding --------------------------------------------------------------------------------------------------------

    def decide(
        self, record_id: str, decision: Decision | None, *, seen: int, at: datetime
    ) -> Done | Conflict | Refusal | Unknown:
        """Releases or confirms a case; None takes the last decision back. `seen`: the version that the person saw.

        All or nothing, in one transaction: the decision, the intent that it wants, and their audit entries.
        """
        raise NotImplementedError

    def decide_campaign(
        self, campaign_id: str, decision: Decision, *, seen: int, at: datetime, confirmed: int | None = None
    ) -> Bulk | AskAgain | Changed | Refusal | Unknown:
        """One decision about all cases of a campaign that wait. `seen`: how many the person saw.

        Returns as soon as the job is durable, with nothing decided yet: `finish_bulk` works it off, and what is left of it
        the mailbox service does.
        """
        raise NotImplementedError

    def undo_bulk(
        self, bulk_id: str, *, at: datetime, confirmed: int | None = None
    ) -> Bulk | AskAgain | Refusal | Unknown:
        """Another job that takes back what that one decided, where nobody has decided since."""
        raise NotImplementedError

    def finish_bulk(self, bulk_id: str) -> Bulk | None:
        """Works a job off, in short transactions; returns when nothing is left that can be done now."""
        raise NotImplementedError

    def bulk(self, bulk_id: str) -> Bulk | None:
        """How far a job is."""
        raise NotImplementedError

    def bulks(self, *, limit: int = 20) -> Sequence[Bulk]:
        """The newest jobs."""
        raise NotImplementedError

    def purge(self, record_ids: Sequence[str]) -> Erased:
        """Removes what the ledger remembers of decided cases; what lies in quarantine undecided is left alone (`under_way`)."""
        raise NotImplementedError

    # -- looking at the message itself -----------------------------------------------------------------------------------

    def ask_view(self, record_id: str, *, at: datetime) -> Pending | Refusal | Unknown:
        """Asks the scanner for the message, to be looked at for ten minutes. Asked again meanwhile: the same request."""
        raise NotImplementedError

    def view(self, request_id: str, *, at: datetime, how: str) -> View:
        """The answer to one's own request. `how`: "rendered", "headers", "raw", for the audit log: each view is an event."""
        raise NotImplementedError


__all__ = ["PAGE", "Desk", "Of"]

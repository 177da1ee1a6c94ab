"""To whom a fraud can be handed, as the case page offers it: channels that send, with how far they are, and desks that want a human."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from vigie.ledger.outbox import AWAY, LATE, UNREADABLE, WITHDRAWN
from vigie.ledger.report_types import OPEN_REPORTS, Report, ReportState
from vigie.ledger.reportable import content
from vigie.ledger.review_types import ReviewCase
from vigie.ledger.types import Decision
from vigie.rules.destinations import Content, by_hand, destinations, for_content
from vigie.rules.types import Label
from vigie.web.review.said import name
from vigie.web.review.shown import line, lines
from vigie.web.site import Channel, Site
from vigie.web.words import Words

TONES = MappingProxyType(
    {
        ReportState.SENT: "good",
        ReportState.REFUSED: "bad",
        ReportState.GIVEN_UP: "bad",
        ReportState.UNFETCHED: "bad",
        ReportState.DRAFTED: "doubt",
    }
)
"""The class of a state's tag."""
DETAILS: Mapping[str, str] = MappingProxyType(
    {
        WITHDRAWN: "withdrawn",
        LATE: "late",
        AWAY: "away",
        "The settings name another place now than the one that was shown: ask for it again.": "moved",
        "The fraud leads to no page that could be reported.": "nowhere",
        "The message is larger than Netcraft takes.": "large",
        UNREADABLE: "unreadable",
        "That channel is not switched on: [channels] in vigie.toml.": "off",
        "Vigie cannot write this report: a fault of its own, see its log.": "defect",
        "No mail server is configured for reports.": "server",
        "This fraud is not in the colours of FranceConnect.": "franceconnect",
        "The message is no longer where Vigie knew it to be: somebody moved or deleted it.": "gone",
        "The server does not hand the message out.": "fault",
    }
)
"""What the ledger and the service say, and the end of its words' key; what a channel says stays as it is."""
PASTED = 4_000
"""Characters of a text to paste."""
_FRAUDS = (Label.IMPERSONATION.value, Label.SUSPICIOUS.value)


@dataclass(frozen=True, slots=True)
class Reported:
    """One report, in words."""

    report: Report
    title: str
    """Of its channel."""
    state: str
    tone: str
    who: str
    """In whose name it goes, or who has asked for it."""
    at: datetime
    receipt: str
    detail: str

    @property
    def open(self) -> bool:
        """It has not ended."""
        return self.report.state in OPEN_REPORTS


@dataclass(frozen=True, slots=True)
class Desk:
    """One that is offered."""

    channel: Channel
    title: str
    why: str
    reported: Reported | None
    """The newest report of this case to it."""
    stopped: bool
    """Nothing is sent there now."""

    @property
    def free(self) -> bool:
        """It can be asked for."""
        return self.reported is None or not (self.reported.open or self.reported.report.state is ReportState.SENT)


@dataclass(frozen=True, slots=True)
class Reporting:
    """What the case page says about reporting."""

    confirmed: bool
    disputed: bool
    """Somebody wants it back: nothing goes before people agree."""
    desks: tuple[Desk, ...]
    past: tuple[Reported, ...]
    """Every report of the case, oldest first."""
    stopped: bool

    @property
    def known(self) -> tuple[str, ...]:
        """Who has it, though nobody calls it a fraud any more."""
        sent = (one.title for one in self.past if one.report.state is ReportState.SENT)
        return () if self.confirmed else tuple(dict.fromkeys(sent))


@dataclass(frozen=True, slots=True)
class ByHand:
    """A desk that takes reports from people alone."""

    id: str
    title: str
    why: str
    how: str
    when: str
    """On what condition, in words; "" where the fraud itself calls for it."""
    text: str
    phone: str
    link: str


def content_of(case: ReviewCase, here: Site) -> Content:
    """What is known of the fraud, without what names its recipient."""
    record = case.record
    return content(record, here.brand(record.brand), here.addresses(record.place.account), received=case.received)


def reporting(
    case: ReviewCase, found: Content, reports: Sequence[Report], stops: Sequence[str], here: Site, t: Words
) -> Reporting | None:
    """None where there is nothing to say: nobody has called it a fraud, or ever reported it."""
    confirmed = case.record.decision is Decision.CONFIRMED
    past = tuple(reported(report, t) for report in reports if not report.dry_run)
    if not confirmed and not past:
        return None
    return Reporting(
        confirmed=confirmed,
        disputed=bool(case.wanted_back),
        desks=tuple(_desks(found, past, stops, here, t)) if confirmed else (),
        past=past,
        stopped=here.reporting_stopped or "" in stops,
    )


def _desks(found: Content, past: Sequence[Reported], stops: Sequence[str], here: Site, t: Words) -> Iterator[Desk]:
    """The most fitting first."""
    switched_on = {channel.id: channel for channel in here.channels}
    newest = {one.report.channel: one for one in past}
    for one in for_content(found):
        if one.channel and one.id in switched_on:
            channel, told = switched_on[one.id], newest.get(one.id)
            yield Desk(channel, one.title[t.language], one.why[t.language], told, one.id in stops)


def reported(report: Report, t: Words) -> Reported:
    """One report as people read it. What a channel has answered is somebody else's text."""
    detail = DETAILS.get(report.detail)
    return Reported(
        report=report,
        title=title(report.channel, t),
        state=t(f"report.state.{report.state.value}"),
        tone=TONES.get(report.state, ""),
        who=name(report.approved_by or report.who),
        at=report.ended_at or report.asked_at,
        receipt=line(report.receipt, 300),
        detail=t(f"report.detail.{detail}") if detail else line(report.detail, 300),
    )


def title(channel: str, t: Words) -> str:
    """What people call a channel; its ID where it is no longer known."""
    return next((one.title[t.language] for one in destinations() if one.id == channel), line(channel, 60))


def hands(case: ReviewCase, found: Content, t: Words) -> tuple[ByHand, ...]:
    """Whom a person tells by herself, for what may be a fraud."""
    record = case.record
    doubted = record.verdict in _FRAUDS and record.decision is None
    if not doubted and record.decision is not Decision.CONFIRMED:
        return ()
    return tuple(
        ByHand(
            id=one.id,
            title=one.title[t.language],
            why=one.why[t.language],
            how=one.how.get(t.language, ""),
            when="" if condition is None else t(f"report.when.{condition.value}"),
            text=lines(one.text(found, t.language), PASTED),
            phone=one.phone,
            link=one.link,
        )
        for condition, one in by_hand(found)
    )

"""A pack is held to its own samples: it must not flag its genuine mails, miss its false ones, or claim those of others.

Each sample is judged by its brand alone, as mail and not as a data structure: what the reader makes of it counts too.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP

from vigie.auth_checks.types import ArcResult, AuthEvidence, BorderHop, DmarcResult, Provenance, SpfResult, Status
from vigie.message.parse import parse
from vigie.message.types import Message
from vigie.rules.brand import Brand, BrandError, Sample
from vigie.rules.judgement import judge
from vigie.rules.types import Label, Verdict

_WHY = "a sample of the brand file"
_DATE = "Sun, 22 Nov 2026 10:00:00 +0100"


@dataclass(frozen=True, slots=True)
class Trial:
    """One sample judged one way."""

    number: int
    """Its place in the file, from 1."""
    sample: Sample
    proven: bool
    """With the authentication that its kind says; else as a forwarder leaves it, with none."""
    verdict: Verdict

    @property
    def fine(self) -> bool:
        """The verdict is an accepted one. Without authentication a genuine or another's mail may be unproven, never false."""
        if self.proven or self.sample.kind == "false":
            return self.verdict.label in self.sample.accepted
        return self.verdict.label is not Label.IMPERSONATION or Label.IMPERSONATION in self.sample.accepted


def trials(brand: Brand) -> Iterator[Trial]:
    """Every sample of the pack, judged with its authentication and without any."""
    for number, sample in enumerate(brand.samples, 1):
        mail = message(sample)
        for proven in (True, False):
            yield Trial(number, sample, proven, judge(mail, evidence(mail, sample, brand, proven=proven), (brand,)))


def refused(brand: Brand) -> BrandError | None:
    """Why the pack must not be used; None where it passes. Without samples of both kinds nothing is shown."""
    missing = {"genuine", "false"} - {sample.kind for sample in brand.samples}
    if missing - (set() if brand.senders else {"genuine"}):  # where no sender is known, nothing can be genuine
        return BrandError(
            f"{brand.name}: samples",
            "at least one genuine and one false mail are needed",
            'il faut au moins un exemple "genuine" et un exemple "false"',
        )
    return next((_failure(brand, trial) for trial in trials(brand) if not trial.fine), None)


def _failure(brand: Brand, trial: Trial) -> BrandError:
    wanted, found = trial.sample.accepted, ", ".join(dict.fromkeys(item.rule for item in trial.verdict.findings))
    which = f"{trial.number} ({trial.sample.kind}, {trial.sample.subject!r})"
    got = str(trial.verdict.label)
    how, comment = ("", "") if trial.proven else (" (without authentication)", " (sans authentification)")
    return BrandError(
        brand.name,
        f"sample {which}: {got}{how}, not {' or '.join(wanted)}; found: {found or 'nothing'}",
        f"exemple {which} : {got}{comment} au lieu de {' ou '.join(wanted)} ; vu : {found or 'rien'}",
    )


def message(sample: Sample) -> Message:
    """The sample as a reader gets it: plain text where no link has a text of its own, HTML otherwise."""
    return parse(raw(sample))


def raw(sample: Sample) -> bytes:
    """The sample as the bytes of a mail. Total: what a header cannot hold is left out of it."""
    mail = EmailMessage(policy=SMTP.clone(cte_type="8bit", utf8=True, refold_source="none"))
    shown = [(link, link) if isinstance(link, str) else link for link in sample.links]
    if any(text != target for text, target in shown):
        said = "".join(f"<p>{html.escape(line)}</p>\n" for line in sample.body.split("\n"))
        anchors = "".join(f'<p><a href="{html.escape(target)}">{html.escape(text)}</a></p>\n' for text, target in shown)
        mail.set_content(f"<html><body>{said}{anchors}</body></html>", subtype="html", cte="8bit")
    else:
        mail.set_content("\n".join([sample.body, *(target for _, target in shown)]), cte="8bit")
    head = {"From": sample.author, "To": "lecteur@example.org", "Subject": sample.subject, "Date": _DATE}
    lines = [f"{name}: {' '.join(value.split())}" for name, value in head.items()]
    return "\r\n".join([*lines, "Message-ID: <sample@example.org>", ""]).encode() + bytes(mail)


def evidence(mail: Message, sample: Sample, brand: Brand, *, proven: bool) -> AuthEvidence:
    """What authentication would say: a genuine mail is signed, a stranger's own domain passes, the brand's in a false mail fails."""
    domain = mail.authors[0].domain if len(mail.authors) == 1 else ""
    stolen = sample.kind != "genuine" and brand.owns(domain)
    passes = proven and bool(domain) and not stolen
    status = Status.PASS if passes else Status.FAIL if proven and stolen else Status.NONE
    provenance = Provenance.COMPUTED if proven else Provenance.UNAVAILABLE
    return AuthEvidence(
        border=BorderHop(found=False, reason=_WHY),
        spf=SpfResult(Status.NONE, "", Provenance.UNAVAILABLE, _WHY),
        dkim=(),
        dmarc=DmarcResult(status, domain, provenance, _WHY),
        arc=ArcResult(Status.NONE, _WHY),
        author_domain=domain,
        authenticated_domain=domain if passes else None,
        complete=passes,
    )

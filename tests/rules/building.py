"""Messages and evidence made from their parts, so that a rule is tested without the parser."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from vigie.auth_checks.types import (
    ArcResult,
    AuthEvidence,
    BorderHop,
    DkimResult,
    DmarcResult,
    Provenance,
    SpfResult,
    Status,
)
from vigie.message.types import Address, Attachment, Layer, Link, Message, TextBlock
from vigie.rules.brand import load
from vigie.rules.catalog import rules
from vigie.rules.judgement import judge
from vigie.rules.types import Finding, Verdict
from vigie.rules.view import View

AMELI = load("ameli")


def address(text: str, field: str = "from") -> Address:
    """ "Name <a@b>" or "a@b" as an Address."""
    display, _, rest = text.rpartition("<")
    addr = rest.rstrip(">")
    return Address(display.strip(), addr, addr.rpartition("@")[2].lower(), field)


def link(
    target: str, shown: str = "", layer: Layer = Layer.OUTER, kind: str = "anchor", other_hosts: tuple[str, ...] = ()
) -> Link:
    parts = urlsplit(target)
    return Link(shown, target, parts.hostname or "", parts.scheme, layer, "text/html", kind, other_hosts)


def message(
    author: str = "Marie Martin <marie@example.org>",
    subject: str = "",
    body: str = "",
    links: Sequence[Link | str | Sequence[str]] = (),
    *,
    reply_to: Sequence[str] = (),
    blocks: Sequence[TextBlock] = (),
    attachments: Sequence[Attachment] = (),
    authors: Sequence[str] | None = None,
) -> Message:
    """`links`: addresses, (shown, address) pairs, or Links."""
    who = tuple(address(item) for item in (authors if authors is not None else [author]))
    made = [
        link(item) if isinstance(item, str) else item if isinstance(item, Link) else link(item[1], item[0])
        for item in links
    ]
    spoken = [TextBlock(Layer.OUTER, "subject", subject)] if subject else []
    if body:
        spoken.append(TextBlock(Layer.OUTER, "text/plain", body))
    return Message(
        raw=b"", sha256="0" * 64, headers=(), message_id="", subject=subject, date=None, authors=who,
        author_readings=len({item.addr for item in who}), sender=(), reply_to=tuple(address(item, "reply-to") for item in reply_to),
        recipients=(), hops=(), blocks=(*spoken, *blocks), links=tuple(made), attachments=tuple(attachments), defects=(),
    )  # fmt: skip


def attachment(name: str, *, active: bool = False, opened: bool = False) -> Attachment:
    return Attachment(name, "application/octet-stream", 100, "0" * 64, active, opened)


def evidence(
    domain: str = "",
    *,
    passes: bool = False,
    complete: bool = False,
    dmarc: Status = Status.NONE,
    dkim: Sequence[DkimResult] = (),
    spf: Status = Status.NONE,
    forged: bool = False,
) -> AuthEvidence:
    return AuthEvidence(
        border=BorderHop(found=False, reason=""),
        spf=SpfResult(spf, domain, Provenance.COMPUTED, ""),
        dkim=tuple(dkim),
        dmarc=DmarcResult(Status.PASS if passes else dmarc, domain, Provenance.COMPUTED, ""),
        arc=ArcResult(Status.NONE, ""),
        author_domain=domain,
        authenticated_domain=domain if passes else None,
        complete=complete,
        forged_results=forged,
    )


def signature(domain: str, status: Status = Status.PASS) -> DkimResult:
    return DkimResult(status, domain, "s1", Provenance.COMPUTED, "", covers_message=True)


def verdict(mail: Message, proof: AuthEvidence | None = None) -> Verdict:
    return judge(mail, proof or evidence(), (AMELI,))


def findings(mail: Message, proof: AuthEvidence | None = None, rule: str | None = None) -> list[Finding]:
    """What every rule says, claimed or not."""
    view = View(mail, proof or evidence(), AMELI)
    return [found for module in rules() for found in module.check(view) if rule in {None, found.rule}]

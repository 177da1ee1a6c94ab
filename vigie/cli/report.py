"""One self-contained HTML page about a run: nothing remote, no script, every word of a mail escaped (W-01, W-02, W-14)."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from vigie.cli import words
from vigie.cli.console import plain
from vigie.cli.language import current, decimal, say, when
from vigie.cli.page import environment, put
from vigie.cli.timeline import Days, timeline
from vigie.ledger.types import Intent, Outcome, Record
from vigie.rules.types import Label

SHOWN_OTHERS = 500
"""Mails without any relation to a protected sender that are listed by subject; the rest is only counted."""
SHOWN_CASES = 2000

_BEFORE = re.compile(r" (?=[»:;!?](?:\s|$))")

Done = Sequence[tuple[Intent, Outcome | None]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One judged message of the run, with what was wanted and done for it."""

    record: Record
    done: Done


def write(
    path: Path,
    title: str,
    entries: Sequence[Entry],
    *,
    at: datetime,
    notes: Sequence[str] = (),
    counts: Counter[Label] | None = None,
    days: Days | None = None,
) -> None:
    """Writes the page (page.put). Raises Fault. `counts`: where there were more messages than there are entries.

    `days`: verdicts by the day on which the messages came, for the drawing.
    """
    put(path, render(title, entries, at=at, notes=notes, counts=counts, days=days))


def render(
    title: str,
    entries: Sequence[Entry],
    *,
    at: datetime,
    notes: Sequence[str] = (),
    counts: Counter[Label] | None = None,
    days: Days | None = None,
) -> str:
    """The page as text, in the language in use."""
    counts = counts or Counter(Label(entry.record.verdict) for entry in entries)
    ranked = sorted(entries, key=lambda entry: words.ORDER.index(Label(entry.record.verdict)))
    told = [entry for entry in ranked if entry.record.verdict != Label.UNRELATED]
    # The ledger keeps no subject of such mail; only the demo, whose mails are its own, names them.
    others = [entry for entry in ranked if entry.record.verdict == Label.UNRELATED and entry.record.subject]
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            lang=current(),
            title=plain(title),
            subtitle=_subtitle(counts.total(), at),
            counts=[
                {
                    "label": label.value,
                    "number": counts[label],
                    "word": words.counted(label, counts[label]).split(" ", 1)[1],
                }
                for label in words.ORDER
            ],
            notes=[plain(note) for note in notes],
            chart=timeline(days or {}),
            cases=[_case(entry) for entry in told[:SHOWN_CASES]],
            others=[
                {"subject": plain(e.record.subject), "author": plain(e.record.author)} for e in others[:SHOWN_OTHERS]
            ],
            words=_words(counts[Label.UNRELATED]),
        )
    )


def _subtitle(total: int, at: datetime) -> str:
    made = when(at)
    many = "s" if total > 1 else ""
    return say(f"{total} message{many} jugé{many} · {made}", f"{total} message{many} judged · {made}")


def _words(others: int) -> dict[str, str]:
    return {
        "over_time": say("Au fil du temps", "Over time"),
        "numbers": say("Les nombres", "The numbers"),
        "cases": say("Ce qui concerne l'organisme protégé", "What concerns the protected sender"),
        "no_subject": say("(sans objet)", "(no subject)"),
        "done": say("Ce qui a été fait :", "What was done:"),
        "rule": say("règle", "rule"),
        "kind": say("nature", "kind"),
        "layer": say("où", "where"),
        "seen": say("ce qui a été vu", "what was seen"),
        "link": say("lien (ne pas ouvrir)", "link (do not open)"),
        "none": say("Aucun message ne prétend en venir.", "No message claims to come from it."),
        "others": say(f"{others} messages sans rapport", f"{others} unrelated messages"),
        "privacy": say(
            "Cette page ne charge rien du réseau. Elle contient des objets et des extraits de courriels : ne la publiez pas.",
            "This page loads nothing from the network. It holds subjects and excerpts of mails: do not publish it.",
        ),
    }


def _case(entry: Entry) -> dict[str, Any]:
    record = entry.record
    told: dict[str, Any] = json.loads(record.case_json)
    return {
        "label": record.verdict,
        "word": words.verdict(record.verdict),
        "subject": plain(record.subject),
        "author": plain(record.author),
        "sentences": [_set(line) for line in words.sentences(told.get("explanation", {}))],
        "advice": [_set(line) for line in told.get("advice", {}).get(current(), [])],
        "done": words.done(entry.done),
        "findings": [_finding(finding) for finding in told.get("findings", [])],
        "links": list({link["target"]: _link(link) for link in told.get("links", [])}.values())[:20],
        "authentication": authentication(told.get("authentication")),
        "where": plain(f"{record.place.account} / {record.place.folder} / UID {record.place.uid}"),
        "id": record.id,
        "elapsed": decimal(record.elapsed_ms),
        "sha256": record.sha256,
    }


def _set(text: str) -> str:
    """A sentence for the page: French double punctuation stays on the line of its word."""
    text = plain(text)
    return _BEFORE.sub("\u00a0", text).replace("« ", "«\u00a0") if current() == "fr" else text


def _finding(finding: dict[str, Any]) -> dict[str, Any]:
    return {
        "rule": plain(finding["rule"]),
        "kind": f"{words.kind(finding['kind'])} ({words.strength(finding['strength'])})",
        "layer": words.layer(finding["layer"]),
        "quotes": [{"where": plain(quote["where"]), "text": plain(quote["text"])} for quote in finding["quotes"]],
    }


def _link(link: dict[str, Any]) -> dict[str, Any]:
    opinion = say("officiel", "official") if link["official"] else say("pas officiel", "not official")
    return {"target": plain(link["target"])[:300], "opinion": opinion}


def authentication(found: dict[str, Any] | None) -> str:
    """`SPF none · DKIM pass (info.ameli.fr) · DMARC pass`: the evidence in one line."""
    if not found:
        return ""
    signatures = ", ".join(f"{item['status']} ({plain(item['domain'])})" for item in found["dkim"]) or "none"
    return f"SPF {found['spf']['status']} · DKIM {signatures} · DMARC {found['dmarc']['status']}"

"""A run as a file, so that two runs can be compared: names, labels and verdicts, nothing of what the mails say."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vigie.cli.evaluate.measures import Judged
from vigie.cli.language import colon, say
from vigie.cli.status import Fault, Status
from vigie.cli.system import reason
from vigie.rules.types import Label

VERSION = 1


@dataclass(frozen=True, slots=True)
class Change:
    """A mail whose verdict is another one than in the earlier run."""

    mail: Judged
    before: Label

    @property
    def better(self) -> bool:
        """It was wrong and is right."""
        return self.mail.right and self.before not in self.mail.accept

    @property
    def worse(self) -> bool:
        """It was right and is wrong."""
        return not self.mail.right and self.before in self.mail.accept


@dataclass(frozen=True, slots=True)
class Apart:
    """What keeps two runs from being compared mail by mail: names, sorted."""

    new: tuple[str, ...]
    gone: tuple[str, ...]
    relabelled: tuple[str, ...]
    """In both runs; other verdicts are right now."""


def save(path: Path, mails: Sequence[Judged]) -> None:
    """Writes the run. Raises Fault."""
    text = json.dumps({"version": VERSION, "mails": [asdict(mail) for mail in mails]}, indent=1)
    try:
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise Fault(f"{path}: {say('ne peut pas être écrit', 'cannot be written')}{colon()} {reason(error)}") from None


def read(path: Path) -> tuple[Judged, ...]:
    """An earlier run. Raises Fault where the file is none."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if told["version"] != VERSION:
            raise ValueError(f"version {told['version']}")
        return tuple(_judged(mail) for mail in told["mails"])
    except OSError as error:
        raise Fault(f"{path}: {say('ne peut pas être lu', 'cannot be read')} ({reason(error)})", Status.USAGE) from None
    except (UnicodeDecodeError, ValueError, KeyError, TypeError):
        line = say("n'est pas une évaluation enregistrée par --save", "is no evaluation that --save wrote")
        raise Fault(f"{path}: {line}", Status.USAGE) from None


def changes(mails: Sequence[Judged], earlier: Sequence[Judged]) -> list[Change]:
    """The mails of both runs whose verdicts differ, those that got worse first."""
    before = {mail.name: mail.verdict for mail in earlier}
    found = [
        Change(mail, before[mail.name])
        for mail in mails
        if mail.name in before and before[mail.name] is not mail.verdict
    ]
    return sorted(found, key=lambda change: (not change.worse, change.better, change.mail.name))


def apart(mails: Sequence[Judged], earlier: Sequence[Judged]) -> Apart:
    """The mails of one run only, and those whose label is another one."""
    now, before = ({mail.name: frozenset(mail.accept) for mail in run} for run in (mails, earlier))
    return Apart(
        new=tuple(sorted(now.keys() - before.keys())),
        gone=tuple(sorted(before.keys() - now.keys())),
        relabelled=tuple(sorted(name for name in now.keys() & before.keys() if now[name] != before[name])),
    )


def _judged(told: dict[str, Any]) -> Judged:
    return Judged(
        name=str(told["name"]),
        accept=tuple(Label(word) for word in told["accept"]),
        verdict=Label(told["verdict"]),
        theme=str(told["theme"]),
        evasions=tuple(map(str, told["evasions"])),
        rules=tuple(map(str, told["rules"])),
        elapsed_ms=float(told["elapsed_ms"]),
        error=str(told["error"]),
    )

"""`vigie text`: judges a pasted text (an SMS, a letter, notes of a call) and changes nothing."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from rich.text import Text

from vigie.cli import console, words
from vigie.cli.check import detail
from vigie.cli.config import load_or_default
from vigie.cli.console import plain
from vigie.cli.language import colon, say
from vigie.cli.status import Fault, Status
from vigie.cli.system import reason
from vigie.judge.export import case_object
from vigie.judge.workers import WorkerPool, WorkersError
from vigie.message.pasted import decoded
from vigie.message.types import Medium
from vigie.rules.types import Case, Label
from vigie.scanner.mailboxes import eml

STDIN = "-"
_PDF = b"%PDF-"
_CONTROLS = re.compile(r"[^\t\n\v\f\r\x1b -\U0010ffff]")
_IN_A_TEXT = 0.05
"""Share of control characters beyond which it is a picture or a program; random bytes have a tenth."""
KINDS = (Medium.SMS, Medium.LETTER, Medium.CALL)


def text(config: Path | None, path: str, *, kind: str, as_json: bool, no_fail: bool) -> Status:
    """Judges the text of a file, or of standard input ("-"). `kind`: sms, letter or call; "" to guess. Gives the exit status."""
    settings = load_or_default(config).judge
    given = _pasted(path, settings.limits.message_bytes)
    said = decoded(given)
    if not said.strip():
        nothing = say("vide : il n'y a pas de texte", "empty: there is no text")
        raise Fault(f"{_named(path)}{colon()} {nothing}")
    controls = len(_CONTROLS.findall(said))
    if controls > len(said) * _IN_A_TEXT or given.startswith(_PDF):
        no_text = say("ce n'est pas un texte", "this is no text")
        raise Fault(f"{_named(path)}{colon()} {no_text}")
    if eml.was_sent(given):
        mail = say("c'est un courriel, avec son en-tête : vigie check", "this is a mail, with its header: vigie check")
        raise Fault(f"{_named(path)}{colon()} {mail} {'-' if path == STDIN else plain(path)}")
    try:
        with WorkerPool(settings) as pool:
            future = pool.submit(given, received=None, key=plain(path), text=Medium(kind) if kind else "guess")
            case = future.result()
    except WorkersError as error:
        raise Fault(str(error)) from None
    if as_json:
        print(json.dumps({**case_object(case, path), "kind": case.medium.value}), flush=True)
    else:
        _tell(case)
    return Status.IMPERSONATION if case.verdict.label is Label.IMPERSONATION and not no_fail else Status.DONE


def _pasted(path: str, limit: int) -> bytes:
    """At most `limit` bytes of the text. Raises Fault."""
    try:
        if path != STDIN:
            with Path(path).open("rb") as file:
                return file.read(limit)
        if sys.stdin.isatty():
            print(
                say(
                    "Collez le texte du SMS ou du courrier, ou racontez l'appel ; puis Entrée et Ctrl-D.",
                    "Paste the text of the SMS or the letter, or tell the call; then Enter and Ctrl-D.",
                ),
                file=sys.stderr,
            )
        return sys.stdin.buffer.read(limit)
    except OSError as error:
        raise Fault(
            f"{plain(path)}{colon()} {say('ne peut pas être lu', 'cannot be read')} ({reason(error)})"
        ) from None


def _named(path: str) -> str:
    return say("entrée standard", "standard input") if path == STDIN else plain(path)


def _tell(case: Case) -> None:
    """Verdict and kind on the first line, then explanation, advice and findings as `check` shows them."""
    screen = console.screen()
    head = Text(words.verdict(case.verdict.label), style=words.STYLE[case.verdict.label])
    head.append(f"  ({words.medium(case.medium)})", style="not bold dim default on default")
    screen.print(head)
    for line in detail(case):
        screen.print(line)

"""An SMS opens or ends with the brand's name: the only place where the sender of an SMS can write his own.

A text that was copied out of a mail client opens with the line of its sender: "De : Ameli <...>".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import dropwhile

from vigie.message.pasted import SENDER
from vigie.message.types import Medium
from vigie.rules.clauses import FRAUD_WORD
from vigie.rules.letterhead import alone, opens_with_name
from vigie.rules.naming import Names, names_of
from vigie.rules.quoting import claim
from vigie.rules.types import Finding, Kind
from vigie.rules.view import View

ID = "claim-opening"
KINDS = (Kind.CLAIM,)
SOURCES = ("facts/ameli.md section 3.1 nos. 18, 19, 52", "peers section e")

_EXPORTED = re.compile(r"(?:received|recu|date|heure|time|message-id|sent|envoye)\b[^:\n]{0,12}:")
"""What programs write above a text message that they export."""
_FRIEND = re.compile(r"(?<![\w-])(?:tu|toi|ton|ta|tes|t'as|bises|bisous|coucou)(?![\w-])")


def check(view: View) -> Iterator[Finding]:
    """One finding. A friend who says "tu", and a warning against frauds, name the brand and do not speak for it."""
    words = names_of(view.brand)
    if view.message.medium is Medium.LETTER:
        yield from _copied(view, words)
    elif view.message.medium is Medium.SMS:
        yield from _written(view, words)


def _written(view: View, words: Names) -> Iterator[Finding]:
    for item in view.spoken:
        if item.is_subject or _FRIEND.search(item.text) or FRAUD_WORD.search(item.text):
            continue
        lines = list(dropwhile(_EXPORTED.match, [line.strip() for line in item.text.split("\n") if line.strip()]))
        if lines and opens_with_name(lines[0], words):
            yield claim(ID, "opening", item.where, item.as_written(lines[0]))
            return
        last = re.split(r"(?<=[.!?]) ", lines[-1])[-1] if lines else ""
        if last and (len(lines) > 1 or last != lines[-1]) and alone(last, words, last=True):
            yield claim(ID, "signature", item.where, item.raw.strip().rpartition("\n")[2])
            return


_SENDER = re.compile(SENDER.pattern + r" ?\W{0,2}(?=\w)")
_ADDRESS = re.compile(r"@([\w.-]{1,255})")
_FIRST_LINES = 4


def _copied(view: View, words: Names) -> Iterator[Finding]:
    for item in view.spoken:
        for line, raw in zip(item.text.split("\n")[:_FIRST_LINES], item.raw.split("\n"), strict=False):
            sender = _SENDER.match(line)
            if sender is None:
                continue
            name, address = line[sender.end() :].partition("<")[0].strip(), _ADDRESS.search(line)
            of_brand = address is not None and view.brand.owns(address[1])
            if of_brand or (name and (alone(name, words) or opens_with_name(name, words))):
                yield claim(ID, "opening", item.where, raw.strip())
                return

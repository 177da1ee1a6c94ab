"""A pasted text -> Message: an SMS, a letter or notes of a call. It has no author, no header and nothing that proves anything.

The text becomes the body of a message that is made for it, so links and addresses are found as in a mail, and no line of
it can become a header field. All of it is the sender's: nobody pastes what he was not sent.
"""

from __future__ import annotations

import codecs
import hashlib
import itertools
import re
from dataclasses import replace

from vigie.message.fold import fold
from vigie.message.parse import UNREADABLE, parse
from vigie.message.types import Layer, Medium, Message

MADE_HEADER = b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
LOOKED_AT = 20_000
"""Characters that tell what kind of text it is."""
LETTER_LENGTH = 900
LETTER_LINES = 12

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_PASSED_ON = frozenset({Layer.QUOTED, Layer.FORWARDED})
_CALL = re.compile(
    r"\b(?:(?:m'a|m'ont|nous a|nous ont|m'avait|ma) (?:\w+ )?(?:r?appele|telephone|contacte par telephone|laisse un message)\w*"
    r"|(?:a|ai|ont|avons) ete (?:r?appele|contacte|telephone)\w* par"
    r"|(?:recu|eu) (?:\w+ ){0,3}(?:appels?|coups? de (?:fil|telephone))|(?:message|messagerie) vocale?|repondeur|raccroch\w+"
    r"|au bout du fil|au telephone|j'ai (?:r?appele|telephone)\b|appel (?:telephonique|recu|entrant|masque|d'un|d'une|de la|du|de l')"
    r"|numero (?:affiche|masque|inconnu)"
    r"|(?:called|phoned|rang) (?:me|us)|phone call|voice ?mail|on the phone|hung up)"
    r"|^\W{0,3}(?:notes? (?:d'un |de l')?)?appel\b",
    re.MULTILINE,
)
_LETTER = re.compile(
    r"^ *(?:chere?s? )?(?:madame|monsieur|mesdames|messieurs)(?:,? (?:et )?(?:madame|monsieur|messieurs))? *[,:]? *$"
    r"|^[^\n]{0,40}\b(?:\d{5}|\d\d \d{3}) [a-z' -]{2,40} cedex(?: \d{1,2})? *$"
    r"|^\W{0,3}(?:objet|n/ref|v/ref|nos ref\w*|vos ref\w*|subject) ?:"
    r"|\b(?:madame, monsieur|veuillez agreer|je vous prie d'agreer|salutations distinguees|lettre recommandee|le present courrier"
    r"|(?:ce|par) courrier|dear sir|yours (?:sincerely|faithfully))\b",
    re.MULTILINE,
)


def pasted(text: bytes, medium: Medium | None = None) -> Message:
    """The text as a message without author; total. `medium` None: guessed. `sha256` is that of the bytes."""
    plain = _without_reader(_plain(decoded(text)))
    made = parse(MADE_HEADER + plain.replace("\n", "\r\n").encode())
    return replace(
        made,
        raw=text,
        sha256=hashlib.sha256(text).hexdigest(),
        headers=(),
        blocks=tuple(
            replace(block, layer=Layer.OUTER) if block.layer in _PASSED_ON else block for block in made.blocks
        ),
        links=tuple(replace(link, layer=Layer.OUTER) if link.layer in _PASSED_ON else link for link in made.links),
        defects=tuple(defect for defect in made.defects if defect.code == UNREADABLE),
        medium=medium or guess(plain),
    )


def decoded(text: bytes) -> str:
    """What the bytes say: UTF-16 behind a mark (Windows's "Unicode"), else UTF-8, else Windows-1252 (its "ANSI"). Total."""
    if text.startswith(_UTF_16):
        return text.decode("utf-16", "replace")
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        at_a_limit = error.start >= len(text) - 3 and error.reason == "unexpected end of data"
        return text.decode("utf-8-sig" if at_a_limit else "cp1252", "replace")


def guess(text: str) -> Medium:
    """What kind of text it is; an SMS where nothing says otherwise."""
    said = fold(text[:LOOKED_AT])
    if _CALL.search(said):
        return Medium.CALL
    lines = sum(1 for line in said.split("\n") if line.strip())
    if _LETTER.search(said) or len(said) > LETTER_LENGTH or lines > LETTER_LINES:
        return Medium.LETTER
    return Medium.SMS


SENDER = re.compile(r"\W{0,3}(?:de|from|expediteur) ?:")
"""The line "De : ..." of a mail that was copied, folded."""
_READER = re.compile(r"\W{0,3}(?:a|to|pour|cci?|bcc|destinataires?|envoye(?: le)?|sent|date|recu(?: le)?|received) ?:")
_ONE = r"(?:[^:@<>\n]{0,60}<[^<>@\s]{1,64}@[\w.-]{1,80}>|[^\s<>@:]{1,64}@[\w.-]{1,80})"
_MORE_READERS = re.compile(rf"\s*{_ONE}(?:[;,] ?{_ONE}){{0,6}}[;,]?\s*")
_SAYS = re.compile(r"://|www\.|\w\.\w+/|\b(?:vos|votre)\b")
"""What no line of recipients or of a date has."""
_HEAD_LINES, _HEAD_WIDTH = 12, 400


def _without_reader(text: str) -> str:
    """Without the lines that name recipients and dates, where the text begins with the head of a mail: they are the reader's own."""
    lines = text.lstrip("\n").split("\n")
    head = list(itertools.takewhile(str.strip, lines[:_HEAD_LINES]))
    if not any(SENDER.match(fold(line[:_HEAD_WIDTH])) for line in head):
        return text
    kept, of_reader = [], False
    for line in head:
        said = fold(line[:_HEAD_WIDTH])
        named = _READER.match(said) and not _SAYS.search(fold(line))
        of_reader = bool(named or (of_reader and _MORE_READERS.fullmatch(line[:_HEAD_WIDTH])))
        if not of_reader:
            kept.append(line)
    return "\n".join((*kept, *lines[len(head) :]))


def _plain(text: str) -> str:
    """One kind of line end, and no control characters: those of a terminal are nobody's words."""
    lines = "\n".join(re.split(r"\r\n|[\n\r\v\f\x85\u2028\u2029]", text))
    return "".join(char if char >= " " or char in "\n\t" else " " for char in lines)

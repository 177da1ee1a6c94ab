"""Who speaks in each line of a body: the sender (OUTER), somebody whom he quotes, or the author of a forwarded mail.

Only what the reader sees counts (">", an indented block, "Le … a écrit :", "-----Message d'origine-----"): class names and
invisible markers do not, a sender sets them at will. A mail that is no reply, says nothing of its own and starts with a
forward marker speaks for itself: the marker is its trick.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from vigie.message.types import Layer


@dataclass(frozen=True, slots=True)
class Line:
    """One line as the reader sees it. `quoted`: it is set apart by ">" or an indented block; `marked`: by ">"."""

    text: str
    quoted: bool = False
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Context:
    """What the header says of the mail being an answer or a forward."""

    answers: bool
    """In-Reply-To, References, or a subject that starts with Re, TR, Fwd, ..."""
    forwards: bool
    """The subject starts with TR, Fwd, ..."""


_FORWARD_SUBJECT = re.compile(r"\s*(?:tr|fwd?|wg|rv|i|transf\w*)\s*(?:\[\d+\])?\s*:", re.IGNORECASE)
_ANSWER_SUBJECT = re.compile(r"\s*(?:re|ref|réf|rép|aw|sv|antw)\s*(?:\[\d+\])?\s*:", re.IGNORECASE)


def context_of(subject: str, *, threaded: bool) -> Context:
    """The context from the subject and from the presence of In-Reply-To or References."""
    forwards = bool(_FORWARD_SUBJECT.match(subject))
    return Context(threaded or forwards or bool(_ANSWER_SUBJECT.match(subject)), forwards)


_LEAD = r"[\s>*_|\u200b\ufeff]{0,20}"
_FORWARD = re.compile(
    rf"{_LEAD}(?:-{{2,20}}\s*(?:forwarded message|message transf[ée]r[ée]|message r[ée]exp[ée]di[ée])"
    r"|(?:d[ée]but du message (?:transf[ée]r[ée]|r[ée]exp[ée]di[ée])|begin forwarded message)\s*:)",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(
    rf"{_LEAD}-{{2,20}}\s*(?:original (?:message|e-?mail|appointment)|message (?:d['’]origine|original|initial)"
    r"|(?:mail|courriel|e-mail) (?:d['’]origine|original|initial)|urspr[üu]ngliche nachricht)\s*-{2,20}",
    re.IGNORECASE,
)
_FROM_LINE = re.compile(rf"{_LEAD}(?:de|from|von|exp[ée]diteur)\s?[*_]{{0,2}}\s?:[*_]{{0,2}}\s*\S", re.IGNORECASE)
_HEAD_LINE = re.compile(
    rf"{_LEAD}(envoy[ée](?: le)?|sent|date|gesendet|[àa]|to|an|cc|objet|subject|betreff|destinataires?)\s?[*_]{{0,2}}\s?:",
    re.IGNORECASE,
)
_HEAD_NAMES = {"envoyé": "sent", "envoye": "sent", "date": "sent", "gesendet": "sent", "à": "to", "a": "to", "an": "to"}
_HEAD_NAMES |= {"envoyé le": "sent", "envoye le": "sent", "objet": "subject", "betreff": "subject"}
_WROTE = re.compile(r"(?:a [ée]crit|wrote|[ée]crivait|schrieb|ha scritto|escribi[óo])\s{0,3}:\s*\Z", re.IGNORECASE)
_WROTE_START = re.compile(rf"{_LEAD}(?:le|on|am|el|il)\b", re.IGNORECASE)
_ADDRESS_ALONE = re.compile(r"[\s>]*(?:https?://\S+)?\s*", re.IGNORECASE)
_OWN_LETTERS = 3
_OWN_BESIDE_BLOCK = 80


def assign(lines: Sequence[Line], context: Context) -> tuple[list[Layer], bool]:
    """The layer of each line, and whether a forward or quotation was feigned to hide the sender's own words."""
    layers = [Layer.OUTER] * len(lines)
    end = _forward_start(lines, context)
    if end is not None:
        start, says_forward = end
        passed_on = says_forward or context.forwards or not context.answers
        for index in range(start, len(lines)):
            layers[index] = Layer.FORWARDED if passed_on else Layer.QUOTED
    stop = end[0] if end else len(lines)
    _mark_quotations(lines, layers, stop, context)
    if all(layer is Layer.OUTER for layer in layers):
        return layers, False
    own = sum(_letters(line.text) for line, layer in zip(lines, layers, strict=True) if layer is Layer.OUTER)
    if own < _OWN_LETTERS and not context.answers:
        return [Layer.OUTER] * len(lines), True
    return layers, False


def _letters(text: str) -> int:
    return sum(map(str.isalpha, text))


def _forward_start(lines: Sequence[Line], context: Context) -> tuple[int, bool] | None:
    """The first line of a forwarded or original message down to the end, and whether its marker says "forwarded"."""
    own = 0
    for index, line in enumerate(lines):
        text = line.text
        if line.quoted or not text:
            continue
        if len(text) <= 400:
            if ("-" in text or ":" in text) and _FORWARD.match(text):
                return index, True
            if "-" in text and _ORIGINAL.match(text):
                return index, False
            if ":" in text and _FROM_LINE.match(text):
                copied = context.forwards and "@" in text and own >= _OWN_BESIDE_BLOCK
                if _is_head_block(lines, index, copied=copied):
                    return index, False
        own += _letters(text)
    return None


def _is_head_block(lines: Sequence[Line], start: int, *, copied: bool) -> bool:
    """A "De :" line is followed by two of date, recipient and subject, as Outlook writes them; `copied` by hand: the subject will do."""
    names: set[str] = set()
    seen = 0
    for line in lines[start + 1 : start + 24]:
        text = line.text.strip()
        if not text:
            continue
        seen += 1
        match = _HEAD_LINE.match(text)
        if match:
            name = match[1].lower()
            names.add(_HEAD_NAMES.get(name, name))
        if copied and "subject" in names:
            return True
        if seen >= 8 or len(names) >= 2:
            break
    return len(names) >= 2


def _mark_quotations(lines: Sequence[Line], layers: list[Layer], stop: int, context: Context) -> None:
    """Attribution lines and what they introduce, and lines that are set apart."""
    attributed = False
    for index in range(stop):
        text = lines[index].text
        if text.endswith(":") or text.rstrip().endswith(":"):
            start = _attribution_start(lines, index)
            if start is not None:
                following = next((lines[later] for later in range(index + 1, stop) if lines[later].text), None)
                if following is not None and (following.quoted or context.answers):
                    attributed = True
                    last = index + 1 if following.quoted else stop
                    layers[start:last] = [Layer.QUOTED] * (last - start)
                    if last == stop:
                        break
    quoted = [index for index in range(stop) if lines[index].quoted]
    if not quoted:
        return
    if not attributed and not context.answers:
        # an indented block without an author may be mere layout: it is a quotation beside enough text of one's own
        own = sum(_letters(line.text) for line in lines[:stop] if not line.quoted)
        if own < _OWN_BESIDE_BLOCK:
            quoted = [index for index in quoted if lines[index].marked]
        if all(_ADDRESS_ALONE.fullmatch(lines[index].text) for index in quoted):
            return  # ">> https://..." points at the address, and nobody is quoted
    for index in quoted:
        layers[index] = Layer.QUOTED


def _attribution_start(lines: Sequence[Line], index: int) -> int | None:
    """First line of "Le 3 mars 2025 à 10:12, Jean <…> a écrit :", which clients wrap over up to three; None if it is none."""
    if len(lines[index].text) > 400 or not _WROTE.search(lines[index].text):
        return None
    text, found = "", None
    for start in range(index, max(-1, index - 3), -1):
        text = lines[start].text + " " + text
        if _WROTE_START.match(lines[start].text) and any(map(str.isdigit, text)):
            return start
        if "@" in lines[start].text:
            found = start
    return found

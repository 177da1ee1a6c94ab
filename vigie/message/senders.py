"""Every address that some mail client could show as the author (threats S-08..S-26, S-53, S-61).

An ordinary From field has one reading and takes a short path. Whatever else it holds is read in every way that was seen
in servers and clients ("Composition Kills", USENIX Security 2020): by RFC 5322, by looking for angle brackets, by
looking for anything like an address, before and after decoding of encoded words, cut at NUL and CR.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from vigie.message.bidi import as_shown, without_controls
from vigie.message.fields import Field, decode_words, plain_text, unfold
from vigie.message.fold import to_alabel
from vigie.message.types import Address, Defect

FIELD_BYTES = 8_192  # a longer author field is cut
MAILBOXES = 1_024
_AUTHORS = 64

Opinion = Callable[[bytes], Iterable[tuple[str, str]]]
"""Another parser's (display, address) pairs for the body of a From field."""


@dataclass(frozen=True, slots=True)
class Authors:
    """The author readings of a message and what is wrong with them."""

    addresses: tuple[Address, ...]
    readings: int
    defects: tuple[Defect, ...]


_ATOM = r"[^\s<>()\[\],;:\"\\@\x00-\x1f]+"
_SPEC = rf"{_ATOM}@(?:[\w.-]+|\[[0-9A-Fa-f:.IPv]+\])"
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_ORDINARY = re.compile(
    rf"""\s*(?:
        (?P<phrase>(?:{_QUOTED}|[^\s<>(),;:"\\@\x00-\x1f]|[ \t])*) <[ \t]*(?P<angle>{_SPEC})[ \t]*>
      | (?P<bare>{_SPEC}) (?:\s*\((?P<comment>[^()<>@\\]*)\))?
    )\s*""",
    re.VERBOSE,
)
_ODD_NAME = re.compile(rf"(?P<name>[^<>\r\n\0]*)<[ \t]*(?P<angle>{_SPEC})[ \t]*>\s*")
_ANGLE = re.compile(r"<([^<>]*@[^<>]*)>")
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"\\@\x00-\x1f]{1,128}@[^\s<>()\[\],;:\"\\@\x00-\x1f]{1,255}")
_STRING = re.compile(_QUOTED)
_ENCODED_WORD = re.compile(r"=\?[^?\s]{1,60}\?[bBqQ]\?[^?]*\?=")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]+")


def read_authors(fields: Iterable[Field], strays: Iterable[Field], opinion: Opinion) -> Authors:
    """The union of all readings of who wrote the message; Sender and Resent-From only when From is unusable to some."""
    fields, strays = list(fields), list(strays)
    own = [field for field in fields if field.name == "from"]
    other = [field for field in strays if field.name == "from"]
    defects: list[Defect] = []
    if len(own) > 1 or (own and other):
        defects.append(Defect("several-from", f"{len(own) + len(other)} From fields", structural=True))
    found: list[Address] = []
    for field in (own + other)[:_AUTHORS]:
        found += _author_field(field, opinion, defects)
    usable = any(address.domain for address in found)
    if usable and (not any(field.plain for field in own) or any(defect.code == "from-malformed" for defect in defects)):
        # S-12: who cannot read this From shows the Sender instead
        found += _instead(fields + strays)
    addresses = _distinct(found)
    readings = len({address.addr.casefold() for address in addresses if address.domain})
    if readings > 1:
        defects.append(Defect("several-authors", f"{readings} author addresses", structural=True))
    elif readings == 0:
        defects.append(Defect("no-author", "no usable address in From", structural=True))
        addresses += _instead(fields + strays)
    seen = [reading for address in _distinct(addresses)[:_AUTHORS] for reading in _as_seen(address)]
    return Authors(tuple(seen), readings, tuple(defects))


def _as_seen(address: Address) -> Iterator[Address]:
    """The address under the name as clients show it that follow direction controls, then as those do that drop them (S-39)."""
    shown = as_shown(address.display)
    yield replace(address, display=shown)
    stored = without_controls(address.display)
    if stored != shown:
        yield replace(address, display=stored)


def _instead(fields: Iterable[Field]) -> list[Address]:
    """Whom clients show where From names nobody."""
    fields = [field for field in fields if field.name in ("sender", "resent-from")]
    fields.sort(key=lambda field: field.name == "resent-from")
    return [address for field in fields for address in read_mailboxes(field) if address.domain]


def read_mailboxes(field: Field) -> list[Address]:
    """The mailboxes of any address field (RFC 5322 section 3.4), at most `MAILBOXES`."""
    value = plain_text(unfold(field.raw[: FIELD_BYTES * 16]))
    ordinary = _ordinary(value, field.name)
    if ordinary:
        return [ordinary]
    pairs, _ = _grammar(value)
    if not any("@" in addr for _, addr in pairs) and "=?" in value:
        pairs, _ = _grammar(decode_words(value))
    return _distinct(_address(display, addr, field.name) for display, addr in pairs if addr)


def _author_field(field: Field, opinion: Opinion, defects: list[Defect]) -> list[Address]:
    raw = field.raw
    if len(raw) > FIELD_BYTES:
        defects.append(Defect("from-too-long", f"a From field of {len(raw)} bytes", structural=True))
        raw = raw[:FIELD_BYTES]
    value = plain_text(unfold(raw)) if b"\0" not in raw else unfold(raw).decode("latin-1")
    ordinary = _ordinary(value, field.name)
    if ordinary:
        return [ordinary]
    return _unusual(value, raw, opinion, defects)


def _ordinary(value: str, field: str) -> Address | None:
    """The one mailbox of a field that every client reads alike; None when in doubt."""
    match = _ORDINARY.fullmatch(value)
    if not match:
        return None
    shown = match["angle"] or match["bare"]
    if not shown.isprintable() or "=?" in shown:  # S-24; S-14: an encoded word glued to an address
        return None
    if match["angle"] is None:
        return _address(decode_words(match["comment"] or ""), match["bare"], field)
    phrase = match["phrase"]
    if '\\"' in phrase and "<" in phrase:  # an escaped quote ends the string for a naive parser
        return None
    display = _unquote(phrase)
    # S-14, S-25: clients that decode before they parse take an address out of an encoded word
    if "=?" in phrase and ("<" in display or ">" in display) and "@" in display:
        return None
    return _address(display, match["angle"], field)


def _unquote(phrase: str) -> str:
    """The display name as shown: quoted strings without quotes and escapes, encoded words decoded."""
    phrase = phrase.strip()
    if '"' in phrase:
        phrase = _STRING.sub(lambda string: re.sub(r"\\(.)", r"\1", string[0][1:-1]), phrase)
    return " ".join(decode_words(phrase).split()) if "=?" in phrase else phrase


def _unusual(value: str, raw: bytes, opinion: Opinion, defects: list[Defect]) -> list[Address]:
    """All readings of a From field that is not ordinary, and what makes it so."""
    pairs: list[tuple[str, str]] = []
    texts = _variants(value)
    errors = False
    for text in texts:
        parsed, wrong = _grammar(text)
        errors |= wrong
        pairs += parsed
        pairs += [("", inner) for inner in _ANGLE.findall(text)]
        loose: tuple[str, ...] = (_STRING.sub(" ", text),)
        if wrong or text.count('"') % 2 or not _ANGLE.search(loose[0]):
            # without brackets, or out of order, what stands in quotes is the address for some (the standard library)
            loose += (text.replace('"', " "), text.replace('"', ""))
        pairs += [("", addr) for words in loose for addr in _ADDRESS.findall(words)]
    pairs += [(display, addr) for display, addr in opinion(raw) if "@" in addr]
    found = _distinct(address for display, addr in pairs for address in _addresses(display, addr))
    named = {address.addr.casefold() for address in found if address.domain}
    if not value.replace("\t", "").isprintable():
        defects.append(Defect("from-invisible", "invisible characters in From", structural=True))
    plain = _ODD_NAME.fullmatch(value) if len(named) == 1 else None
    if plain:
        # a name that should be quoted ("Dupont, Jean <...>", "a@b.example <a@b.example>"): all readings agree
        defects.append(Defect("from-unquoted", "a display name that should be quoted"))
        return [_address(_unquote(plain["name"]), plain["angle"], "from")]
    if errors or len(texts) > 1 or len(named) > 1:
        defects.append(Defect("from-malformed", "From is not one plain mailbox", structural=True))
    if named:
        return [address for address in found if address.domain]
    return found[:1]


def _variants(value: str) -> list[str]:
    """The texts that clients make of a field body before they parse it: decoded, cut at or rid of NUL and CR."""
    texts = [value]
    decoded = decode_words(value) if "=?" in value else value
    texts.append(decoded)
    if "=?" in value:
        # adjacent words are one text (RFC 2047 section 6.2), and yet some readers part them
        texts.append(_ENCODED_WORD.sub(lambda found: f" {decode_words(found[0])} ", value))
    for text in (value, decoded):
        if _CONTROL.search(text):
            texts += [_CONTROL.sub("", text), _CONTROL.sub(" ", text)]
        for separator in ("\0", "\r", "\n"):
            if separator in text:
                texts += [text.split(separator, 1)[0], text.replace(separator, ""), text.replace(separator, " ")]
    return list(dict.fromkeys(text for text in texts if text))


def _addresses(display: str, addr: str) -> Iterable[Address]:
    """The addresses that one address text can mean: routes (S-15) and a second @ give several."""
    addr = addr.strip().replace('"', "")
    route, colon, last = addr.rpartition(":")
    if colon and addr.startswith("@"):
        for hop in route.split(","):
            yield _address(display, hop.strip(), "from")
        addr = last
    yield _address(display, addr, "from")
    if addr.count("@") > 1 and not addr.startswith("@"):
        yield _address(display, "@".join(addr.split("@")[:2]), "from")


def _address(display: str, addr: str, field: str) -> Address:
    """One mailbox with its invisible characters dropped (S-24), as a reader sees it."""
    addr = "".join(_visible(addr).split())
    domain = addr.rpartition("@")[2] if "@" in addr else ""
    return Address(_clean(display), _clean(addr), to_alabel(domain), field)


def _visible(text: str) -> str:
    """Without characters that leave no mark: format characters, controls, odd blanks beside an address."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(char for char in text if unicodedata.category(char) not in {"Cf", "Cc", "Cs", "Co", "Cn"}).strip()


def _clean(text: str) -> str:
    return text.replace("\0", "").strip()


def _distinct(addresses: Iterable[Address]) -> list[Address]:
    """Without repetitions of an address; of several the first with a display name stays."""
    kept: dict[str, Address] = {}
    for address in addresses:
        key = address.addr.casefold()
        if key not in kept or (address.display and not kept[key].display):
            kept[key] = address
        if len(kept) >= MAILBOXES:
            break
    return list(kept.values())


_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"?|<|>|,|;|:|\(|\)|\\.?|[^"<>,;:()\\]+', re.DOTALL)


def _grammar(text: str) -> tuple[list[tuple[str, str]], bool]:
    """The (display, address) pairs of an address list (RFC 5322 section 3.4), and whether it breaks the grammar.

    One pass, no recursion: comments are counted, a group's name is dropped, what stands between commas is one mailbox.
    """
    pairs: list[tuple[str, str]] = []
    wrong = False
    words: list[str] = []
    comment: list[str] = []
    angle: list[str] | None = None
    closed: str | None = None
    depth = 0

    def end() -> None:
        nonlocal closed, wrong
        display = "".join(words).strip()
        if closed is not None:
            wrong |= "@" in _STRING.sub("", display)
            pairs.append((_unquote(display) or "".join(comment), closed))
        elif "@" in display:
            wrong |= len(display.split()) > 1
            pairs.append(("".join(comment), display))
        elif display:
            wrong = True
            pairs.append((_unquote(display), ""))
        words.clear()
        comment.clear()
        closed = None

    for piece in _TOKEN.findall(text):
        if len(pairs) >= MAILBOXES:
            wrong = True
            break
        if depth:
            depth += (piece == "(") - (piece == ")")
            if depth:
                comment.append(piece)
        elif piece == "(":
            depth = 1
        elif angle is not None:
            if piece == ">":
                closed, angle = "".join(angle).strip(), None
            else:
                wrong |= piece == "<"
                angle.append(piece)
        elif piece == "<":
            if closed is not None:
                wrong = True
                end()
            angle = []
        elif piece in ",;":
            end()
        elif piece == ":":
            wrong = True  # a group: in From only by RFC 6854, and read differently everywhere
            display = "".join(words).strip()
            if display:
                pairs.append((_unquote(display), ""))
            words.clear()
        else:
            wrong |= piece in (")", ">") or piece.startswith("\\")
            if closed is not None and piece.strip():
                wrong = True  # text after the angle brackets (S-18)
                end()
            words.append(piece)
    if angle is not None:
        wrong = True
        closed = "".join(angle).strip()
    wrong |= depth > 0
    end()
    return pairs, wrong

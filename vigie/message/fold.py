"""One comparison form of text, names and hosts, so that a look-alike and its model become equal (threats C-20..C-24).

`fold` stays readable and is meant for matching words; `skeleton` goes further and is meant for names and hosts only.
Both are total, pure and idempotent.
"""

from __future__ import annotations

import re
import unicodedata

import idna

# Default_Ignorable_Code_Point (Unicode 15, DerivedCoreProperties) that category Cf or Mn does not already cover.
_IGNORABLE = (
    (0x115F, 0x1160),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFF8),
    (0xE0000, 0xE0FFF),
)
_DROPPED_CATEGORIES = frozenset({"Mn", "Me", "Cf", "Cc", "Cs", "Cn"})

# What each letter is imitated with (Unicode TR39, cut down to what the fonts of mail clients draw alike): Cyrillic, Greek,
# Armenian, Latin beyond ASCII, Cherokee, Lisu, Coptic. NFKC already folds fullwidth, circled and mathematical letters.
# Small and capital letters are listed apart where they are drawn unlike (Greek eta: η is n, Η is h).
_LOOKALIKES = {
    "a": "аАαΑɑɐᴀᎪꓮⲁԱ",
    "b": "вВьЬъβΒʙɓᏴꓐⲂ",
    "c": "сСςϲϹᴄɔᏟꓚⲥ",
    "d": "ԁԀđðɗᴅꓓᎠժ",
    "e": "еЕєЄҽεΕϵəɛᴇɇᎬꓰⲉЭэե",
    "f": "ƒꜰꓝֆϝ",
    "g": "ԍԌɡɢɠᏀꓖցǥ",
    "h": "һҺнНңҥҢΗħʜᎻꓧհҳ",
    "i": "іІιΙıɩɪɨᎥꓲⲓӀ",
    "j": "јЈϳͿȷᴊɉᎫꓙյ",
    "k": "кКκΚқҝӄᴋƙᏦꓗⲕ",
    "l": "ӏłƚɫɬɭʟꞁǀᏞꓡլԼ",
    "m": "мМΜᴍɱᎷꓟⲙ",
    "n": "пηΝɴŋɲոռՈηⲛꓠП",
    "o": "оОοΟσΣøɵᴏօՕꓳⲟө",
    "p": "рРρΡϱþƥᴘᏢꓑⲣր",
    "q": "ԛԚʠɋԳզգ",
    "r": "гГʀɍɾᎡꓣ",
    "s": "ѕЅꜱʂՏꓢᏚ",
    "t": "тТτΤŧᴛƭᎢꓔⲧ",
    "u": "υиИμʉᴜսՍꓴ",
    "v": "ѵѴνᴠʋᏙꓦ",
    "w": "ԝԜѡωшШᴡɯᎳꓪա",
    "x": "хХχΧӽꓫ",
    "y": "уУүұΥγʏɏƴᎩꓬ",
    "z": "ΖᴢƶȥᏃꓜʐ",
    "3": "зЗ",
    "4": "чЧᏎ",
    "6": "бБ",
    "ae": "æ",
    "oe": "œ",
    "io": "ю",
    "bl": "ы",
    "'": "’‘‚‛′‵`´ʹʻʼʽˈ‹›",
    '"': "“”„‟″«»〝〞",
    "-": "‐‑‒–—―−⁃˗",
    "/": "⁄∕╱⧸",
    ".": "。․",
    "|": "∣",
    ":": "ː∶꞉",
    " ": "\t\u2800\u1680",
    "\n": "\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029",
}


def _table() -> dict[str, str]:
    """Imitation -> letter; the letters of enclosed ranges are added by arithmetic."""
    table = {imitation: letter for letter, imitations in _LOOKALIKES.items() for imitation in imitations}
    for first in (0x1F150, 0x1F170, 0x1F1E6):  # negative circled, negative squared, regional indicators
        for offset in range(26):
            table[chr(first + offset)] = chr(ord("a") + offset)
    return table


_CONFUSABLES = _table()


def _is_dropped(char: str) -> bool:
    """True for what leaves no mark on the screen, or only an accent."""
    if char in "\n\t":
        return False
    if unicodedata.category(char) in _DROPPED_CATEGORIES:
        return True
    code = ord(char)
    return any(low <= code <= high for low, high in _IGNORABLE)


def _step(char: str) -> str:
    """One round of folding of one character."""
    if char in _CONFUSABLES:
        return _CONFUSABLES[char]
    if _is_dropped(char):
        return ""
    digit = unicodedata.decimal(char, None)
    if digit is not None:
        return str(digit)
    if "\uac00" <= char <= "\ud7a3":  # a Hangul syllable would fall apart into its letters
        return char
    decomposed = unicodedata.normalize("NFKD", char)
    if decomposed != char:
        return decomposed
    return char.casefold()


_LONGEST = 4
"""Letters that one character folds to at most: U+FDFA would give eighteen, and a text of it a bomb (X-10)."""


_AS_THEY_ARE = (
    (0x3400, 0x9FFF),
    (0xAC00, 0xD7A3),
    (0xE000, 0xF8FF),
    (0x20000, 0x2A6DF),
    (0xF0000, 0xFFFFD),
    (0x100000, 0x10FFFD),
)
"""Ideographs, Hangul and private use: two thirds of Unicode, and nothing about them to fold."""


class _Folded(dict[int, str]):
    """code point -> folded text, computed at first sight. Of a hostile text that holds every code point, 60,000 are kept."""

    def __missing__(self, code: int) -> str:
        text = chr(code)
        if any(first <= code <= last for first, last in _AS_THEY_ARE):
            return text
        for _ in range(8):
            after = "".join(map(_step, text))
            if after == text:
                break
            text = after[:_LONGEST]
        if len(self) < 60_000:
            self[code] = text
        return text


_FOLDED = _Folded()
_UNUSUAL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f`]")
_BLANKS = re.compile(r" {2,}")


def fold(text: str) -> str:
    r"""The readable comparison form: lower-case, Latin, without accents, invisible characters or runs of blanks.

    NFKC, look-alike letters to Latin, typographic quotes and hyphens to ASCII. Line ends become "\n" and are kept;
    blanks beside them and at both ends are dropped. ASCII in gives ASCII out; idempotent.
    """
    text = text.replace("\r\n", "\n")
    if not text.isascii() or _UNUSUAL.search(text):
        text = text.translate(_FOLDED)
    text = text.lower()
    if "  " in text:
        text = _BLANKS.sub(" ", text)
    return text.replace(" \n", "\n").replace("\n ", "\n").strip(" ")


_SINGLE = str.maketrans("i1j|!035", "lllll" + "oes")


def skeleton(text: str) -> str:
    """The form in which look-alikes of a name or host are equal: over `fold`, 1/i/l and 0/o are one, `rn` is `m`."""
    drawn = fold(text).translate(_SINGLE)
    return drawn.replace("rn", "m").replace("vv", "w").replace("cl", "d")


_HOST_BOUND = 1024


def to_alabel(host: str) -> str:
    """The host in lower-case A-labels (UTS 46, RFC 5891), without a final dot; what IDNA refuses is punycoded as it is."""
    host = _dotted(host)
    if host.isascii() or len(host) > _HOST_BOUND:
        return host.lower()
    return ".".join(map(_alabel, host.split(".")))


def to_unicode(host: str) -> str:
    """The host in U-labels; a label that does not decode stays as it is."""
    host = _dotted(host).lower()
    if len(host) > _HOST_BOUND or ("xn--" not in host and host.isascii()):
        return host
    return ".".join(map(_ulabel, host.split(".")))


_LDH = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")


def is_domain_name(host: str) -> bool:
    """The host, in lower-case A-labels, is a name that the DNS can hold and that IDNA 2008 allows (RFC 5891 section 5.4).

    Underscores pass, as DNS lets them; an address literal does not.
    """
    labels = host.split(".")
    return len(host) <= 253 and all(_LDH.fullmatch(label) is not None and _is_valid(label) for label in labels)


def _is_valid(label: str) -> bool:
    if not label.startswith("xn--"):
        return True
    try:
        return idna.alabel(idna.ulabel(label)).decode("ascii") == label
    except (idna.IDNAError, UnicodeError):
        return False


def _dotted(host: str) -> str:
    """With ASCII dots only (UTS 46 section 4, step "Break") and without the final one."""
    return host.replace("。", ".").replace("．", ".").replace("｡", ".").rstrip(".")


def _alabel(label: str) -> str:
    if label.isascii():
        return label.lower()
    try:
        return idna.encode(label, uts46=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError):
        mapped = unicodedata.normalize("NFKC", label).casefold()
        if mapped.isascii():
            return mapped
        return "xn--" + mapped.encode("punycode", "replace").decode("ascii")


def _ulabel(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return idna.decode(label, uts46=True)
    except (idna.IDNAError, UnicodeError):
        pass
    try:
        decoded = label[4:].encode("ascii").decode("punycode")
    except (UnicodeError, ValueError, OverflowError):
        return label
    return label if not decoded or any("\ud800" <= char <= "\udfff" for char in decoded) else decoded

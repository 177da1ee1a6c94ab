"""C-20..C-22, C-48: the words themselves, written so that a person reads them and a scanner does not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from tests.evasions.evasion import Evasion, add, evasion
from tests.evasions.letters import Letter, changed, header, mail, page, plain

BRAND = re.compile(r"ameli\b|Assurance Maladie|carte Vitale|Vitale|CPAM|Sécurité sociale", re.IGNORECASE)
Write = Callable[[str], str]


def rewritten(letter: Letter, write: Write, *, every: bool = False) -> Letter:
    """The letter with the brand's words (or every word) written otherwise."""

    def one(text: str) -> str:
        return write(text) if every else BRAND.sub(lambda match: write(match[0]), text)

    return replace(
        letter,
        subject=one(letter.subject),
        before=tuple(map(one, letter.before)),
        call=one(letter.call),
        after=tuple(map(one, letter.after)),
    )


def between(mark: str) -> Write:
    """The mark between any two letters of a word."""
    return lambda text: " ".join(map(mark.join, text.split(" ")))


def _inside(mark: str) -> Write:
    return lambda word: word[:2] + mark + word[2:]


def letters_for(table: dict[str, str]) -> Write:
    """Letters through a table."""
    return lambda word: "".join(table.get(letter, letter) for letter in word)


CYRILLIC = dict(zip("aeiopcxyAEMCPT", "аеіорсхуАЕМСРТ", strict=True))
GREEK = dict(zip("oAEMTIvi", "οΑΕΜΤΙνι", strict=True))
FULL = {chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)}
BOLD = {chr(97 + n): chr(0x1D41A + n) for n in range(26)} | {chr(65 + n): chr(0x1D400 + n) for n in range(26)}
SCRIPT = {chr(97 + n): chr(0x1D4EA + n) for n in range(26)} | {chr(65 + n): chr(0x1D4D0 + n) for n in range(26)}
SANS = {chr(97 + n): chr(0x1D5BA + n) for n in range(26)} | {chr(65 + n): chr(0x1D5A0 + n) for n in range(26)}
CIRCLED = {chr(97 + n): chr(0x24D0 + n) for n in range(26)} | {chr(65 + n): chr(0x24B6 + n) for n in range(26)}
SMALL = dict(zip("aceimnrstuv", "ᴀᴄᴇɪᴍɴʀsᴛᴜᴠ", strict=True))
DIGITS = {"l": "1", "i": "1", "o": "0"}
LEET = {"a": "4", "e": "3", "i": "1", "o": "0", "A": "4", "E": "3", "I": "1"}
SIGNS = {"a": "@", "s": "$"}
ACUTE = {"a": "á", "e": "é", "i": "í", "u": "ú"}
DOTTED = {"a": "ạ", "e": "ẹ", "i": "ị", "l": "ḷ", "m": "ṃ"}

_WORDS: dict[tuple[str, str], Write] = {
    ("C-20", "zero-width-space"): between("\u200b"),
    ("C-20", "zero-width-joiner"): between("\u200d"),
    ("C-20", "soft-hyphen"): between("\u00ad"),
    ("C-20", "word-joiner"): _inside("\u2060"),
    ("C-20", "byte-order-mark"): _inside("\ufeff"),
    ("C-20", "grapheme-joiner"): between("\u034f"),
    ("C-20", "variation-selector"): between("\ufe0f"),
    ("C-20", "hangul-filler"): between("\u3164"),
    ("C-20", "invisible-times"): between("\u2062"),
    ("C-20", "tag-letters"): between("\U000e0061"),
    ("C-21", "left-to-right-marks"): between("\u200e"),
    ("C-21", "isolates"): lambda word: f"\u2066{word}\u2069",
    ("C-21", "override-forward"): lambda word: f"\u202d{word}\u202c",
    ("C-21", "override-backward"): lambda word: f"\u202e{word[::-1]}\u202c",
    ("C-21", "embedding"): between("\u202a\u202c"),
    ("C-22", "cyrillic"): letters_for(CYRILLIC),
    ("C-22", "greek"): letters_for(GREEK),
    ("C-22", "full-width"): letters_for(FULL),
    ("C-22", "mathematical-bold"): letters_for(BOLD),
    ("C-22", "mathematical-script"): letters_for(SCRIPT),
    ("C-22", "mathematical-sans"): letters_for(SANS),
    ("C-22", "circled"): letters_for(CIRCLED),
    ("C-22", "small-capitals"): letters_for(SMALL),
    ("C-22", "digits"): letters_for(DIGITS),
    ("C-22", "accents"): letters_for(ACUTE),
    ("C-22", "dots-below"): letters_for(DOTTED),
    ("C-22", "rn-for-m"): lambda word: word.replace("m", "rn"),
    ("C-22", "combining-strokes"): between("\u0336"),
    ("C-48", "thin-spaces"): between("\u2009"),
    ("C-48", "letters-apart"): between(" "),
    ("C-48", "letters-dotted"): between("."),
    ("C-48", "letters-hyphened"): between("-"),
    ("C-48", "upper-case"): str.upper,
    ("C-48", "mixed-case"): lambda word: "".join(
        letter.upper() if number % 2 else letter.lower() for number, letter in enumerate(word)
    ),
    ("C-48", "hyphens-for-blanks"): lambda word: word.replace(" ", "-"),
    ("C-48", "leetspeak"): letters_for(LEET),
    ("C-48", "signs-for-letters"): lambda word: word[:1] + letters_for(SIGNS)(word[1:]),
    ("C-48", "underscores-for-blanks"): lambda word: word.replace(" ", "_"),
    ("C-48", "dots-for-blanks"): lambda word: word.replace(" ", "."),
    ("C-48", "glued"): lambda word: word.replace(" ", ""),
}


def _plain(letter: Letter, write: Write, *, every: bool) -> bytes:
    return mail(rewritten(letter, write, every=every), plain(rewritten(letter, write, every=every)))


def _html(letter: Letter, write: Write) -> bytes:
    other = rewritten(letter, write)
    return mail(other, page(other), kind="text/html")


for (_number, _slug), _write in _WORDS.items():
    add(Evasion(_number, _slug, partial(_plain, write=_write, every=False), "The brand's words in plain text."))
    add(Evasion(_number, _slug + "-html", partial(_html, write=_write), "The brand's words in HTML."))


def _unaccented(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))


_TEXTS: dict[tuple[str, str], Write] = {
    ("C-20", "everywhere"): "\u200b".join,
    ("C-20", "soft-hyphens-everywhere"): "\u00ad".join,
    ("C-22", "cyrillic-everywhere"): letters_for(CYRILLIC),
    ("C-22", "decomposed"): partial(unicodedata.normalize, "NFD"),
    ("C-22", "mathematical-everywhere"): letters_for(SANS),
    ("C-48", "no-accents"): _unaccented,
    ("C-48", "upper-case-everywhere"): str.upper,
    ("C-48", "upper-case-no-accents"): lambda text: _unaccented(text).upper(),
    ("C-48", "no-break-spaces"): lambda text: text.replace(" ", "\u00a0"),
    ("C-48", "curly-apostrophes"): lambda text: text.replace("'", "’"),
    ("C-48", "no-apostrophes"): lambda text: text.replace("'", " "),
    ("C-48", "two-blanks"): lambda text: text.replace(" ", "  "),
    ("C-48", "no-punctuation"): lambda text: re.sub(r"[.,:](?!\d)", "", text),
    ("C-48", "exclamation"): lambda text: text.replace(".", " !!!"),
    ("C-48", "mojibake"): lambda text: (
        text.replace("é", "Ã©").replace("è", "Ã¨").replace("à", "Ã\u00a0").replace("ê", "Ãª")
    ),
    ("C-48", "question-marks-for-accents"): lambda text: "".join(c if c.isascii() else "?" for c in text),
}
for (_number, _slug), _write in _TEXTS.items():
    add(Evasion(_number, _slug, partial(_plain, write=_write, every=True), "The whole text is written so."))


@evasion("C-48", "broken-lines")
def _broken(letter: Letter) -> bytes:
    """Plain text cut every 34 characters, inside the sentences."""
    text = re.sub(r"(.{20,34}) ", r"\1\r\n", plain(letter))
    return mail(letter, text)


@evasion("C-48", "one-long-line")
def _long_line(letter: Letter) -> bytes:
    """No line ends at all."""
    return mail(letter, plain(letter).replace("\r\n\r\n", " "))


@evasion("C-48", "misspelt")
def _misspelt(letter: Letter) -> bytes:
    """The errors of people in a hurry."""
    errors = {
        "Assurance Maladie": "Assurence Maladi",
        "remboursement": "remboursment",
        "coordonnées": "coordonés",
        "compte": "conpte",
    }
    errors |= {
        "identifier": "identifié",
        "commander": "comander",
        "expire": "éxpire",
        "Votre": "Vôtre",
        "suspendu": "suspandu",
    }
    other = changed(letter, errors)
    return mail(other, plain(other))


@evasion("C-48", "emoji-between-words")
def _emoji(letter: Letter) -> bytes:
    """Signs before every line."""
    other = rewritten(letter, lambda text: "🔔 " + text + " ✅", every=True)
    return mail(other, page(other), kind="text/html")


_ENGLISH = {
    "carte": (
        "Your carte Vitale expires soon",
        "Your carte Vitale expires on 30 November 2026. To keep being reimbursed you must order the new version and pay the"
        " delivery fee of 0.95 euro by credit card.",
        "Order my new card",
    ),
    "remboursement": (
        "ameli: you have a refund of 237.40 euros",
        "After reviewing your file, the Assurance Maladie informs you that you are entitled to a refund of 237.40 euros."
        " Please confirm your bank details within 48 hours to receive it.",
        "Get my refund",
    ),
    "compte": (
        "Your ameli account is suspended",
        "Your ameli account has been suspended after an unusual connection. Please log in to reactivate your account,"
        " otherwise your rights will be closed tomorrow.",
        "Reactivate my account",
    ),
}


@evasion("C-48", "english", honest=False)
def _english(letter: Letter) -> bytes:
    """The same in English."""
    subject, text, call = _ENGLISH[letter.slug]
    other = replace(
        letter,
        subject=subject,
        before=("Dear customer,", text),
        call=call,
        after=("Kind regards,", "L'Assurance Maladie"),
    )
    return mail(other, page(other), kind="text/html")


# --- the name beside the address -----------------------------------------------------------------------------------

_NAMES = {
    "zero-width": "As\u200bsurance Ma\u200bladie",
    "cyrillic": "Аssurаnce Mаlаdie",
    "full-width": "ａｍｅｌｉ",
    "soft-hyphen": "ame\u00adli",
    "letters-apart": "A M E L I",
    "leetspeak": "4m3l1",
    "leetspeak-2": "Assur4nce_M4ladi3",
    "digits": "Assurance Ma1adie",
    "upper-case": "ASSURANCE MALADIE",
    "glued": "AssuranceMaladie",
    "dotted": "a.m.e.l.i",
    "underscores": "_Assurance_Maladie_",
    "backward": "\u202eilema",
    "backward-in-an-isolate": "\u2067\u202eeidalaM ecnarussA\u2069",
    "address-in-the-name": "assurance-maladie@info.ameli.fr",
    "with-a-service": "CPAM - Service remboursements",
    "emoji": "🏥 Assurance Maladie 🇫🇷",
    "mathematical": "𝐀𝐬𝐬𝐮𝐫𝐚𝐧𝐜𝐞 𝐌𝐚𝐥𝐚𝐝𝐢𝐞",
    "misspelt": "Assurence Maladie",
    "accents": "Amélì",
}
NOTICE = "Bonjour,\r\n\r\nUn document est disponible dans votre espace. Merci de le consulter : {url}\r\n"


def _named(letter: Letter, name: str) -> bytes:
    other = replace(letter, display=name, subject="Votre document")
    return mail(other, NOTICE.format(url=letter.url), head=header(other))


for _slug, _name in _NAMES.items():
    _number = {"z": "C-20", "s": "C-20", "b": "C-21", "c": "C-22", "f": "C-22", "m": "C-22"}.get(_slug[0], "C-48")
    add(
        Evasion(
            _number,
            "display-name-" + _slug,
            partial(_named, name=_name),
            "The name alone claims to be the brand.",
            honest=False,
        )
    )

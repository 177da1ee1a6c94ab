"""What stands in the fields of a brand file, and what is said of a wrong one."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import ErrorDetails, PydanticCustomError

from vigie.message.fold import fold

_LOOPS = re.compile(r"\((?:[^()\\]|\\.)*(?<!\\)(?:[+*]|\{\d+,\})(?:[^()\\]|\\.)*\)(?:[+*]|\{\d+,\})")
"""A repetition without end within another: on the wrong text it runs for hours (X-10)."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def _whole_date(value: object) -> object:
    """A year or a month as its first day: sources often tell no more."""
    return f"{value}-01-01"[:10] if isinstance(value, str) and len(value) in {4, 7} else value


Seen = Annotated[date, BeforeValidator(_whole_date)]
"""2026-11-22, or "2026-11", or "2026"."""


def _usable(pattern: str) -> str:
    """A regular expression that compiles and whose time does not explode."""
    try:
        re.compile(pattern)
    except re.error as error:
        raise PydanticCustomError("no_pattern", "no regular expression: {why}", {"why": str(error)}) from None
    if _CONTROL.search(pattern):
        raise PydanticCustomError(
            "control", "a control character: a backslash is written twice, or between single quotes"
        )
    if _LOOPS.search(pattern):
        raise PydanticCustomError("endless", "a repetition without end within another: {0,40} instead of + or *")
    return pattern


def _folded(word: str) -> str:
    if fold(word) != word:
        raise PydanticCustomError("unfolded", "lower case, no accents: {form}", {"form": fold(word)})
    return word


Word = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_folded)]
"""A word or a phrase as it is compared: lower case, no accents."""
Domain = Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})+$", max_length=253)]
"""Lower-case A-labels, nothing before and nothing behind."""

Pattern = Annotated[str, Field(min_length=1, max_length=4000), AfterValidator(_usable)]
"""A regular expression over a folded clause: lower case, no accents. Linear, bounded."""
Address = Annotated[str, Field(pattern=r"^[^@\sA-Z]{0,64}@[a-z0-9_.-]{3,253}$")]
"""local@domain, or @domain."""
Number = Annotated[str, Field(pattern=r"^(?:0[0-9]{9}|[1-9][0-9]{2,5}|\+[0-9]{6,15})$")]
"""Digits alone: national, short, or international with a plus sign."""


def told(fault: ErrorDetails, place: str) -> tuple[str, str]:
    """What is wrong, in English and in French."""
    kind, context = fault["type"], fault.get("ctx", {})
    if kind == "string_pattern_mismatch":
        return _FORMS[next((key for key in _FORMS if f".{key}." in f".{place}."), "host")]
    if kind in {"literal_error", "enum"}:
        possible = str(context.get("expected", "")).replace("'", '"')
        return (
            f"unknown value; possible: {possible}",
            f"valeur inconnue ; possibles : {possible.replace(' or ', ' ou ')}",
        )
    french = _FRENCH.get(kind, fault["msg"])
    return fault["msg"], french.replace("{form}", str(context.get("form", "")))


_FORMS = {
    "address": (
        'an address ("info@lilas.example") or "@lilas.example", lower case',
        'une adresse ("info@lilas.example") ou "@lilas.example", en minuscules',
    ),
    "number": (
        'digits alone: "0199001234", "3646" or "+33199001234"',
        'des chiffres seuls : "0199001234", "3646" ou "+33199001234"',
    ),
    "host": (
        'a name alone: "www.lilas.example", lower case, without https://',
        'un nom seul : "www.lilas.example", en minuscules, sans https://',
    ),
}


_FRENCH = {
    "missing": "clé manquante",
    "extra_forbidden": "clé inconnue",
    "no_pattern": "ce n'est pas une expression régulière",
    "endless": "une répétition sans fin dans une autre : {0,40} au lieu de + ou *",
    "string_type": "il faut un texte entre guillemets",
    "tuple_type": 'il faut une liste : ["a", "b"]',
    "string_too_short": "texte vide",
    "string_too_long": "texte trop long",
    "unfolded": "en minuscules et sans accents : {form}",
    "control": "un caractère de contrôle : la barre oblique inverse s'écrit deux fois, ou entre apostrophes",
    "dict_type": 'il faut une langue et un texte : { fr = "la mutuelle des Lilas" }',
    "date_from_datetime_parsing": "il faut une date : 2026-11-22",
    "model_type": "il faut une table [...]",
}

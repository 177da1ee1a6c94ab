"""What the command line's reader says about a wrong command line, in French too: typer knows English only."""

from __future__ import annotations

import re

from vigie.cli.language import current, say

_FRENCH = tuple(
    (re.compile(english, re.DOTALL), french)
    for english, french in (
        (r"Invalid value for (.+?): (.+)", r"\1 : \2"),
        (r"Invalid value: (.+)", r"\1"),
        (r"Missing (?:argument|parameter) (.+?)", r"il manque \1"),
        (r"Missing option (.+?)", r"il manque l'option \1"),
        (r"Missing (?:argument|parameter|command|option)", "il manque la commande ou son argument"),
        (r"No such option: (\S+) \(Possible options: (.+)\)", r"l'option \1 n'existe pas (peut-être : \2)"),
        (r"No such option: (\S+)(?:,? Did you mean (.+)\?)?", r"l'option \1 n'existe pas"),
        (r"No such command (.+?)\. Did you mean (.+)\?", r"la commande \1 n'existe pas ; vouliez-vous dire \2 ?"),
        (r"No such command (.+)", r"la commande \1 n'existe pas"),
        (r"Option (.+) requires an argument", r"l'option \1 attend une valeur"),
        (r"Option (.+) requires (\d+) arguments", r"l'option \1 attend \2 valeurs"),
        (r"Option (.+) does not take a value", r"l'option \1 n'attend pas de valeur"),
        (r"Argument (.+) takes (\d+) values", r"\1 attend \2 valeurs"),
        (r"Got unexpected extra arguments? ?(?:\(s\) )?\((.+)\)", r"en trop : \1"),
    )
)
_VALUE = tuple(
    (re.compile(english), french)
    for english, french in (
        (r"(.+) is not a valid (?:float|integer|int)(?: range)?", r"\1 n'est pas un nombre"),
        (r"(.+) is not in the range (.+)", r"\1 n'est pas dans l'intervalle \2"),
        (r"Input should be a valid (?:number|integer).*", "un nombre est attendu"),
        (r"Input should be greater than or equal to (\S+)", r"\1 au moins"),
        (r"Input should be less than or equal to (\S+)", r"\1 au plus"),
        (r"(.+) is not one of (.+)", r"\1 n'est pas possible ; possibles : \2"),
    )
)

_GLOBAL = {
    "--config": "FILE",
    "--lang": "fr|en",
    "--verbose": "",
    "-v": "",
    "--log-format": "text|json",
    "--version": "",
}
"""The options of `vigie` itself, with what they want: behind a command its reader knows them no more."""
_BEFORE = re.compile(rf"No such option: ({'|'.join(map(re.escape, _GLOBAL))})(?![\w-])")


def in_words(text: str) -> str:
    """The error in the language that is in use, without its full stop; as it is where no pattern fits."""
    said = text.rstrip(".")
    before = _BEFORE.match(said)
    if before is not None:
        return _stands_before(before[1])
    if current() != "fr":
        return said
    for pattern, french in _FRENCH:
        found = pattern.fullmatch(said)
        if found is not None:
            return _value(found.expand(french))
    return said


def _stands_before(option: str) -> str:
    value = _GLOBAL[option]
    shown = f"vigie {option}{' ' + value if value else ''}"
    return say(
        f"{option} se place avant la commande : {shown} COMMANDE",
        f"{option} stands before the command: {shown} COMMAND",
    )


def _value(said: str) -> str:
    head, colon, value = said.rpartition(" : ")
    for pattern, french in _VALUE:
        found = pattern.fullmatch(value)
        if found is not None:
            return head + colon + found.expand(french)
    return said

"""Alerts in words, French and English: what is wrong, and what to do about it."""

from __future__ import annotations

from typing import Final, Literal

from vigie.scanner.operation.alarms import Notice
from vigie.scanner.operation.troubles import Kind, Trouble

Language = Literal["fr", "en"]

WHAT: Final[dict[Kind, dict[Language, str]]] = {
    Kind.ACCOUNT_STOPPED: {
        "fr": "compte arrêté : la connexion a été refusée deux fois, plus rien n'y est surveillé",
        "en": "account stopped: the login was refused twice, nothing is watched there any more",
    },
    Kind.LAG: {
        "fr": "retard : le courrier n'est pas jugé à temps",
        "en": "lag: mail is not judged in time",
    },
    Kind.LEDGER: {
        "fr": "registre inutilisable : rien n'est déplacé, rien n'est perdu",
        "en": "ledger unusable: nothing is moved, nothing is lost",
    },
    Kind.DISK: {"fr": "disque presque plein : place restante", "en": "disk nearly full: room left"},
    Kind.QUARANTINE: {
        "fr": "quarantaine en échec : des courriels jugés faux restent dans la boîte",
        "en": "quarantine failing: mail that was judged false stays in the mailbox",
    },
    Kind.AUDIT: {
        "fr": "journal d'audit modifié ou abîmé : endroits où la chaîne est rompue",
        "en": "audit log changed or damaged: places where the chain is broken",
    },
    Kind.CONFIGURATION: {
        "fr": "configuration refusée : l'ancienne reste en service",
        "en": "configuration refused: the old one stays at work",
    },
}
DO: Final[dict[Kind, dict[Language, str]]] = {
    Kind.ACCOUNT_STOPPED: {
        "fr": "réparez le mot de passe ou vigie login, puis rechargez (SIGHUP)",
        "en": "mend the password or vigie login, then reload (SIGHUP)",
    },
    Kind.LAG: {"fr": "vigie doctor dit ce qui l'empêche", "en": "vigie doctor says what is in the way"},
    Kind.LEDGER: {
        "fr": "vérifiez le disque et les droits du registre ([ledger] url)",
        "en": "check the disk and the ledger's permissions ([ledger] url)",
    },
    Kind.DISK: {
        "fr": "faites de la place avant que le registre ne s'arrête",
        "en": "make room before the ledger stops",
    },
    Kind.QUARANTINE: {
        "fr": "quota, droits ou dossier de quarantaine : vigie doctor",
        "en": "quota, rights or quarantine folder: vigie doctor",
    },
    Kind.AUDIT: {
        "fr": "vigie audit verify dit où ; gardez une copie du registre",
        "en": "vigie audit verify says where; keep a copy of the ledger",
    },
    Kind.CONFIGURATION: {"fr": "corrigez le fichier, puis SIGHUP", "en": "mend the file, then SIGHUP"},
}
OVER: Final[dict[Language, str]] = {"fr": "RÉTABLI", "en": "OVER"}
STILL: Final[dict[Language, str]] = {"fr": "TOUJOURS", "en": "STILL"}
LAST: Final[dict[Language, str]] = {
    "fr": "Dernier message de cette heure : la suite sera regroupée dans le prochain.",
    "en": "Last message of this hour: what comes is put into the next one.",
}
_COLON: Final[dict[Language, str]] = {"fr": " : ", "en": ": "}


def subject(notice: Notice, host: str, language: Language) -> str:
    """One line, for the subject of a mail."""
    first: list[str] = [_short(trouble.key, language) for trouble in (*notice.raised, *notice.still)]
    first += [f"{OVER[language].lower()}{_COLON[language]}{_short(key, language)}" for key in notice.over]
    more = f" (+{len(first) - 1})" if len(first) > 1 else ""
    return f"[Vigie {host}] {first[0]}{more}"


def text(notice: Notice, language: Language) -> str:
    """The whole message, one line for each thing."""
    lines = [_line(trouble, language) for trouble in notice.raised]
    lines += [f"{STILL[language]}{_COLON[language]}{_line(trouble, language)}" for trouble in notice.still]
    lines += [f"{OVER[language]}{_COLON[language]}{_short(key, language)}" for key in notice.over]
    return "\n".join([*lines, *([LAST[language]] if notice.last else [])])


def _line(trouble: Trouble, language: Language) -> str:
    where = f"{trouble.subject}{_COLON[language]}" if trouble.subject else ""
    detail = f" ({trouble.detail})" if trouble.detail else ""
    return f"{where}{WHAT[trouble.kind][language]}{detail} → {DO[trouble.kind][language]}"


def _short(key: str, language: Language) -> str:
    """What a key names, up to its colon."""
    kind, _, where = key.partition(" ")
    known = next((one for one in Kind if one.value == kind), None)
    what = WHAT[known][language].split(":")[0].strip() if known else kind
    return f"{where}{_COLON[language]}{what}" if where else what

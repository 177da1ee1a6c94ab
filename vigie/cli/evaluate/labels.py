"""Labelled mails: files, and for each the verdicts that are right."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from vigie.cli.language import current, say
from vigie.cli.status import Fault, Status
from vigie.message.fold import fold
from vigie.rules.types import Label

FILE = "labels.toml"
FRENCH = {
    "sans rapport": Label.UNRELATED,
    "authentique": Label.GENUINE,
    "indécis": Label.UNDECIDED,
    "suspect": Label.SUSPICIOUS,
    "usurpation": Label.IMPERSONATION,
}
_NAMED = {fold(name): label for name, label in FRENCH.items()} | {label.value: label for label in Label}
FIELDS = frozenset({"accept", "theme", "evasions"})
SUFFIXES = frozenset({".eml", ".txt", ""})


@dataclass(frozen=True, slots=True)
class Labelled:
    """One mail and what is known of it."""

    name: str
    """Its path below the folder, which names it in every list."""
    path: Path
    accept: tuple[Label, ...]
    """The verdicts that are right, the best one first."""
    theme: str = ""
    evasions: tuple[str, ...] = ()


def labelled(folder: Path) -> tuple[Labelled, ...]:
    """The mails of the folder in the order of their names. Raises Fault with one line.

    Labels stand in labels.toml (a table a file: accept, theme, evasions), or the mails lie in sub-folders that are named
    after a verdict, in English or in French.
    """
    if not folder.is_dir():
        raise Fault(f"{folder}: {say('ce dossier n’existe pas', 'there is no such folder')}")
    file = folder / FILE
    found = tuple(_listed(folder, file) if file.exists() else _sorted_into_folders(folder))
    if not found:
        raise _wrong(
            folder,
            f"aucun courriel étiqueté : il faut {FILE}, ou des sous-dossiers nommés {folder_names()}",
            f"no labelled mail: {FILE} is needed, or sub-folders named {folder_names()}",
        )
    return found


def _listed(folder: Path, file: Path) -> Iterator[Labelled]:
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _wrong(file, f"illisible : {error}", f"cannot be read: {error}") from None
    for name, table in sorted(tables.items()):
        path = folder / name
        if not isinstance(table, dict) or not path.is_file() or ".." in Path(name).parts:
            quoted = f'["{name}.eml"]'
            if isinstance(table, dict) and "eml" in table:  # [a.eml] is the table eml in the table a
                told = f"il faut des guillemets : {quoted}", f"quotation marks are needed: {quoted}"
            else:
                told = "ce fichier n'existe pas", "there is no such file"
            raise _wrong(file, f"[{name}] : {told[0]}", f"[{name}]: {told[1]}")
        if unknown := set(table) - FIELDS:
            known = ", ".join(sorted(FIELDS))
            raise _wrong(
                file,
                f"[{name}] : clé inconnue {min(unknown)} (connues : {known})",
                f"[{name}]: unknown key {min(unknown)} (known: {known})",
            )
        yield Labelled(
            name, path, _accepted(file, name, table), str(table.get("theme", "")), _strings(table.get("evasions"))
        )


def _accepted(file: Path, name: str, table: Mapping[str, object]) -> tuple[Label, ...]:
    words = _strings(table.get("accept"))
    known = {word: found for word in words if (found := _NAMED.get(fold(word))) is not None}
    if not words or not set(words) <= set(known):
        allowed = folder_names()
        raise _wrong(
            file,
            f"[{name}] accept : une liste de verdicts est attendue ({allowed})",
            f"[{name}] accept: a list of verdicts is wanted ({allowed})",
        )
    return tuple(known[word] for word in words)


def _strings(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, list) else ()


def _sorted_into_folders(folder: Path) -> Iterator[Labelled]:
    named = [(label, path) for path in _folders(folder) if (label := _label(path)) is not None]
    order = list(Label)
    for label, place in sorted(named, key=lambda item: (order.index(item[0]), item[1].name)):
        for path in sorted(place.glob("**/*")):
            if path.is_file() and path.suffix in SUFFIXES:
                theme = path.parent.name if path.parent != place else ""
                yield Labelled(str(path.relative_to(folder)), path, (label,), theme)


def unknown_folders(folder: Path) -> tuple[str, ...]:
    """The sub-folders that hold something and are not named after a verdict; none where labels.toml says what is what."""
    if (folder / FILE).exists():
        return ()
    return tuple(path.name for path in _folders(folder) if _label(path) is None and any(path.iterdir()))


def folder_names() -> str:
    """The names that are understood, in the language in use."""
    return ", ".join(FRENCH if current() == "fr" else Label)


def _folders(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))


def _label(folder: Path) -> Label | None:
    return _NAMED.get(fold(folder.name).replace("-", " ").replace("_", " "))


def _wrong(path: Path, fr: str, en: str) -> Fault:
    return Fault(f"{path}: {say(fr, en)}", Status.USAGE)

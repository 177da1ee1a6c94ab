"""Labelled mails: files, and for each the verdicts that are right."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from vigie.cli.language import say
from vigie.cli.status import Fault, Status
from vigie.rules.types import Label

FILE = "labels.toml"
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
    after a verdict.
    """
    if not folder.is_dir():
        raise Fault(f"{folder}: {say('ce dossier n’existe pas', 'there is no such folder')}")
    file = folder / FILE
    found = tuple(_listed(folder, file) if file.exists() else _sorted_into_folders(folder))
    if not found:
        raise _wrong(
            folder,
            f"aucun courriel étiqueté : il faut {FILE}, ou des sous-dossiers nommés {', '.join(Label)}",
            f"no labelled mail: {FILE} is needed, or sub-folders named {', '.join(Label)}",
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
            raise _wrong(file, f"[{name}] : ce fichier n'existe pas", f"[{name}]: there is no such file")
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
    known = {label.value: label for label in Label}
    if not words or not set(words) <= set(known):
        allowed = ", ".join(known)
        raise _wrong(
            file,
            f"[{name}] accept : une liste de verdicts est attendue ({allowed})",
            f"[{name}] accept: a list of verdicts is wanted ({allowed})",
        )
    return tuple(known[word] for word in words)


def _strings(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, list) else ()


def _sorted_into_folders(folder: Path) -> Iterator[Labelled]:
    for label in Label:
        for path in sorted((folder / label.value).glob("**/*")):
            if path.is_file() and path.suffix in SUFFIXES:
                theme = path.parent.name if path.parent.name != label.value else ""
                yield Labelled(str(path.relative_to(folder)), path, (label,), theme)


def _wrong(path: Path, fr: str, en: str) -> Fault:
    return Fault(f"{path}: {say(fr, en)}", Status.USAGE)

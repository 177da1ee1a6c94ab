"""Every reason of auth_checks has its French: read off the syntax trees, so that the catalogue cannot rot."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.test_samples import GOLDEN, golden
from vigie.auth_checks.reasoning import steps
from vigie.auth_checks.reasons import PLACE, tables, taken_apart
from vigie.cli import language
from vigie.cli.reasons import said

ROOT = Path(__file__).parents[2] / "vigie"
CHECKS = [
    path for path in sorted((ROOT / "auth_checks").glob("*.py")) if path.name not in {"settings.py", "providers.py"}
]
MESSAGE = sorted((ROOT / "message").rglob("*.py"))
WORD = re.compile(r"[a-z]{3,}")
NOT_SHOWN = ("re.", "logging.", "FieldError", "ValueError", "Field")
"""Calls whose texts nobody reads as a reason: patterns, and errors that mean "as if the field were not there"."""
UNSAID = {" via Frontend Transport": "the words of a Received field that is recognised by them"}
BY_HAND = {"subject", "word", "frame", "library"}
"""Tables of single words, of what holds texts together, and of other people's texts: no literal of ours to find."""


def reasons() -> Iterator[tuple[str, str]]:
    """(where, text): every literal of auth_checks that could be a reason, and every defect's detail; `{}` for what varies."""
    for path in CHECKS:
        yield from ((path.name, text) for text in _literals(path))
    for path in MESSAGE:
        yield from ((path.name, text) for text in _details(path))


def _literals(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    passed_over = set(_not_reasons(tree))
    for node in ast.walk(tree):
        text = "" if id(node) in passed_over else _text(node)
        if WORD.search(text.replace(PLACE, " ")) and " " in text.strip() and not text.startswith("RFC "):
            yield text


def _details(path: Path) -> Iterator[str]:
    """The details of structural defects: only those are obstacles."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not ast.unparse(node.func).endswith(("Defect", "note")):
            continue
        structural = len(node.args) > 2 or any(keyword.arg == "structural" for keyword in node.keywords)
        if structural and len(node.args) > 1 and WORD.search(text := _text(node.args[1])):
            yield text


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else PLACE for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _not_reasons(tree: ast.Module) -> Iterator[int]:
    """Docstrings, texts nobody reads, and the parts of an f-string, which is one text."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield id(node.value)
        if isinstance(node, ast.JoinedStr):
            yield from (id(part) for part in node.values if isinstance(part, ast.Constant))
        if isinstance(node, ast.Call) and (
            ast.unparse(node.func).startswith(NOT_SHOWN) or ast.unparse(node.func).endswith(".need")
        ):
            yield from (id(part) for argument in node.args for part in ast.walk(argument))


def test_every_reason_has_its_french():
    known = {english for table in tables().values() for english in table}
    missing = [f"{where}: {text!r}" for where, text in reasons() if text not in known and text not in UNSAID]
    assert not missing, "no French in vigie/auth_checks/reasons_fr.toml for\n" + "\n".join(missing)


def test_no_french_is_left_without_a_reason():
    written = {text for _, text in reasons()}
    frames = {text for path in CHECKS for text in _frames(path)}
    kept = {name: table for name, table in tables().items() if name not in BY_HAND}
    stale = [english for table in kept.values() for english in table if english not in written | frames]
    assert not stale, stale


def _frames(path: Path) -> Iterator[str]:
    """Every f-string, whatever words are in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr):
            yield _text(node)


def test_nothing_is_lost_in_translation():
    every = [(english, french) for table in tables().values() for english, french in table.items()]
    for english, french in every:
        assert english.count(PLACE) == french.count(PLACE), english
    assert [english for english, count in Counter(english for english, _ in every).items() if count > 1] == []


@pytest.fixture
def _french() -> Iterator[None]:
    language.use("fr")
    yield
    language.use("fr")


@pytest.mark.usefixtures("_french")
def test_reasons_within_reasons():
    text = "DKIM d=ameli.fr: fail (text was added under the signed body)."
    assert said(text) == "DKIM d=ameli.fr : fail (du texte a été ajouté sous le corps signé)."
    nested = "No DKIM signature aligns with the author domain (_dmarc.ameli.fr: name server fault (SERVFAIL))."
    assert said(nested) == (
        "Aucune signature DKIM n'est alignée avec le domaine de l'auteur (_dmarc.ameli.fr : panne du serveur de noms"
        " (SERVFAIL))."
    )
    assert said("signed by {x}.example") == "signé par {x}.example"
    assert said("nothing that we ever say") == "nothing that we ever say"


def test_english_stays_as_it_is():
    language.use("en")
    try:
        assert said("nobody proves it") == "nobody proves it"
    finally:
        language.use("fr")


@given(st.text(max_size=300), st.sampled_from([english for table in tables().values() for english in table]))
def test_total(text: str, english: str):
    said(text)
    assert said(english.replace(PLACE, text))


ENGLISH = re.compile(r"(?<![\w.-])(?:the|is|was|not|no|of|in|an?|more|than|with|by|for|nobody|this|it)(?![,\w.-])")
"""A word that makes a sentence: names, numbers and what a mail holds have none."""


def leaves(text: str) -> Iterator[str]:
    """What is shown as it stands, whatever the language."""
    found = taken_apart(text)
    if found is None:
        yield text
    else:
        for part in found[1]:
            yield from leaves(part)


@pytest.mark.parametrize("folder", GOLDEN, ids=lambda folder: folder.name)
def test_no_step_of_a_sample_is_left_in_english(folder: Path):
    evidence = golden(folder).evidence
    assert evidence is not None
    for step in steps(evidence):
        assert taken_apart(step.subject), step
        for leaf in leaves(step.found):
            assert not ENGLISH.search(leaf), (leaf, step)

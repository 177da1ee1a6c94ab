"""The house rules that a reader relies on, read off the syntax trees: who may import whom, and where."""

from __future__ import annotations

import ast
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CODE = sorted((ROOT / "vigie").rglob("*.py"))
PURE = ("message", "rules")

ALLOWED = {
    "message": set(),
    "auth_checks": {"message"},
    "rules": {"message", "auth_checks"},
    "judge": {"message", "auth_checks", "rules"},
    "ledger": {"message", "auth_checks", "rules"},
    "scanner": {"message", "auth_checks", "rules", "judge", "ledger"},
    "web": {"message", "auth_checks", "rules", "judge", "ledger"},
    "cli": {"message", "auth_checks", "rules", "judge", "ledger", "scanner", "web"},
}
ONLY_IN = {
    "mailparser": {"message"},
    "dkim": {"auth_checks"},
    "dns": {"auth_checks"},
    "spftrace": {"auth_checks"},
    "imapclient": {"scanner"},
    "apscheduler": {"scanner"},
    "fastapi": {"web"},
    "starlette": {"web"},
    "uvicorn": {"web"},
    "argon2": {"web"},
    "jwt": {"web"},
    "nh3": {"web"},
    "sqlalchemy": {"ledger"},
}
NEVER_IN_PURE = {"socket", "time", "random", "secrets", "subprocess", "logging.handlers", "requests", "urllib.request"}
PYDANTIC_AT = re.compile(r"settings\.py|brand\.py|policy\.py|config\.py|schemas\.py|profile\.py|demo_mails")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def package(path: Path) -> str:
    parts = path.relative_to(ROOT / "vigie").parts
    return parts[0] if len(parts) > 1 else ""


@cache
def imports(path: Path) -> tuple[tuple[str, bool], ...]:
    return tuple(_imports(path))


def _imports(path: Path) -> Iterator[tuple[str, bool]]:
    """Every imported module of a file, and whether the import stands inside a function."""
    inside = {
        id(node)
        for function in ast.walk(tree(path))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for node in ast.walk(function)
    }
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, id(node) in inside) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            assert node.module is not None
            yield node.module, id(node) in inside
            yield from ((f"{node.module}.{alias.name}", id(node) in inside) for alias in node.names)


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_follow_the_house(path: Path) -> None:
    here = package(path)
    for name, inside in imports(path):
        parts = name.split(".")
        if parts[0] == "vigie" and len(parts) > 1 and parts[1] in ALLOWED and here:
            assert parts[1] == here or parts[1] in ALLOWED[here], f"{here} may not import {name}"
        assert not inside or here == "cli", f"{name} is imported inside a function"
        assert parts[0] not in ONLY_IN or here in ONLY_IN[parts[0]], f"{name} belongs to {ONLY_IN[parts[0]]}"
        if here in PURE:
            assert name not in NEVER_IN_PURE, f"{name} in a pure package"
            assert name not in {"os.environ", "datetime.datetime.now"}
        if parts[0] in {"pydantic", "pydantic_settings"}:
            assert PYDANTIC_AT.search(str(path)), "pydantic only where bytes enter"


def test_pure_packages_read_no_clock_and_no_environment() -> None:
    for path in CODE:
        if package(path) not in PURE:
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Attribute):
                assert node.attr not in {"now", "utcnow", "today", "environ", "getenv"}, (
                    f"{path}:{node.lineno} {node.attr}"
                )


def test_there_are_no_import_cycles() -> None:
    modules = {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in CODE}
    edges = {
        name: {target for target, inside in imports(path) if target in modules and target != name and not inside}
        for name, path in modules.items()
    }
    done: set[str] = set()

    def walk(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, f"cycle: {' -> '.join((*trail, name))}"
        if name not in done:
            for target in edges[name]:
                walk(target, (*trail, name))
            done.add(name)

    for name in modules:
        walk(name, ())


CATCH_ALL = {
    "daemon.py": "the supervisor loop of each account",
    "supervisor.py": "the supervisor loop of each account",
    "watch.py": "a watcher that dies of a defect makes its folder deaf until the schedule, and nobody sees it",
    "worker.py": "the door of a judging process",
    "parse.py": "total over hostile bytes: mail-parser raises many kinds of error, and a fault of ours is a defect",
    "errors.py": "the outermost layer of the web pages: what passes it is logged with its text",
    "dispatch.py": "the loop over reports: a defect over one hostile fraud would hold up every other report",
    "letter.py": "the email package raises many kinds over words of a hostile mail: the reply is then written without them",
    "pdf.py": "pypdf raises whatever there is on a hostile document",
}


def test_no_except_exception_without_a_reason() -> None:
    """House: outcomes are values. A handler that cleans up and raises again hides nothing."""
    for path in CODE:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ExceptHandler):
                caught = ast.unparse(node.type) if node.type else "BaseException"
                broad = {"Exception", "BaseException"} & set(re.findall(r"\w+", caught))
                again = isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None
                assert not broad or again or path.name in CATCH_ALL, f"{path}:{node.lineno}"


def test_nothing_ever_expunges_bare_or_closes() -> None:
    """G2: only UID MOVE and UID EXPUNGE of one UID; a bare EXPUNGE or CLOSE destroys what others flagged."""
    for path in CODE:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\.expunge\(\s*\)|\.close_folder\(|delete_folder|['\"]CLOSE['\"]", text), path


def test_every_package_and_module_says_what_it_is_for() -> None:
    for path in CODE:
        assert ast.get_docstring(tree(path)), f"{path} has no docstring"


def test_no_machine_path_nor_registry_address_is_committed() -> None:
    names = re.compile(r"/work/|/root/|/home/[a-z]|pypi\.org|files\.pythonhosted|registry\.npmjs|deb\.debian\.org")
    for path in [
        *CODE,
        *(ROOT / "tests").rglob("*.py"),
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/*.md"),
        ROOT / "Makefile",
    ]:
        if path != Path(__file__):
            assert not names.search(path.read_text(encoding="utf-8")), path


SILENCED = re.compile(
    r"#\s*(?:type:\s*ignore|(?:ruff:\s*)?noqa)\b(?:\[[a-z, -]+\])?(?::\s*[A-Z0-9, ]+[0-9])?(?P<reason>.*)"
)


def test_whatever_silences_a_check_says_why() -> None:
    bare = []
    for path in (*CODE, *(ROOT / "tests").rglob("*.py")):
        if not SILENCED.search(path.read_text(encoding="utf-8")):
            continue  # to take all files apart takes seconds: what no line of the text says, no comment says
        with path.open("rb") as file:
            comments = [token for token in tokenize.tokenize(file.readline) if token.type == tokenize.COMMENT]
        bare += [
            f"{path.relative_to(ROOT)}:{comment.start[0]}"
            for comment in comments
            for found in [SILENCED.match(comment.string)]
            if found and not re.match(r"\s+(?:#|-) \w", found["reason"])
        ]
    assert bare == []


LONG = 60
LONG_ALL_THE_SAME = {
    "cli/commands/check.py:declare": "the options of one command",
    "cli/commands/report.py:declare": "the options of one command",
    "message/senders.py:_grammar": "one grammar, which is read beside its RFC",
}
"""A long function is a sign to look at (house, Style): these were looked at."""


def test_no_function_is_long_without_a_reason() -> None:
    long = {
        f"{path.relative_to(ROOT / 'vigie').as_posix()}:{node.name}"
        for path in CODE
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= LONG
    }
    assert long == LONG_ALL_THE_SAME.keys()

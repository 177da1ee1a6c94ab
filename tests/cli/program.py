"""The program as people run it: a process with arguments, output and an exit status."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.cli.forked import parent
from vigie.scanner.settings import AccountSettings

DEMO = Path(__file__).parents[2] / "vigie" / "cli" / "demo_mails"
FALSE = DEMO / "010-remboursement-dossier.eml"
GENUINE = DEMO / "001-information-de-paiement.eml"
ORDINARY = DEMO / "081-famille-dimanche.eml"
JUDGING = (
    f'[dns]\nzone_file = "{DEMO / "zone.toml"}"\n[trust]\nborder_hosts = ["mx.demo.example"]\n[limits]\nworkers = 1\n'
)


def environment(**more: str) -> dict[str, str]:
    """Ours, without what changes the language or names a configuration."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("LC_", "LANG", "VIGIE_"))}
    return {**kept, "LC_ALL": "C.UTF-8", **more}


def vigie(
    *arguments: str | Path, cwd: Path, stdin: bytes = b"", env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs it to its end; output and messages as text."""
    done = parent().run([*map(str, arguments)], cwd=cwd, stdin=stdin, env=environment(**(env or {})), timeout=120)
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
    )


def one_line(stderr: str) -> str:
    """The only line on stderr, which is ours."""
    lines = stderr.splitlines()
    assert len(lines) == 1, stderr
    assert lines[0].startswith("vigie: ")
    return lines[0]


def account_toml(account: AccountSettings, **changes: object) -> str:
    """An [[accounts]] section as a person would write it."""
    told = account.model_dump(mode="json", exclude_none=True) | changes
    lines = ["[[accounts]]"]
    for key, value in told.items():
        shown = (
            f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else f"{value}"
        )
        lines.append(f"{key} = {shown}".replace("'", '"'))
    return "\n".join(lines) + "\n"

"""Coverage-guided fuzzing of parse, authenticate and judge: never an exception, never a second for a small mail, no proof by chance.

    python -m tests.soak.fuzz [--seconds 300]

Starts from every sample mail and every attack shape. Needs atheris (requirements/soak.txt), whose pinned
version is meant for CPython 3.11 here: on another Python the program says so and ends with 2.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SMALL = 16_384
"""Bytes; libFuzzer makes nothing longer."""
SECONDS = 1.0
"""Of CPU time, for one small mail."""
PYTHON = (3, 11)
TOKENS = (
    *("From:", "From :", "Sender:", "Resent-From:", "Reply-To:", "Subject:", "To:", "Date:", "Received: from "),
    *("DKIM-Signature: v=1;", "Authentication-Results: mx.demo.example;", "Received-SPF: pass ", "ARC-Seal: i=1;"),
    *(
        "Content-Type: multipart/mixed; boundary=b",
        "Content-Transfer-Encoding: base64",
        "=?utf-8?B?",
        "=?utf-8?q?",
        "?=",
    ),
    *(
        "\\x0d\\x0a",
        "\\x0d\\x0a ",
        "\\x0d\\x0a\\x0d\\x0a",
        "\\x00",
        "\\xe2\\x80\\xae",
        "\\xe2\\x80\\x8b",
        "--b",
        "--b--",
        "<a href=",
    ),
    *("assurance-maladie@info.ameli.fr", "dmarc=pass header.from=", "d=info.ameli.fr", "https://evil.example/", "l=0"),
    *("message/rfc822", "text/html", "charset=utf-7", "filename*0*=utf-8''", "h=from:to", "Subject: TR: "),
)


def main() -> int:
    """0 without a crash; 1 with one; 2 where this Python cannot run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if sys.version_info[:2] != PYTHON or importlib.util.find_spec("atheris") is None:
        running = ".".join(map(str, sys.version_info[:2]))
        print(
            f"fuzz: cannot run: it needs CPython 3.11 and atheris of requirements/soak.txt; this is Python {running}",
            file=sys.stderr,
        )
        return 2
    if options.child:
        _fuzz(options.child, options.seconds)
    return _run(options.seconds)


def _run(seconds: int) -> int:
    """A process of its own, since libFuzzer ends the one in which it runs; its last line of figures is shown."""
    with tempfile.TemporaryDirectory(prefix="vigie-fuzz-") as name:
        place = Path(name)
        seeds = _seeds(place)
        tokens = (token.replace('"', '\\"') for token in TOKENS)
        (place / "tokens").write_text("".join(f'"{token}"\n' for token in tokens), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "tests.soak.fuzz", "--child", name, "--seconds", str(seconds)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False,
        )  # fmt: skip
        figures = [line for line in done.stdout.splitlines() if re.match(r"#\d+\s|stat::|Done ", line)]
        print(f"{seeds} seeds; exit {done.returncode}")
        print("\n".join(figures[-12:]))
        if done.returncode:
            print(done.stdout[-6_000:])
            for crash in place.glob("crash-*"):
                kept = Path(tempfile.gettempdir()) / f"vigie-{crash.name}"
                kept.write_bytes(crash.read_bytes())
                print(f"the input is {kept}")
    return 1 if done.returncode else 0


def _seeds(place: Path) -> int:
    """Writes the first corpus; how many."""
    from tests.attacks.letters import alternative, encoded, plain
    from tests.attacks.shapes import SHAPES, composed

    folder = place / "corpus"
    folder.mkdir()
    mails = [path.read_bytes() for path in sorted((Path(__file__).parents[1] / "samples").glob("*/message.eml"))]
    mails += [composed(letter(), shape) for letter in (plain, alternative, encoded) for shape in SHAPES]
    for number, raw in enumerate(mails):
        (folder / str(number)).write_bytes(raw[:SMALL])
    return len(mails)


def _fuzz(place: Path, seconds: int) -> None:
    """Does not return: libFuzzer ends the process."""
    import atheris

    with atheris.instrument_imports(include=["vigie"]):
        from tests.attacks.letters import AMELI, NOW, RECEIVED, TRUST, resolver
        from vigie.auth_checks.authenticate import authenticate
        from vigie.message.parse import read
        from vigie.rules.judgement import judge

    def examine(data: bytes) -> None:
        started = time.process_time()
        message = read(data)  # without the net of parse: a fault shows
        evidence = authenticate(message, resolver().session(), TRUST, received=RECEIVED, now=NOW)
        verdict = judge(message, evidence, (AMELI,))
        used = time.process_time() - started
        if verdict.proven and not evidence.complete:
            raise AssertionError("a proof without evidence")
        if used > SECONDS:
            raise AssertionError(f"{used:.1f} s for {len(data)} bytes")

    os.chdir(place)
    flags = [
        "-dict=tokens",
        f"-max_len={SMALL}",
        f"-max_total_time={seconds}",
        "-print_final_stats=1",
        "-rss_limit_mb=3000",
    ]
    atheris.Setup([sys.argv[0], *flags, "corpus"], examine)
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())

"""docs/doctor.md, written from the catalogue; a test compares.

usage: python -m vigie.cli.checkup.page > docs/doctor.md
"""

from __future__ import annotations

from vigie.cli.checkup.found import catalogue

HEAD = """\
# vigie doctor

`vigie doctor` looks at everything that the service needs, changes nothing in any mailbox, sends nothing to anybody, and says of
each wrong set-up what is wrong, why that matters and how to mend it. `✗`: it has to be mended, and the exit status is 3. `✓` with
an arrow: it may be meant so.

What vigie.toml itself gets wrong (TOML, unknown keys, values, secrets in it, two accounts of one name, cleartext off loopback, a
quarantine folder that is scanned, missing files) ends every command with status 2 and one line: file, line, key, what would be right.

Written from `vigie/cli/checkup/setups.toml`.
"""


def render() -> str:
    """The whole page, English before French."""
    known = catalogue()
    lines = [HEAD, f"{len(known)} wrong set-ups.", ""]
    for language, titles in ((1, ("what is wrong", "why", "mend")), (0, ("ce qui ne va pas", "pourquoi", "réparer"))):
        lines += [f"| | {' | '.join(titles)} |", "|---|---|---|---|"]
        for name, setup in known.items():
            texts = (setup.what[language], setup.why[language], setup.mend[language])
            lines.append(f"| `{name}` | {' | '.join(text.replace('|', chr(92) + '|') for text in texts)} |")
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    print(render(), end="")

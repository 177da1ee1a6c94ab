"""Puts an ARC set (RFC 8617) of a test key on top of a sample mail, as a forwarder would.

    python -m tests.samples.seal FILE --domain D --selector S --results "dmarc=pass header.from=..." [--time T]

The instance and cv= follow from the sets that are there: `arc=pass` or `arc=fail` among the results says what the sealer found.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from types import SimpleNamespace

import dkim

from tests.samples import sign


def sealed(raw: bytes, domain: str, selector: str, results: str, time: int) -> bytes:
    """The message with one more ARC set on top; the same bytes each time."""
    seen = f"Authentication-Results: {domain}; {results}\r\n".encode()
    key = sign.OTHERS.read_bytes().strip()
    clock = dkim.time
    dkim.time = SimpleNamespace(time=lambda: time)
    try:
        fields = dkim.arc_sign(seen + raw, selector.encode(), domain.encode(), key, domain.encode())
    finally:
        dkim.time = clock
    if not fields:
        raise ValueError(f"no set was made of {results!r}")
    return b"".join(bytes(field) for field in fields) + raw


def main(arguments: list[str]) -> int:
    """0."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--domain", required=True)
    parser.add_argument("--selector", default="arc2026")
    parser.add_argument("--results", required=True)
    parser.add_argument("--time", type=int, default=1795000000)
    options = parser.parse_args(arguments)
    raw = sealed(options.file.read_bytes(), options.domain, options.selector, options.results, options.time)
    options.file.write_bytes(raw)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

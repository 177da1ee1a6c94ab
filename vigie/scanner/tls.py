"""How every connection of ours is secured: certificate and host name verified, TLS 1.2 at least."""

from __future__ import annotations

import ssl
from pathlib import Path


def verifying(ca_file: Path | None) -> ssl.SSLContext:
    """Trusts the system's authorities, or those of `ca_file`. Raises OSError for a file that is unusable, see `why_unusable`."""
    context = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def why_unusable(error: OSError) -> str:
    """What is wrong with a ca_file."""
    return "is no certificate" if isinstance(error, ssl.SSLError) else f"cannot be read: {error.strerror}"

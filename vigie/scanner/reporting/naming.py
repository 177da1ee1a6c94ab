"""Names of reports in other people's formats: the same at every try, so that a report which was sent twice is known for one."""

from __future__ import annotations

import hashlib
import uuid


def identifier(report_id: str, part: str = "") -> str:
    """A UUID in the form of version 4 (RFC 9562 section 5.4), which XARF and STIX ask for; of a report, or of one part of it."""
    digest = hashlib.sha256(f"vigie report\0{report_id}\0{part}".encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))

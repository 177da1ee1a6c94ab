"""What a name server's answer says: records, an absence, an alias that leads elsewhere, or nothing that can be used.

Read from dnspython's answers and errors; what follows from it is the resolver's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import dns.flags
import dns.message
import dns.name
import dns.rdata
import dns.rdatatype
import dns.rdtypes.ANY.MX
import dns.rdtypes.ANY.PTR
import dns.rdtypes.ANY.TXT
import dns.resolver

MAX_BYTES = 32_768
"""Of all records of one answer. A DNS message holds 64 KB; a policy or key record has a few hundred bytes (RFC 7208 section 3.4)."""

Answer = tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """One answer. Without records, alias and fault the name exists and has no record of that type."""

    records: Answer = ()
    alias: str = ""
    """The name is an alias, and the server said nothing about what it leads to."""
    fault: str = ""
    """Why the answer cannot be used."""
    ttl: float = 0.0
    """How long it may be kept, in seconds; 0 where the server did not say (RFC 2308 section 5)."""


def read(found: dns.resolver.Answer) -> Reading:
    """The meaning of an answer without error code."""
    if found.response.flags & dns.flags.TC:
        # dnspython looks at the bit in datagrams only; over TCP it would pass for an absence.
        return Reading(fault="an answer that is cut short over TCP, too")
    ttl = float(found.chaining_result.minimum_ttl)
    if found.rrset is not None:
        ordered = sorted(found.rrset, key=lambda rdata: getattr(rdata, "preference", 0))
        records = tuple(_as_bytes(rdata) for rdata in ordered)
        if sum(map(len, records)) > MAX_BYTES:
            return Reading(fault="an answer of more than 32 KB")
        return Reading(records, ttl=ttl)
    kinds = {rrset.rdtype for rrset in found.response.authority}
    if dns.rdatatype.SOA in kinds:
        return Reading(ttl=ttl)
    if found.chaining_result.cnames:
        return Reading(alias=found.canonical_name.to_text(omit_final_dot=True))
    if dns.rdatatype.NS in kinds:
        # RFC 2308 section 2.2: name servers without SOA refer to somebody else; this one knows nothing.
        return Reading(fault="lame name server (it refers to others)")
    return Reading()


def absence_ttl(absence: dns.resolver.NXDOMAIN) -> float:
    """RFC 2308 section 5: the lesser of the SOA's TTL and its minimum field; 0 without SOA: not to be kept."""
    responses: Mapping[dns.name.Name, dns.message.Message] = absence.kwargs.get("responses") or {}
    ttls = [
        min(rrset.ttl, getattr(rrset[0], "minimum", 0))
        for response in responses.values()
        for rrset in response.authority
        if rrset.rdtype == dns.rdatatype.SOA and len(rrset)
    ]
    return float(min(ttls, default=0))


def servers_said(exc: dns.resolver.NoNameservers) -> str:
    """Why no server gave a usable answer, without their addresses: SERVFAIL, REFUSED, ..."""
    reasons = {_said(error[3]) for error in exc.kwargs.get("errors", ()) if len(error) > 3}
    return f"name server fault ({', '.join(sorted(reasons)) or 'none answered'})"


def _said(error: object) -> str:
    """An error code as the server sent it, or the kind of fault: an exception's text would carry the server's own words."""
    if isinstance(error, dns.message.ChainTooLong):
        return "CNAME loop"
    return type(error).__name__ if isinstance(error, Exception) else str(error).split(" ")[0].strip(".")


def _as_bytes(rdata: dns.rdata.Rdata) -> bytes:
    if isinstance(rdata, dns.rdtypes.ANY.TXT.TXT):
        return b"".join(rdata.strings)
    if isinstance(rdata, dns.rdtypes.ANY.MX.MX):
        return rdata.exchange.to_text(omit_final_dot=True).encode("ascii", "replace")
    if isinstance(rdata, dns.rdtypes.ANY.PTR.PTR):
        return rdata.target.to_text(omit_final_dot=True).encode("ascii", "replace")
    return rdata.to_text().encode("ascii", "replace")

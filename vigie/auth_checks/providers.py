"""Presets of `[trust] provider`: how large mail hosts name their border.

A preset that does not fit a message gives "unavailable", never a failure.
"""

from __future__ import annotations

from typing import Final

from vigie.auth_checks.settings import TrustSettings

PRESETS: Final[dict[str, TrustSettings]] = {
    # Exchange Online: hops between Microsoft hosts carry addresses of 40.92.0.0/15, 40.107.0.0/16, 52.100.0.0/14 and
    # 104.47.0.0/17 (its published outbound ranges) or of 2603:1000::/24 and 2a01:111::/32 inside; its
    # Authentication-Results has no authserv-id, so it is not believed here.
    "microsoft365": TrustSettings(
        border_hosts=(".prod.outlook.com", ".protection.outlook.com"),
        relays=("2603:1000::/24", "2a01:111:f400::/48", "2a01:111:f403::/48"),
    ),
    # Gmail: inner hops are written "by 2002:a05:..." with SMTP id and a client in the same network.
    "gmail": TrustSettings(
        border_hosts=("mx.google.com",), relays=("2002:a00::/24", "10.0.0.0/8"), authserv_ids=("mx.google.com",)
    ),
    "ovh": TrustSettings(border_hosts=(".mail.ovh.net", ".ha.ovh.net"), relays=("10.0.0.0/8", "172.16.0.0/12")),
    "orange": TrustSettings(border_hosts=(".orange.fr", ".wanadoo.fr"), relays=("10.0.0.0/8",)),
    "infomaniak": TrustSettings(
        border_hosts=(".infomaniak.ch", ".infomaniak.com"), relays=("10.0.0.0/8",), authserv_ids=(".infomaniak.ch",)
    ),
}

"""Presets of `[trust] provider`: how large mail hosts name their border, and where they write their results.

Each comment says what was seen in delivered mails; all of them were read field by field, none is from a manual. A preset that
does not fit a message gives "unavailable", never a failure. Hosts of which only sent mails were found (Laposte.net, SFR)
have none: a guess here would evaluate SPF for one of the host's own machines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True, slots=True)
class Preset:
    """`[trust]` for one host, and what the settings have no words for."""

    border_hosts: tuple[str, ...] = ()
    relays: tuple[str, ...] = ()
    authserv_ids: tuple[str, ...] = ()
    patterns: tuple[re.Pattern[str], ...] = ()
    """By-hosts that have no domain."""
    inner_hosts: tuple[str, ...] = ()
    """By-hosts that never face the Internet: their field may go without a client address."""
    own_below: Literal["", "next", "anywhere"] = ""
    """The host writes its own results below its Received field: as the next fields, or anywhere in the header. They are neither
    believed nor taken for a forgery, since nothing but their place tells them from a stranger's."""
    arc_results: bool = False
    """The results stand above its Received field too, as ARC-Authentication-Results."""
    nameless: bool = False
    """Authentication-Results without an authserv-id (exchange.py)."""


NO_PRESET: Final = Preset()

PRESETS: Final[dict[str, Preset]] = {
    # Seen in mails delivered 2016-2024, newest first: [by *.PROD.OUTLOOK.COM with HTTPS] [by *.prod.outlook.com,
    # client 2603:10a6:...] [by *.outlook.office365.com ... via Frontend Transport] Authentication-Results: spf=pass
    # (sender IP is 192.0.2.1) ... without an authserv-id; Received-SPF: Pass (...) receiver=protection.outlook.com;
    # client-ip=...; and Received: from helo (192.0.2.1) by *.mail.protection.outlook.com (10...) with Microsoft
    # SMTP Server. Inner clients: 2603:1000::/24, 2a01:111:..., formerly 10.0.0.0/8.
    "microsoft365": Preset(
        # The first name is Received-SPF's alone. As an authserv-id it is nobody's: a tenant's transport rule can write it, and his
        # mail comes from the relays below.
        border_hosts=(
            "protection.outlook.com",
            ".protection.outlook.com",
            ".prod.outlook.com",
            ".outlook.office365.com",
        ),
        relays=("2603:1000::/24", "2a01:111:e400::/48", "2a01:111:f400::/48", "2a01:111:f403::/48", "10.0.0.0/8"),
        nameless=True,
    ),
    # Seen in mails delivered 2019-2025: [by 2002:a05:... with SMTP id, no from] X-Received, ARC-Seal,
    # ARC-Message-Signature, ARC-Authentication-Results: i=1; mx.google.com; ... Return-Path, Received: from helo
    # (rdns. [192.0.2.1]) by mx.google.com with ESMTPS, and only below it Received-SPF (without receiver=) and
    # Authentication-Results: mx.google.com.
    "gmail": Preset(
        border_hosts=("mx.google.com",),
        relays=("2002:a00::/24", "10.0.0.0/8"),
        authserv_ids=("mx.google.com",),
        own_below="next",
        arc_results=True,
    ),
    # Seen in OVHcloud's own guide (a mail of 2023) and in one delivered in 2021: [from localhost (HELO queue)
    # (127.0.0.1) by localhost] [from unknown (HELO output28.mail.ovh.net) (192.168.11.93) by 192.168.1.2] [from
    # vr45... (unknown [10.101.8.45]) by out28.mail.ovh.net] [from in31... by vr45.mail.ovh.net] Received-SPF: Pass
    # (mailfrom) ... receiver=<the recipient>, Authentication-Results: in31.mail.ovh.net; dkim=pass ..., Received:
    # from helo (rdns [192.0.2.1]) by in31.mail.ovh.net (Postfix). Customers' mail is submitted at *.mail.ovh.net
    # too (mta6.priv.ovhmail-u1.ea.mail.ovh.net), hence no suffix.
    "ovh": Preset(
        patterns=(re.compile(r"(?:in|vr|out|output)[0-9]{1,4}\.mail\.ovh\.net"),),
        relays=("10.0.0.0/8", "192.168.0.0/16"),
        authserv_ids=(".mail.ovh.net",),
        inner_hosts=("localhost",),
    ),
    # Seen in mails of 2014-2021: by-hosts are bare names (mwinf5d34, mwinb8903), "from helo ([192.0.2.1]) by
    # mwinf5d34 with ME", stored by "from local-out (mwinf8514 [127.0.0.1]) by mwinb8903 (Cyrus v2.3.13) with
    # LMTPA". Mostly sent mails: no results were seen.
    "orange": Preset(
        border_hosts=(".orange.fr", ".wanadoo.fr"), patterns=(re.compile(r"mwin[bf][0-9a-z]{4}(?:-[a-z]{2,5})?"),)
    ),
    # Seen in a mail delivered in 2023: [from smtp-3-9001... ([10.4.36.131]) by mda-3-0007.mail.infomaniak.ch with
    # LMTP (envelope-from <...>)] Authentication-Results: mx.infomaniak.com; dmarc=pass, Received: from helo (rdns
    # [192.0.2.1]) by smtp-3-9001.mail.infomaniak.ch (Postfix), and below it a second with dkim=pass, and at the
    # very end of the header a third, spf=pass.
    "infomaniak": Preset(
        patterns=(re.compile(r"(?:smtp|mda)-[0-9]-[0-9]{4}\.mail\.infomaniak\.ch"),),
        relays=("10.0.0.0/8",),
        authserv_ids=("mx.infomaniak.com",),
        own_below="anywhere",
    ),
    # Seen in mails delivered 2013-2020: [from spool.mail.gandi.net (spool5... [217.70.178.214]) by
    # nmboxes20.sd4.0x35.net], formerly [by spool.mail.gandi.net from mfilter21-d.gandi.net [217.70.178.149]] [by
    # mfilter21-d.gandi.net from [10.0.21.135]], then Received: from helo (rdns [192.0.2.1]) by spool.mail.gandi.net
    # (Postfix). What Gandi's customers send comes from 217.70.183.0/24.
    "gandi": Preset(
        border_hosts=("spool.mail.gandi.net", ".sd4.0x35.net", ".mgt.gandi.net"),
        patterns=(re.compile(r"mfilter[0-9]{1,4}-d\.gandi\.net"),),
        relays=("217.70.178.0/24", "10.0.0.0/8"),
    ),
    # Seen in mails delivered 2021-2026: Authentication-Results:  kundenserver.de; dkim=pass header.i=@..., above
    # Received: from helo ([192.0.2.1]) by mx.kundenserver.de (mxeue102 [217.72.192.67]) with ESMTPS (Nemesis). No
    # inner hops.
    "ionos": Preset(border_hosts=("mx.kundenserver.de",), authserv_ids=("kundenserver.de",)),
    # Seen in a mail delivered in 2023: [from pam.o2switch.net by pam.o2switch.net with LMTP (envelope-from <...>)]
    # Return-path, Envelope-to, Delivery-date, Received: from rdns ([192.0.2.1]:2566 helo=helo) by pam.o2switch.net
    # with esmtps (Exim 4.96) (envelope-from <...>).
    "o2switch": Preset(border_hosts=(".o2switch.net",)),
    # Seen in alwaysdata's own guide (a mail of 2019): [from smtpin1.paris1.alwaysdata.com ([2a00:b6e0:...]) by
    # imap1.paris1.alwaysdata.com (Dovecot) with LMTP], Return-path, Envelope-to, Delivery-date, Received: from rdns
    # ([192.0.2.1]) by smtpin1.paris1.alwaysdata.com (Exim 4.89).
    "alwaysdata": Preset(patterns=(re.compile(r"(?:smtpin|imap)[0-9]{1,3}\.[a-z]+[0-9]\.alwaysdata\.com"),)),
    # Seen in a mail delivered in 2011: [by zimbra16-e3.priv.proxad.net with LMTP] [from helo
    # (mx26-g26.priv.proxad.net [172.20.243.96]) by zimbra16-e3.priv.proxad.net (Postfix)] Received: from helo
    # ([192.0.2.1]) by mx1-g20.free.fr (MXproxy) for ... No results.
    "free": Preset(
        border_hosts=(".priv.proxad.net",),
        patterns=(re.compile(r"mx[0-9]{1,2}-g[0-9]{1,2}\.free\.fr"),),
        relays=("172.16.0.0/12",),
    ),
    # Seen in a mail delivered in 2025: Received: from helo [192.0.2.1] by b221-8.in.mailobj.net [192.168.90.28]
    # with ESMTP via ip-20.mailobj.net [213.182.54.20]. No results, no inner hops. What customers send has no from
    # clause.
    "mailo": Preset(border_hosts=(".in.mailobj.net",)),
    # Seen in mails delivered 2022-2025: [from 127.0.0.1 by atlas-production.v2-mail-prod1-gq1.omega.yahoo.com ...
    # with HTTP] Return-Path, X-Originating-Ip, Received-SPF without keys, Authentication-Results:
    # atlas-production...; dkim=..., X-Apparently-To, ..., Received: from 192.0.2.1 (EHLO helo) by 10.253.231.24
    # with SMTPs.
    "yahoo": Preset(
        patterns=(re.compile(r"atlas-production\.v2-mail-prod1-[a-z0-9]+\.omega\.yahoo\.com"),),
        relays=("10.0.0.0/8",),
        authserv_ids=(".omega.yahoo.com",),
        inner_hosts=(".omega.yahoo.com",),
    ),
}

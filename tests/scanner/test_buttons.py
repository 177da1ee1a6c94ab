"""Folders that are buttons: what is moved there is judged, answered once, and lies where it came from again."""

from __future__ import annotations

import email
from email.policy import default

from tests.scanner.world import look, mail, places, scan
from tests.servers.dovecot import Dovecot, append, client, contents
from vigie.ledger.store import Ledger

CHECK, REPORT = "À vérifier", "Signaler une fraude"


def test_first(dovecot: Dovecot, ledger: Ledger) -> None:
    account = dovecot.account(check_folder=CHECK, report_folder=REPORT)
    scan(account, ledger, folder=CHECK)
    append(
        account,
        *(
            mail(kind.split()[0], kind)
            for kind in ("impersonation", "suspicious", "genuine proven", "undecided", "unrelated")
        ),
        folder=CHECK,
    )
    print(scan(account, ledger, folder=CHECK, mode="observe"))
    for seen in look(account):
        print(seen)
    for raw in contents(account)["INBOX"]:
        m = email.message_from_bytes(raw, policy=default)
        if "Vigie" in m["From"]:
            print(m["Subject"], m["In-Reply-To"])
            print(m.get_content())
    print(scan(account, ledger))
    assert 0

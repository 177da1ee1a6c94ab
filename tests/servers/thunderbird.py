"""A real Thunderbird without a window, with one IMAP account and one extension, driven by Marionette.

What can be seen in it is asked of its own document trees; the banner of the extension stands in the document of the message.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any, Literal

from tests.servers import processes
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.marionette import Marionette
from vigie.scanner.settings import AccountSettings

QUIET: dict[str, object] = {
    "app.donation.eoy.version.viewed": 999,
    "app.update.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.autoDisableScopes": 0,
    "extensions.getAddons.cache.enabled": False,
    "extensions.update.enabled": False,
    # What a person answers with "Allow" when the settings page asks for its server.
    "extensions.webextOptionalPermissionPrompts": False,
    "mail.biff.play_sound": False,
    "mail.biff.show_alert": False,
    "mail.instrumentation.postUrl": "",
    "mail.provider.suppress_dialog_on_startup": True,
    "mail.rights.version": 1,
    "mail.shell.checkDefaultClient": False,
    "mail.spotlight.firstRunDone": True,
    "mailnews.start_page.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.dns.disabled": True,
    "security.remote_settings.crlite_filters.enabled": False,
    "services.settings.server": "http://127.0.0.1:9/",
    "toolkit.telemetry.enabled": False,
}
"""Asks nothing of anybody, in the world or on the screen."""


def _account(dovecot: Dovecot, account: AccountSettings) -> dict[str, object]:
    server, identity = "mail.server.server1.", "mail.identity.id1."
    return {
        "mail.accountmanager.accounts": "account1,account2",
        "mail.accountmanager.defaultaccount": "account1",
        "mail.accountmanager.localfoldersserver": "server2",
        "mail.account.account1.server": "server1",
        "mail.account.account1.identities": "id1",
        "mail.account.account2.server": "server2",
        f"{server}type": "imap",
        f"{server}hostname": "127.0.0.1",
        f"{server}port": dovecot.port,
        f"{server}userName": account.username,
        f"{server}name": "Accueil",
        f"{server}socketType": 0,
        f"{server}authMethod": 3,
        # Before the password lies in the store a question for it would hold everything up.
        f"{server}login_at_startup": False,
        f"{server}check_new_mail": False,
        "mail.server.server2.type": "none",
        "mail.server.server2.hostname": "Local Folders",
        "mail.server.server2.userName": "nobody",
        "mail.server.server2.name": "Local Folders",
        f"{identity}useremail": "camille@demo.example",
        f"{identity}fullName": "Camille Dumontel",
        f"{identity}valid": True,
    }


class Thunderbird:
    """Running, until `stop`. `locale`: that of the extension's words; Debian's Thunderbird itself speaks English."""

    def __init__(self, folder: Path, dovecot: Dovecot, account: AccountSettings, extension: Path) -> None:
        self.folder = folder
        self.account = account
        self.profile = folder / "profile"
        (self.profile / "extensions").mkdir(parents=True)
        (folder / "home").mkdir()
        with zipfile.ZipFile(extension) as packed:
            self.id = json.loads(packed.read("manifest.json"))["browser_specific_settings"]["gecko"]["id"]
        shutil.copy(extension, self.profile / "extensions" / f"{self.id}.xpi")
        self._preferences = {**QUIET, **_account(dovecot, account)}
        self._process, self.marionette = self._start()

    def _start(self) -> tuple[subprocess.Popen[bytes], Marionette]:
        for _ in range(3):
            (port,) = processes.free_ports(1)
            lines = {**self._preferences, "marionette.port": port}.items()
            told = "".join(f"user_pref({json.dumps(key)}, {json.dumps(value)});\n" for key, value in lines)
            (self.profile / "user.js").write_text(told)
            process = processes.spawn(
                [
                    "env",
                    f"HOME={self.folder / 'home'}",
                    "MOZ_DISABLE_AUTO_SAFE_MODE=1",
                    os.environ.get("THUNDERBIRD", "thunderbird"),
                    "--headless",
                    "--marionette",
                    "--remote-allow-system-access",
                    "--no-remote",
                    "--profile",
                    str(self.profile),
                ],
                self.folder / "thunderbird.log",
                unprivileged=False,
            )
            if processes.listening(process, port):
                return process, Marionette(port)
            processes.stop(process)
        raise processes.ServerError(f"thunderbird does not start: {self.log()}")

    def log(self) -> str:
        """The end of what it has said."""
        return (self.folder / "thunderbird.log").read_text(errors="replace")[-3000:]

    def stop(self) -> None:
        """Ends it."""
        self.marionette.close()
        processes.stop(self._process)

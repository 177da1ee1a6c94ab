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
from tests.servers.dovecot import PASSWORD
from tests.servers.marionette import Marionette, MarionetteError
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
LOCAL = "Mail/Local Folders"
PROGRAM = os.environ.get("THUNDERBIRD", "thunderbird")
"""Debian's; another one for who looks at an older version."""


def _account(port: int, account: AccountSettings) -> dict[str, object]:
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
        f"{server}port": port,
        f"{server}userName": account.username,
        f"{server}name": "Accueil",
        f"{server}socketType": 0,
        f"{server}authMethod": 3,
        # Before the password lies in the store a question for it would hold everything up.
        f"{server}login_at_startup": False,
        f"{server}check_new_mail": False,
        # A message is fetched when it is wanted, each time, as a large one is.
        f"{server}offline_download": False,
        "mail.imap.use_disk_cache2": False,
        "browser.cache.memory.enable": False,
        "mail.server.server2.type": "none",
        "mail.server.server2.directory-rel": f"[ProfD]{LOCAL}",
        "mail.server.server2.hostname": "Local Folders",
        "mail.server.server2.userName": "nobody",
        "mail.server.server2.name": "Local Folders",
        f"{identity}useremail": "camille@demo.example",
        f"{identity}fullName": "Camille Dumontel",
        f"{identity}valid": True,
    }


BASICS = """
const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
const { AddonManager } = ChromeUtils.importESModule("resource://gre/modules/AddonManager.sys.mjs");
const win = Services.wm.getMostRecentWindow("mail:3pane");
const tabmail = win.document.getElementById("tabmail");
const ID = %(id)s;
const policy = WebExtensionPolicy.getByID(ID);
const imap = MailServices.accounts.findServer(%(user)s, "127.0.0.1", "imap");
const folderOf = name => name == "INBOX" ? imap.rootFolder.getFolderWithFlags(Ci.nsMsgFolderFlags.Inbox)
  : MailServices.accounts.localFoldersServer.rootFolder.getChildNamed(name);
const until = async what => {
  for (let found; ; await new Promise(r => win.setTimeout(r, 50))) { if ((found = await what())) { return found; } }
};
const pane = () => tabmail.tabInfo[0].chromeBrowser.contentWindow;
const documentShown = () => pane().messageBrowser.contentWindow.getMessagePaneBrowser().contentDocument;
const host = () => [...documentShown().documentElement.children].find(one => one.openOrClosedShadowRoot);
const banner = () => host()?.openOrClosedShadowRoot.querySelector(".banner");
const said = () => {
  const button = pane().messageBrowser.contentDocument.querySelector("[data-extensionid]");
  return button.getAttribute("tooltiptext") ?? button.title;
};
const settled = () => banner() && !banner().classList.contains("checking") ? banner() : null;
"""
"""What each script here begins with."""

LOG_IN = """
const info = Cc["@mozilla.org/login-manager/loginInfo;1"].createInstance(Ci.nsILoginInfo);
info.init("imap://127.0.0.1", null, "imap://127.0.0.1", args[0], args[1], "", "");
await Services.logins.addLoginAsync(info);
await until(() => policy?.extension?.backgroundState == "running");
imap.performExpand(null);
const inbox = await until(() => folderOf("INBOX"));
inbox.updateFolder(null);
await until(() => inbox.getTotalMessages(false) == args[2]);
"""
SHOW = """
const [name, id] = args;
tabmail.switchToTab(0);
const folder = await until(() => folderOf(name));
if (pane().gFolder?.URI != folder.URI) { pane().displayFolder(folder.URI); }
const header = row => { try { return pane().gDBView.getMsgHdrAt(row); } catch { return null; } };
const row = await until(() => {
  if (pane().gFolder?.URI != folder.URI || !pane().gDBView) { return null; }
  const found = [...Array(pane().gDBView.rowCount).keys()].find(one => header(one)?.messageId == id);
  return found === undefined ? null : { at: found };
});
const key = header(row.at).messageKey;
pane().threadTree.selectedIndex = row.at;
const url = new RegExp(`(?:%3E|>|number=)${key}(?:&|$)`);
await until(() => url.test(documentShown()?.URL ?? "") && documentShown().readyState == "complete" && settled());
"""
SEEN = """
tabmail.switchToTab(0);
const one = await until(settled);
const root = one.getRootNode();
const box = host().getBoundingClientRect();
return {
  kind: one.className.replace("banner ", ""),
  lang: one.lang,
  sentence: one.querySelector(".sentence").textContent,
  note: one.querySelector(".note")?.textContent ?? "",
  reasons: [...one.querySelectorAll("li")].map(line => line.textContent),
  open: Boolean(one.querySelector("li")?.checkVisibility()),
  buttons: [...one.querySelectorAll("button")].map(made => made.className),
  elements: [...new Set([...root.querySelectorAll("*")].map(made => made.localName))].sort(),
  on_top: documentShown().elementFromPoint(box.left + 5, box.top + 5) == host() && host().checkVisibility({visibilityProperty: true}),
  covers: box.bottom - documentShown().documentElement.getBoundingClientRect().top
    - parseFloat(win.getComputedStyle(documentShown().documentElement).paddingTop),
  title: said(),
  drawn: ["::before", "::after", "::backdrop"].filter(name => {
    const { content, display } = win.getComputedStyle(host(), name);
    return display != "none" && content != "none";
  }),
  wide: box.width - documentShown().defaultView.innerWidth,
};
"""
STATE = """
return [pane().gFolder?.URI, documentShown()?.URL, documentShown()?.readyState, banner()?.className, banner()?.textContent,
  Services.console.getMessageArray().slice(-5).map(one => String(one).slice(0, 300))];
"""
"""For who looks why something does not come."""
PRESS = """
tabmail.switchToTab(0);
const before = banner();
before.querySelector(`button.${args[0]}`).click();
if (args[1]) { await until(() => banner() != before && settled()); }
"""
CHECKING = """
tabmail.switchToTab(0);
const sentence = () => banner().querySelector(".sentence").textContent;
return await until(() => banner()?.classList.contains("checking") && said() == sentence() && sentence());
"""
SPEAK = """
Services.locale.availableLocales = [args[0], "en-US"];
Services.locale.requestedLocales = [args[0]];
const addon = await AddonManager.getAddonByID(ID);
await addon.disable();
await addon.enable();
await until(() => WebExtensionPolicy.getByID(ID)?.extension?.backgroundState == "running");
"""
IN_SETTINGS = """
const url = policy.getURL("options.html");
win.switchToTabHavingURI(url, true, { triggeringPrincipal: policy.extension.principal });
const browser = (await until(() => tabmail.tabInfo.find(one => one.browser?.currentURI?.spec == url))).browser;
const name = `tests:${Math.random()}`;
const told = new Promise(resolve => browser.messageManager.addMessageListener(name, ({ data }) => resolve(data)));
const code = `(async args => { ${args[0]} })(${JSON.stringify(args.slice(1))}).then(
  value => sendAsyncMessage("${name}", { value }), error => sendAsyncMessage("${name}", { error: String(error) }));`;
browser.messageManager.loadFrameScript("data:application/javascript;charset=utf-8," + encodeURIComponent(code), false);
const { value, error } = await told;
if (error) { throw error; }
return value;
"""
SAVE = """
const until = async what => {
  for (let found; ; await new Promise(r => content.setTimeout(r, 50))) { if ((found = what())) { return found; } }
};
const form = await until(() => content.document.getElementById("form"));
await until(() => form.elements.mode.value);
const said = content.document.getElementById("said");
form.elements.server.value = args[0];
form.elements.token.value = args[1];
form.elements.mode.value = args[2];
said.textContent = "";
const busy = args[3];
const input = content.windowUtils.setHandlingUserInput(true);
content.document.getElementById("save").click();
input.destruct();
return await until(() => said.textContent != "" && said.textContent != busy && said.textContent);
"""


def _kept(raw: bytes) -> bytes:
    """In its mbox."""
    return (
        b"From - Mon Oct  5 02:12:48 2026\r\nX-Mozilla-Status: 0001\r\nX-Mozilla-Status2: 00000000\r\n" + raw + b"\r\n"
    )


class Thunderbird:
    """Running, until `stop`. `port`: of the mail server. `local`: messages in the folder "Essai" of its own, as it writes them there."""

    def __init__(
        self,
        folder: Path,
        port: int,
        account: AccountSettings,
        extension: Path,
        *,
        local: tuple[bytes, ...] = (),
    ) -> None:
        self.folder = folder
        self.account = account
        self.profile = folder / "profile"
        (self.profile / "extensions").mkdir(parents=True)
        (folder / "home").mkdir()
        if local:
            (self.profile / LOCAL).mkdir(parents=True)
            (self.profile / LOCAL / "Essai").write_bytes(b"".join(map(_kept, local)))
        with zipfile.ZipFile(extension) as packed:
            self.id = json.loads(packed.read("manifest.json"))["browser_specific_settings"]["gecko"]["id"]
        shutil.copy(extension, self.profile / "extensions" / f"{self.id}.xpi")
        self._preferences = {**QUIET, **_account(port, account)}
        self._process, self.marionette = self._start()

    def _start(self) -> tuple[subprocess.Popen[bytes], Marionette]:
        if shutil.which(PROGRAM) is None:
            raise processes.ServerError(f"{PROGRAM} is not installed: make servers")
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
                    PROGRAM,
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

    def script(self, body: str, *arguments: Any) -> Any:
        """What an async function in the program itself returns, whose body that is, below BASICS."""
        self.marionette.context("chrome")
        basics = BASICS % {"id": json.dumps(self.id), "user": json.dumps(self.account.username)}
        try:
            return self.marionette.script(basics + body, *arguments)
        except MarionetteError as error:
            raise MarionetteError(f"{error}\nshown: {self.marionette.script(basics + STATE)}") from None

    def log_in(self, messages: int) -> None:
        """Until so many lie in the inbox."""
        self.script(LOG_IN, self.account.username, PASSWORD, messages)

    def show(self, message_id: str, folder: str = "INBOX") -> dict[str, Any]:
        """Selects a message, and waits for what the banner above it says."""
        self.script(SHOW, folder, message_id)
        return self.seen()

    def press(self, button: str) -> dict[str, Any]:
        """A button of the banner, and what it says then."""
        self.script(PRESS, button, button != "why")
        return self.seen()

    def click(self, button: str) -> None:
        """The same, whatever comes then."""
        self.script(PRESS, button, False)

    def checking(self) -> str:
        """What the banner, and the button in the header, say while they wait for an answer; waits until they do."""
        return str(self.script(CHECKING))

    def seen(self) -> dict[str, Any]:
        """What the banner says now."""
        return dict(self.script(SEEN))

    def save(self, server: str, token: str, mode: str = "named", *, busy: str) -> str:
        """Fills in the settings page; what it says, once that is no longer `busy`."""
        return str(self.script(IN_SETTINGS, SAVE, server, token, mode, busy))

    def speak(self, language: Literal["fr", "en-US"]) -> None:
        """The extension begins anew, in that language."""
        self.script(SPEAK, language)

    def log(self) -> str:
        """The end of what it has said."""
        return (self.folder / "thunderbird.log").read_text(errors="replace")[-3000:]

    def stop(self) -> None:
        """Ends it."""
        self.marionette.close()
        processes.stop(self._process)

// The settings page: server, token, which messages; "save and try" asks Thunderbird for the server's permission, and the server.

import { test } from "./api.js";
import { hosts, isToken, load, origin, save } from "./settings.js";
import { reason } from "./view.js";

const t = (key) => messenger.i18n.getMessage(key);
const form = document.getElementById("form");
const said = document.getElementById("said");
let managed = [];

document.documentElement.lang = t("language");
for (const one of document.querySelectorAll("[data-text]")) {
  one.textContent = t(one.dataset.text);
}

function say(text, kind = "") {
  said.textContent = text;
  said.className = kind;
}

async function fill() {
  const settings = await load();
  ({ managed } = settings);
  for (const name of ["server", "token", "mode"]) {
    form.elements[name].value = settings[name];
    const fields = form.elements[name].length ? [...form.elements[name]] : [form.elements[name]];
    fields.forEach((field) => (field.disabled = managed.includes(name)));
  }
  document.getElementById("managed").hidden = managed.length === 0;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const server = origin(form.elements.server.value);
  const token = form.elements.token.value.trim();
  if (!server) {
    return say(t("options_bad_server"), "bad");
  }
  if (!isToken(token)) {
    return say(t("options_bad_token"), "bad");
  }
  // Before anything is waited for: Thunderbird asks only as the answer to a click.
  const allowed = await messenger.permissions.request(hosts(server));
  const before = await load();
  await save({ server, token, mode: form.elements.mode.value });
  if (before.server && before.server !== server && hosts(before.server).origins[0] !== hosts(server).origins[0]) {
    await messenger.permissions.remove(hosts(before.server));
  }
  form.elements.server.value = server;
  void messenger.runtime.sendMessage({ ask: "refresh" });
  if (!allowed) {
    return say(t("options_denied"), "bad");
  }
  say(t("options_trying"));
  const told = await test(await load());
  if (told.problem) {
    return say(reason(told, "test"), "bad");
  }
  return say(t(told.report ? "options_works" : "options_no_report"), told.report ? "good" : "");
});

document.getElementById("forget").addEventListener("click", async () => {
  const { server } = await load();
  if (server) {
    await messenger.permissions.remove(hosts(server)).catch(() => false);
  }
  await messenger.storage.local.clear();
  await messenger.storage.session.clear();
  await fill();
  void messenger.runtime.sendMessage({ ask: "refresh" });
  say(t("options_forgotten"));
});

await fill();

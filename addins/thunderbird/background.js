// Answers what the banner asks. Nothing starts here by itself: a folder that is listed, or mail that arrives, asks nothing.

import * as api from "./api.js";
import * as memory from "./memory.js";
import { raw, sha256 } from "./raw.js";
import { load } from "./settings.js";
import * as view from "./view.js";
import { named } from "./words.js";

const BANNER = { id: "banner", js: ["/banner.js"], runAt: "document_end" };
const COLOURS = { genuine: "#1a7f37", impersonation: "#b3261e", suspicious: "#b35900", undecided: "#8a6d00" };
// Thunderbird puts this page to sleep after 30 seconds in which it asked Thunderbird nothing, whatever it waits for.
const AWAKE_MS = 10_000;
// Said at once, before anything is waited for.
const checking = { ...view.checking(), next: "verdict" };
const asking = new Map();
const painted = new Map();

const answers = {
  /** A message has come up: is it to be asked about? */
  async shown(message, settings, { texts, hosts }) {
    if (!settings.server || !settings.token) {
      return view.unset();
    }
    const found = [...strings(texts), message.subject ?? "", message.author ?? ""];
    const about = settings.mode === "named" && named(found, [message.author ?? "", ...strings(hosts)]);
    if (!about && settings.mode !== "every" && !(await memory.isWanted(settings.whose, message.id))) {
      return view.unchecked(settings.mode);
    }
    return checking;
  },

  /** Somebody wants to know. */
  async check(message, { whose }) {
    await memory.wanted(whose, message.id);
    return checking;
  },

  /** What she is told once it is there: a large message is fetched first. */
  async verdict(message, settings) {
    const bytes = await raw(message.id);
    const hash = await sha256(bytes);
    const known = await memory.known(settings.whose, hash);
    if (known) {
      return view.verdict(known);
    }
    // Two windows that show one message ask once.
    const question = `${settings.whose} ${hash}`;
    if (!asking.has(question)) {
      asking.set(question, checked(settings, bytes, hash).finally(() => asking.delete(question)));
    }
    return asking.get(question);
  },

  async consent(message, settings) {
    return settings.server ? view.consent(settings.server) : view.unset();
  },

  async report(message, settings) {
    const { whose } = settings;
    await memory.wanted(whose, message.id);
    const bytes = await raw(message.id);
    const hash = await sha256(bytes);
    const told = await asked("report", api.report, settings, bytes);
    if (!told.problem) {
      // It has arrived, whether that can be remembered or not.
      return view.verdict(await memory.remember(whose, hash, told.case, told.id).catch(() => ({ ...told.case, reported: told.id })));
    }
    const known = await memory.known(whose, hash);
    return known ? view.unreported(told, known) : view.problem(told, "report");
  },

  async settings() {
    await messenger.runtime.openOptionsPage();
    return null;
  },
};

async function checked(settings, bytes, hash) {
  const told = await asked("check", api.check, settings, bytes);
  return told.problem ? view.problem(told) : view.verdict(await memory.remember(settings.whose, hash, told.case));
}

/** What the server says; while it wants to be left alone, it is (Retry-After). */
async function asked(kind, ask, settings, bytes) {
  const wait = await memory.paused(settings.whose, kind);
  const told = wait ? { problem: "often", wait } : await ask(settings, bytes);
  if (told.wait && !wait && !(told.unsure && kind === "report")) { // what may not have arrived may be sent again
    await memory.pause(settings.whose, kind, told.wait);
  }
  return told;
}

messenger.runtime.onMessage.addListener((wish, sender) => {
  if (wish?.ask === "refresh" && sender.url === messenger.runtime.getURL("options.html")) {
    return refresh();
  }
  if (sender.id !== messenger.runtime.id || !sender.tab || !Object.hasOwn(answers, wish?.ask)) {
    return false;
  }
  return answered(sender.tab.id, wish);
});

async function answered(tab, wish) {
  const message = await displayed(tab);
  if (!message || (wish.message !== undefined && wish.message !== message.id)) {
    return null;
  }
  const settings = await load();
  const awake = setInterval(() => messenger.runtime.getPlatformInfo(), AWAKE_MS);
  let told;
  try {
    told = await answers[wish.ask](message, settings, wish);
  } catch (error) {
    console.error(`vigie: ${wish.ask}: ${error.name}`); // no text of it: it may quote the mail
    told = view.problem({ problem: "internal" }, wish.ask === "report" ? "report" : "check");
  } finally {
    clearInterval(awake);
  }
  // Meanwhile somebody has gone on to another message: what is true of one must not stand above the other. Or she has set
  // another server, or none: what the one before says counts no more.
  if ((await displayed(tab))?.id !== message.id || (await load()).whose !== settings.whose) {
    return null;
  }
  await paint(tab, told, message.id);
  return told && { ...told, message: message.id };
}

/** The one message that a tab shows. */
async function displayed(tab) {
  const found = await messenger.messageDisplay.getDisplayedMessages(tab);
  const list = Array.isArray(found) ? found : found.messages;
  return list.length === 1 ? list[0] : null;
}

/** The button in the message's header says it, too: no mail can draw there. */
async function paint(tabId, told, id) {
  if (told && told.kind !== "consent") {
    painted.set(tabId, id);
    await mark(tabId, told.sentence, told.mark, COLOURS[told.kind] ?? "#5f6368");
  }
}

async function mark(tabId, title, text, color) {
  const { messageDisplayAction: button } = messenger;
  await Promise.all([button.setTitle({ tabId, title }), button.setBadgeText({ tabId, text }), button.setBadgeBackgroundColor({ tabId, color })]);
}

// While the next message is being fetched, the button must not say what was true of the one before.
messenger.mailTabs.onSelectedMessagesChanged.addListener(async (tab, { messages }) => {
  if (!messages.some(({ id }) => id === painted.get(tab.id))) {
    await mark(tab.id, null, null, null);
  }
});

function strings(found) {
  return (Array.isArray(found) ? found : []).filter((text) => typeof text === "string");
}

/** The settings are others: what stands above messages may be so, too. */
async function refresh() {
  for (const tab of await messenger.tabs.query({})) {
    await messenger.tabs.sendMessage(tab.id, { ask: "shown" }).catch(() => {}); // no message in it
  }
}

messenger.messageDisplayAction.onClicked.addListener(async (tab) => {
  const wish = { ask: "check" };
  try {
    await messenger.tabs.sendMessage(tab.id, wish);
  } catch {
    await inject(tab.id); // shown before this add-in was there
    await messenger.tabs.sendMessage(tab.id, wish).catch(() => {});
  }
});

messenger.runtime.onInstalled.addListener(async ({ reason }) => {
  if (reason === "install" && !(await load()).server) {
    await messenger.runtime.openOptionsPage().catch(() => {}); // put in its place by an administrator: no window yet
  }
});

async function inject(tabId) {
  await messenger.scripting.executeScript({ target: { tabId }, files: BANNER.js }).catch(() => {});
}

// Registered scripts live as long as Thunderbird; this page sleeps and wakes.
async function register() {
  const before = await messenger.scripting.messageDisplay.getRegisteredScripts({ ids: [BANNER.id] });
  if (before.length) {
    return;
  }
  await messenger.scripting.messageDisplay.registerScripts([BANNER]);
  for (const tab of await messenger.tabs.query({})) {
    if (await displayed(tab.id).catch(() => null)) {
      await inject(tab.id);
    }
  }
}

register();

// The pane beside a message: what Vigie says of it, why, and the button to report it. Whatever the mail or the server brings is shown
// as text and nothing else.

"use strict";

(() => {
  const MARKS = { genuine: "✔", impersonation: "✖", suspicious: "!", undecided: "?", unrelated: "–", unasked: "…", checking: "…", consent: "?", problem: "⚠" };
  const SET = ["unset", "token", "scope"]; // what a person can mend in the settings
  const LONGEST = 4000;
  const MOST_LINES = 20;
  const at = (id) => document.getElementById(id);

  let t = vigie.words.said("fr");
  let spoken = "fr";
  let turn = 0; // of the message that is open: what comes late is about another one
  let opened = null; // its bytes, once they were read
  let answer = null; // what stands there when nothing is asked

  function show(kind, sentence, { note = "", details = [], buttons = [] } = {}) {
    at("answer").className = kind;
    at("mark").textContent = MARKS[kind];
    at("sentence").textContent = sentence;
    at("note").textContent = note;
    const list = at("details");
    list.hidden = true;
    list.replaceChildren(...details.map((text) => made("li", text)));
    at("buttons").replaceChildren(...(details.length ? [why(list)] : []), ...buttons.map(pressed));
  }

  function made(tag, text) {
    const one = document.createElement(tag);
    one.textContent = text;
    return one;
  }

  function why(list) {
    const button = made("button", t("why"));
    button.type = "button";
    button.id = "why";
    button.setAttribute("aria-controls", "details");
    button.setAttribute("aria-expanded", "false");
    button.addEventListener("click", () => {
      list.hidden = !list.hidden;
      button.textContent = t(list.hidden ? "why" : "hide");
      button.setAttribute("aria-expanded", String(!list.hidden));
    });
    return button;
  }

  function pressed([name, run]) {
    const button = made("button", t(`button_${name}`));
    button.type = "button";
    button.id = `press-${name}`;
    button.addEventListener("click", () => {
      at("buttons").querySelectorAll("button").forEach((one) => (one.disabled = true));
      void run();
    });
    return button;
  }

  /** Another message, or none. When the pane was opened that was the question; a pane that is pinned asks nothing by itself. */
  function arrived(asked) {
    turn += 1;
    opened = answer = null;
    if (!Office.context.mailbox.item) {
      show("unasked", t("nothing"));
    } else if (asked) {
      void check();
    } else {
      show("unasked", t("unasked"), { buttons: [["check", check], ["report", consent]] });
    }
  }

  async function check() {
    const mine = turn;
    show("checking", t("checking"));
    const told = await asked(vigie.server.check);
    if (mine === turn) {
      answer = () => (told.problem ? wrong(told, check) : verdict(told.case));
      answer();
    }
  }

  /** Reads the message and asks the server: what the server says, or {problem}. */
  async function asked(ask) {
    const mine = turn;
    const access = await vigie.access.bearer();
    if (access.problem) {
      return access;
    }
    let read = opened;
    try {
      read ??= await vigie.mail.read(Office.context.mailbox.item);
    } catch {
      return { problem: Office.context.requirements.isSetSupported("Mailbox", "1.8") ? "internal" : "old" };
    }
    if (mine !== turn) {
      return {}; // another message has been opened meanwhile: this one's bytes must not stand for it
    }
    opened = read;
    return ask(access.bearer, opened.bytes);
  }

  function verdict(found, thanks = "") {
    const { error, explanation, advice } = found;
    const kind = vigie.mail.said(found, opened);
    const known = kind === found.verdict;
    const notes = [thanks, opened.whole ? "" : t("incomplete"), opened.left ? t("left", String(opened.left)) : ""];
    show(kind, t(error ? "unexaminable" : kind, vigie.words.title(t, found.brand)), {
      note: notes.filter(Boolean).join(" "),
      details: known ? [...lines([explanation?.[spoken]]), ...lines(advice?.[spoken])] : [],
      buttons: kind === "genuine" || thanks ? [] : [["report", consent]],
    });
  }

  function lines(found) {
    const texts = Array.isArray(found) ? found : [];
    return texts.filter((text) => typeof text === "string" && text).slice(0, MOST_LINES).map((text) => text.slice(0, LONGEST));
  }

  function wrong(told, again) {
    const mend = SET.includes(told.problem) && !vigie.access.byAccount();
    const buttons = [["again", again], ...(mend ? [["settings", async () => settings(true)]] : [])];
    show("problem", vigie.words.problem(t, told), { note: t("meanwhile"), buttons });
    if (mend) {
      settings(true);
    }
  }

  async function consent() {
    const before = answer;
    const back = async () => (before ? before() : arrived(false));
    show("consent", t("consent", new URL(vigie.settings.server).host), { buttons: [["send", report], ["back", back]] });
  }

  async function report() {
    const mine = turn;
    const told = await asked(vigie.server.report);
    if (mine === turn) {
      answer = () => (told.problem ? wrong(told, consent) : verdict(told.case, t("reported", told.id)));
      answer();
    }
  }

  function settings(open) {
    at("settings").hidden = !open;
    at("open").setAttribute("aria-expanded", String(open));
    if (open && !vigie.access.byAccount()) {
      at("token").value = vigie.access.kept();
    }
  }

  function listen() {
    at("open").hidden = false;
    at("open").addEventListener("click", () => settings(at("settings").hidden));
    at("server").textContent = t("settings_server", vigie.settings.server);
    at("account").hidden = !vigie.access.byAccount();
    at("form").hidden = vigie.access.byAccount();
    at("form").addEventListener("submit", (event) => {
      event.preventDefault();
      const token = at("token").value.trim();
      if (!vigie.access.isToken(token)) {
        at("said").textContent = t("settings_bad");
      } else if (!vigie.access.keep(token)) {
        at("said").textContent = t("settings_unkept");
      } else {
        at("said").textContent = t("settings_saved");
        settings(false);
        arrived(true);
      }
    });
    at("forget").addEventListener("click", () => {
      vigie.access.keep("");
      at("token").value = "";
      at("said").textContent = t("settings_forgotten");
      arrived(true);
    });
  }

  function speak(tag) {
    spoken = vigie.words.language(tag);
    t = vigie.words.said(spoken);
    document.documentElement.lang = spoken;
    document.querySelectorAll("[data-text]").forEach((one) => (one.textContent = t(one.dataset.text)));
  }

  if (typeof Office === "undefined") {
    return; // the page says so
  }
  Office.onReady(({ host } = {}) => {
    const inside = host === "Outlook" && Boolean(Office.context.mailbox);
    speak(inside ? Office.context.displayLanguage : navigator.language);
    if (!inside) {
      show("problem", t("problem_outside"));
      return;
    }
    listen();
    Office.context.mailbox.addHandlerAsync?.(Office.EventType.ItemChanged, () => arrived(false));
    arrived(true);
  });
})();

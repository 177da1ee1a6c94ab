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
  let answer = () => {}; // shows what is known of it; a report that has not gone takes nothing of that away

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
      const all = [...at("buttons").querySelectorAll("button")];
      all.forEach((one) => (one.disabled = true));
      void run().finally(() => all.forEach((one) => (one.disabled = false)));
    });
    return button;
  }

  /** Another message, or none. When the pane was opened that was the question; a pane that is pinned asks nothing by itself. */
  function arrived(asked) {
    turn += 1;
    opened = null;
    answer = unasked;
    if (!Office.context.mailbox.item) {
      show("unasked", t("nothing"));
    } else if (asked) {
      void check();
    } else {
      answer();
    }
  }

  function unasked(unsent = null) {
    show("unasked", t("unasked"), { note: unsent?.note, buttons: [["check", check], ...(unsent?.buttons ?? [["report", consent]])] });
  }

  async function check() {
    const mine = turn;
    show("checking", t("checking"));
    const told = await asked(vigie.server.check);
    if (mine !== turn) {
      return;
    }
    if (told.problem) {
      wrong(told);
    } else {
      answer = (unsent) => verdict(told.case, "", unsent);
      answer();
    }
  }

  /** Reads the message and asks the server: what the server says, or {problem}. */
  async function asked(ask) {
    const mine = turn;
    const access = await vigie.access.bearer(() => mine === turn && show("checking", t("signing_in"), { buttons: [["again", async () => arrived(true)]] }));
    if (access.problem) {
      return access;
    }
    let read = opened;
    try {
      read ??= await vigie.mail.read(Office.context.mailbox.item);
    } catch (error) {
      const old = !Office.context.requirements.isSetSupported("Mailbox", "1.8");
      return { problem: old ? "old" : vigie.patience.isLate(error) ? "late" : "internal" };
    }
    if (mine !== turn) {
      return {}; // another message has been opened meanwhile: this one's bytes must not stand for it
    }
    opened = read;
    return ask(access.bearer, opened.bytes);
  }

  /** `unsent`: {note, buttons}, where a report has not gone. */
  function verdict(found, thanks, unsent = null) {
    const { error, explanation, advice } = found;
    const { kind, told, outside } = vigie.mail.said(found, opened);
    const brand = vigie.words.title(t, found.brand);
    const elsewhere = outside.length ? [t("outside", brand), ...lines(outside)] : [];
    const notes = [thanks, unsent?.note, opened.whole ? "" : t("incomplete"), opened.left ? t("left", String(opened.left)) : ""];
    show(kind, t(error ? "unexaminable" : kind, brand), {
      note: notes.filter(Boolean).join(" "),
      details: told ? [...lines([explanation?.[spoken]]), ...lines(advice?.[spoken])] : elsewhere,
      buttons: kind === "genuine" || thanks ? [] : (unsent?.buttons ?? [["report", consent]]),
    });
  }

  function lines(found) {
    const texts = Array.isArray(found) ? found : [];
    return texts.filter((text) => typeof text === "string" && text).slice(0, MOST_LINES).map((text) => text.slice(0, LONGEST));
  }

  function wrong(told) {
    show("problem", vigie.words.problem(t, told, "check"), { note: t("meanwhile"), buttons: [["again", check], ...mending(told)] });
  }

  /** A button, and the settings opened, where the person can mend there what is wrong. */
  function mending({ problem }) {
    if (!SET.includes(problem) || vigie.access.byAccount()) {
      return [];
    }
    settings(true);
    return [["settings", async () => settings(true)]];
  }

  async function consent() {
    const back = async () => answer();
    show("consent", t("consent", new URL(vigie.settings.server).host), { buttons: [["send", report], ["back", back]] });
  }

  async function report() {
    const mine = turn;
    show("checking", t("sending"));
    const told = await asked(vigie.server.report);
    if (mine !== turn) {
      return;
    }
    if (told.problem) {
      answer({ note: vigie.words.problem(t, told, "report"), buttons: [["resend", report], ...mending(told)] });
    } else {
      answer = () => verdict(told.case, t("reported", told.id));
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

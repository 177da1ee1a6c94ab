// Stands above a displayed message and says what Vigie knows of it. Whatever the mail brings is text here, never markup.
//
// The document is the sender's: its styles would like to hide this or to draw something like it. Hence a closed shadow tree,
// whose important rules win over the document's, in the top layer, which nothing of a mail without scripts can enter unasked.

(() => {
  if (globalThis.vigie) {
    return;
  }
  const MOST_CHARS = 100_000;
  const MOST_LINKS = 500;
  const AGAIN_MS = 400;
  const MOST_AGAIN = 10;
  const MOST_LOST = 2;
  const t = (...words) => messenger.i18n.getMessage(...words);
  // The one thing that is said without the background page: it does not answer, or has lost sight of this message.
  const LOST = {
    kind: "problem",
    mark: "⚠",
    sentence: t("not_check", t("problem_lost")),
    lang: t("language"),
    note: t("meanwhile"),
    details: [],
    buttons: [{ name: "again_check", ask: "check", label: t("button_again") }],
  };
  const UNSURE = t("report_unsure");

  const STYLE = `
    :host { all: initial !important; display: block !important; visibility: visible !important; position: fixed !important;
      inset: 0 0 auto 0 !important; width: auto !important; max-height: 70vh !important; overflow: auto !important; margin: 0 !important;
      padding: 0 !important; border: 0 !important; box-sizing: border-box !important; opacity: 1 !important;
      direction: ltr !important; unicode-bidi: isolate !important; z-index: 2147483647 !important; font: 15px/1.4 system-ui, sans-serif !important; color-scheme: light !important; }
    :host::before, :host::after, :host::marker { content: none !important; display: none !important; }
    :host::backdrop { display: none !important; }
    @media print { :host { display: none !important; } }
    .banner { padding: 8px 12px; color: #1b1b1b; background: #eceff1; border-bottom: 3px solid #5f6368; }
    .genuine { background: #e3f4e6; border-color: #1a7f37; }
    .impersonation { background: #fde7e5; border-color: #b3261e; }
    .suspicious { background: #fff0de; border-color: #b35900; }
    .undecided { background: #fff8d6; border-color: #8a6d00; }
    .line { display: flex; flex-wrap: wrap; gap: 6px 10px; align-items: center; }
    .mark { flex: none; width: 1.6em; line-height: 1.6em; text-align: center; border-radius: 50%; color: #fff; background: #5f6368; font-weight: bold; }
    .genuine .mark { background: #1a7f37; } .impersonation .mark { background: #b3261e; }
    .suspicious .mark { background: #b35900; } .undecided .mark { background: #8a6d00; }
    .sentence { flex: 1 1 20em; margin: 0; overflow-wrap: anywhere; }
    .impersonation .sentence, .suspicious .sentence, .genuine .sentence { font-weight: 600; }
    button { font: inherit; color: #1b1b1b; background: #fff; border: 1px solid #5f6368; border-radius: 4px; padding: 2px 10px; cursor: pointer; }
    button:focus-visible { outline: 3px solid #1d4f91; }
    .note, .more { margin: 6px 0 0; overflow-wrap: anywhere; }
    .more { padding-left: 1.4em; }
  `;

  // Of an earlier version of this add-in, which was replaced while the message was open.
  document.querySelectorAll("[data-vigie]").forEach((left) => left.remove());
  const host = document.createElement("div");
  host.dataset.vigie = "";
  const root = host.attachShadow({ mode: "closed" });
  const style = document.createElement("style");
  style.textContent = STYLE;
  const place = document.createElement("div");
  root.append(style, place);
  globalThis.vigie = host;
  // The number of this message: what is asked for here is for it, and for none that comes up meanwhile.
  let message;
  let runs = 0;

  function put(tag, name, text, parent) {
    const made = document.createElement(tag);
    made.className = name;
    made.textContent = text;
    parent.append(made);
    return made;
  }

  function show(view) {
    const banner = document.createElement("div");
    banner.className = `banner ${view.kind}`;
    banner.lang = view.lang;
    banner.setAttribute("role", "status");
    const line = put("div", "line", "", banner);
    if (view.mark) {
      put("span", "mark", view.mark, line).setAttribute("aria-hidden", "true");
    }
    put("p", "sentence", view.sentence, line);
    if (view.details.length) {
      const more = document.createElement("ul");
      more.className = "more";
      more.hidden = true;
      view.details.forEach((text) => put("li", "", text, more));
      const why = put("button", "why", view.words.why, line);
      why.setAttribute("aria-expanded", "false");
      why.addEventListener("click", () => {
        more.hidden = !more.hidden;
        why.textContent = more.hidden ? view.words.why : view.words.hide;
        why.setAttribute("aria-expanded", String(!more.hidden));
      });
      banner.append(more);
    }
    for (const { name, ask, label } of view.buttons) {
      put("button", name, label, line).addEventListener("click", () => void press(ask, banner));
    }
    if (view.note) {
      put("p", "note", view.note, banner);
    }
    place.replaceChildren(banner);
    keepOnTop();
  }

  function press(ask, banner) {
    if (ask === "settings") {
      return messenger.runtime.sendMessage({ ask, message }).catch(() => show(LOST));
    }
    banner.querySelectorAll("button").forEach((button) => (button.disabled = true));
    return run(ask).finally(() => banner.querySelectorAll("button").forEach((button) => (button.disabled = false)));
  }

  /** Asks until there is an answer, and shows it. Who asks later is shown what comes; but a report is told of in any case. */
  async function run(first) {
    let mine = ++runs;
    let again = 0;
    let lost = 0;
    for (let ask = first; ask; ) {
      let view = null;
      try {
        view = await messenger.runtime.sendMessage({ ask, message, ...(ask === "shown" ? look() : {}) });
      } catch {
        lost++; // the add-in is being replaced
      }
      if (mine !== runs && ask !== "report") {
        return;
      }
      mine = mine === runs ? mine : ++runs;
      if (!view && again++ < MOST_AGAIN && lost <= MOST_LOST) {
        // Thunderbird is between two messages, or the settings are others. Where it stays with this one, the answer comes now.
        ask = "shown";
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
        continue;
      }
      view ??= LOST;
      message ??= view.message;
      show(first === "report" && ask !== "report" ? unsure(view) : view);
      ask = view.next;
    }
  }

  /** The same; and that nobody knows what became of the report, where it says nothing of it. */
  function unsure(view) {
    return { ...view, note: view.kind === "problem" ? `${UNSURE} ${view.note}` : view.note || UNSURE };
  }

  /** What a reader sees of the message, for a look on this machine. */
  function look() {
    const described = [...document.querySelectorAll("img[alt], [title]")].slice(0, MOST_LINKS);
    const links = [...document.querySelectorAll("a[href], area[href], form[action]")].slice(0, MOST_LINKS);
    return {
      texts: [
        (document.body?.innerText ?? "").slice(0, MOST_CHARS),
        described.map((one) => `${one.getAttribute("alt") ?? ""} ${one.getAttribute("title") ?? ""}`).join(" ").slice(0, MOST_CHARS),
      ],
      hosts: links.map((one) => (one.getAttribute("href") ?? one.getAttribute("action")).slice(0, 500)),
    };
  }

  function keepOnTop() {
    const page = document.documentElement;
    if (!host.isConnected) {
      page.append(host);
      host.popover = "manual";
    }
    if (!host.matches(":popover-open")) {
      host.showPopover();
    }
    // The message begins below. What would hide the whole document would hide this, too.
    page.removeAttribute("inert"); // a second <html> tag gives its attributes to the first
    page.removeAttribute("aria-hidden");
    const whole = [["transition", "none"], ["animation", "none"]];
    for (const [name, value] of [...whole, ["display", "block"], ["content-visibility", "visible"], ["zoom", "1"], ["padding-top", `${host.offsetHeight}px`]]) {
      page.style.setProperty(name, value, "important");
    }
  }

  new ResizeObserver(keepOnTop).observe(host);
  // A button of the mail's that opens a popover of its own would come above this one.
  document.addEventListener("toggle", (event) => {
    if (event.target !== host && event.newState === "open") {
      host.hidePopover();
      host.showPopover();
    }
  }, true);

  messenger.runtime.onMessage.addListener((asked) => {
    if (["check", "shown"].includes(asked?.ask)) {
      void run(asked.ask);
    }
  });
  void run("shown");
})();

// Keys of one letter, and outcomes that appear by themselves. Without this file every page does the same by links and forms.
"use strict";

const POLL_MS = 3000;
const SWITCH = "vigie-keys"; // WCAG 2.1.4: keys of one letter can be turned off

const rows = () => [...document.querySelectorAll("tr[data-row]")];
const selected = () => document.querySelector("tr[data-row][aria-current]");
const help = document.getElementById("keys");

function select(row) {
  selected()?.removeAttribute("aria-current");
  row.setAttribute("aria-current", "true");
  row.querySelector("[data-open]").focus();
}

function step(by) {
  const all = rows();
  if (!all.length) return press("j");
  const at = all.indexOf(selected());
  const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1)];
  select(next);
}

// In a list the key is for the line that is chosen, and for no other: nothing is decided about a case that nobody looked at.
function press(key) {
  const all = rows();
  const within = all.length && "rcus".includes(key) ? selected() : document;
  const found = within?.querySelector(`[data-key="${key}"]`);
  if (!found) return;
  if (found.matches("input")) found.focus();
  else found.click();
}

function enabled() {
  try {
    return localStorage.getItem(SWITCH) !== "off";
  } catch {
    return true;
  }
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat && "rcus".includes(event.key)) return;
  if (event.target.closest("input, select, textarea, dialog") || !enabled()) return;
  const keys = {
    j: () => step(1), k: () => step(-1), "?": () => help?.showModal(),
    r: () => press("r"), c: () => press("c"), u: () => press("u"), s: () => press("s"), l: () => press("l"), "/": () => press("/"),
  };
  const act = keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

document.addEventListener("focusin", (event) => {
  const row = event.target.closest("tr[data-row]");
  if (row && row !== selected()) {
    selected()?.removeAttribute("aria-current");
    row.setAttribute("aria-current", "true");
  }
});

// A form is sent once: a second press of the key must not decide about the next case.
document.addEventListener("submit", (event) => {
  if (event.target.method === "dialog") return;
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));

const opener = document.querySelector("[data-keys-help]");
if (opener && help) {
  opener.hidden = false;
  opener.querySelector("button").addEventListener("click", () => help.showModal());
  const box = help.querySelector("[data-keys-on]");
  box.checked = enabled();
  box.addEventListener("change", () => {
    try {
      localStorage.setItem(SWITCH, box.checked ? "on" : "off");
    } catch { /* a browser that stores nothing keeps the keys on */ }
  });
}

// What was written meanwhile: the parts marked data-live are taken from the page as it is now. Where somebody else has decided
// about the case itself nothing is swapped: the person is told, so that she never decides about what she has not read.
async function look() {
  const live = [...document.querySelectorAll("[data-live]")];
  if (!live.length) return;
  if (!document.hidden) {
    try {
      const answer = await fetch("/events", { headers: { Accept: "application/json" } });
      if (answer.status === 401) return;
      const versions = answer.ok ? await answer.json() : {};
      const stale = live.filter((part) => (versions[part.dataset.live] ?? part.dataset.version) !== part.dataset.version);
      if (stale.length) await refresh(stale);
    } catch { /* the server is away: the next look may find it */ }
  }
  setTimeout(look, POLL_MS);
}

// A page that answers a form stands under the form's address, which nobody can ask for: it names its own.
async function refresh(live) {
  const answer = await fetch(document.querySelector("[data-again]").dataset.again, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of live) {
    const fresh = page.getElementById(part.id);
    if (!fresh) continue;
    if (part.dataset.case !== fresh.dataset.case) {
      const notice = document.getElementById("changed");
      if (notice) notice.hidden = false;
      part.dataset.version = fresh.dataset.version;
    } else if (!part.contains(document.activeElement)) {
      part.replaceWith(document.importNode(fresh, true));
    }
  }
}

setTimeout(look, POLL_MS);

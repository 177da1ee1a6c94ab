// What a person is shown: sentences, by what is known. The banner puts them there as text and nothing else.

const t = (key, ...values) => messenger.i18n.getMessage(key, values);
const MARKS = { genuine: "✔", impersonation: "✖", suspicious: "!", undecided: "?", unrelated: "–", unchecked: "…", checking: "…", problem: "⚠" };
const LONGEST = 4000;
const MOST_LINES = 20;

/** A message whose case is known. */
export function verdict(found) {
  const { verdict: kind, brand, error } = found;
  const sentence = t(error ? "unexaminable" : kind, title(brand));
  const lang = t("language");
  const details = [...lines([found.explanation?.[lang]]), ...lines(found.advice?.[lang])];
  const reporting = found.reported ? t("reported", found.reported) : "";
  const may = kind !== "genuine" && !found.reported;
  return view(kind, sentence, { details, note: reporting, buttons: may ? ["report"] : [] });
}

/** Nobody has asked about it, and nothing in it names a protected sender. */
export function unchecked(mode) {
  return view("unchecked", t(mode === "asked" ? "unasked" : "unchecked"), { buttons: ["check", "report"] });
}

/** Being asked about. */
export function checking() {
  return view("checking", t("checking"), {});
}

/** Nothing is set yet. */
export function unset() {
  return view("problem", t("problem_unset"), { buttons: ["settings"] });
}

/** What went wrong (a word of api.js), when a message was to be checked, to be handed in, or a server to be tried. */
export function problem(told, act = "check") {
  if (told.problem === "unset") {
    return unset();
  }
  const ours = ["permission", "token", "scope", "foreign"].includes(told.problem);
  return view("problem", reason(told, act), { note: t("meanwhile"), buttons: [...(ours ? ["settings"] : []), `again_${act}`] });
}

/** The same, as a sentence; `unsure`: nobody knows whether a report has arrived. */
export function reason({ problem: kind, wait, unsure }, act) {
  return t(unsure && act === "report" ? "unsure_report" : `not_${act}`, t(`problem_${kind}`, wait ? soon(wait) : ""));
}

/** A report has not gone, or nobody knows; what is known of the message still holds. */
export function unreported(told, found) {
  return { ...verdict(found), note: reason(told, "report") };
}

/** Before a message is handed in. */
export function consent(server) {
  return view("consent", t("consent", new URL(server).host), { buttons: ["send", "back"] });
}

function soon(seconds) {
  return seconds < 90 ? t("in_seconds", String(seconds)) : t("in_minutes", String(Math.ceil(seconds / 60)));
}

function view(kind, sentence, { details = [], note = "", buttons = [] }) {
  return {
    kind,
    mark: MARKS[kind] ?? "",
    sentence,
    note,
    details,
    lang: t("language"),
    words: { why: t("why"), hide: t("hide") },
    buttons: buttons.map((name) => ({ name, ask: ASKS[name] ?? name, label: t(`button_${name.replace(/_.*/, "")}`) })),
  };
}

// What the buttons make the banner ask for, where it is not their name.
const ASKS = { report: "consent", send: "report", back: "shown", again_check: "check", again_report: "consent" };

/** What the server calls it is a short name of its own; an unknown one is not shown. */
function title(brand) {
  return (/^[a-z]{1,20}$/.test(brand ?? "") && t(`brand_${brand}`)) || t("brand_other");
}

function lines(found) {
  const texts = Array.isArray(found) ? found : [];
  return texts.filter((text) => typeof text === "string").slice(0, MOST_LINES).map((text) => text.slice(0, LONGEST));
}

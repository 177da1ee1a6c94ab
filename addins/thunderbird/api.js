// What is asked of the server (docs/api.md), and what went wrong, as one word that view.js has sentences for; `unsure`: the request had
// left, and no answer of Vigie's own says that it was refused. A report may then have arrived.

import { hosts } from "./settings.js";

const VERDICTS = ["impersonation", "suspicious", "undecided", "genuine", "unrelated"];
const PATIENCE_MS = 60_000;
const LATER_S = 30;

/** The case of a message: {case}, or {problem, wait, unsure}. Nothing is stored there. */
export async function check(settings, bytes) {
  const told = await ask(settings, "check", "message/rfc822", bytes);
  return told.problem || isCase(told.body) ? { ...told, case: told.body } : { problem: "foreign" };
}

/** Hands a message in, to be kept: {id, known, case}, or {problem, wait, unsure}. Only after the person has agreed. */
export async function report(settings, bytes) {
  const told = await ask(settings, "reports?consent=true", "message/rfc822", bytes);
  if (told.problem) {
    return told;
  }
  const { id, known, case: found } = told.body;
  return typeof id === "string" && isCase(found) ? { id, known: known === true, case: found } : { problem: "foreign", unsure: true };
}

/** What the token is good for: {check: true, report: boolean}, or {problem, wait}. Sends no mail. */
export async function test(settings) {
  const told = await ask(settings, "check", "application/json", JSON.stringify({ text: "Bonjour", medium: "sms" }));
  if (told.problem || !isCase(told.body)) {
    return { problem: told.problem ?? "foreign", wait: told.wait };
  }
  // Without consent nothing is taken in (422); before that the token is looked at (403).
  const asked = await ask(settings, "reports", "message/rfc822", "");
  return ["unreadable", "scope"].includes(asked.problem) ? { check: true, report: asked.problem === "unreadable" } : asked;
}

async function ask(settings, path, type, body) {
  if (!settings.server || !settings.token) {
    return { problem: "unset" };
  }
  if (!(await messenger.permissions.contains(hosts(settings.server)))) {
    return { problem: "permission" };
  }
  const online = navigator.onLine;
  let response;
  try {
    response = await fetch(`${settings.server}/api/v1/${path}`, {
      method: "POST",
      body,
      headers: { Authorization: `Bearer ${settings.token}`, "Content-Type": type, Accept: "application/json" },
      redirect: "error", // the token goes to that server and nowhere else
      credentials: "omit",
      cache: "no-store",
      referrerPolicy: "no-referrer",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (response.ok) {
      return { body: Object(await response.json()) };
    }
  } catch (error) {
    return { problem: failed(error), unsure: online };
  }
  return refused(response);
}

function failed(error) {
  if (error instanceof SyntaxError) {
    return "foreign"; // an answer, but none of Vigie's: the login page of a hotel's network
  }
  if (!navigator.onLine) {
    return "offline";
  }
  return error.name === "TimeoutError" ? "slow" : "unreachable";
}

function refused(response) {
  const { status } = response;
  const known = { 401: "token", 403: "scope", 404: "foreign", 408: "slow", 413: "big", 415: "unreadable", 422: "unreadable", 504: "slow" };
  const unsure = !own(response);
  if (status === 429 || status === 503) {
    return { problem: status === 429 ? "often" : "busy", wait: seconds(response.headers.get("Retry-After")), unsure };
  }
  return { problem: known[status] ?? (status >= 500 ? "fault" : "foreign"), unsure };
}

/** A refusal of Vigie's own (RFC 9457): nothing was kept. What stands between may say anything after it has passed a report on. */
function own({ status, headers }) {
  const problem = /^application\/problem\+json\b/i.test(headers.get("Content-Type") ?? "");
  return problem && ((status >= 400 && status < 500) || status === 503);
}

/** RFC 9110 section 10.2.3: seconds, or a date. */
function seconds(text) {
  if (/^\d{1,9}$/.test(text ?? "")) {
    return Number(text);
  }
  const until = Date.parse(text ?? "");
  return Number.isNaN(until) ? LATER_S : Math.max(1, Math.ceil((until - Date.now()) / 1000));
}

function isCase(value) {
  return Object(value) === value && VERDICTS.includes(value.verdict);
}

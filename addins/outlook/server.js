// What is asked of the server (docs/api.md), and what went wrong, as one word that words.js has sentences for; `unsure`: the request
// had left, and no answer of Vigie's own says that it was refused. A report may then have arrived.

"use strict";

var vigie = vigie || {};

vigie.server = (() => {
  const VERDICTS = ["impersonation", "suspicious", "undecided", "genuine", "unrelated"];
  const PROBLEMS = { 401: "token", 403: "scope", 404: "foreign", 408: "slow", 413: "big", 415: "unreadable", 422: "unreadable", 504: "slow" };
  const PATIENCE_MS = 60_000;
  const LATER_S = 30;

  /** The case of a message: {case}, or {problem, wait, unsure}. Nothing is stored there. */
  async function check(bearer, bytes) {
    const told = await ask(bearer, "check", "message/rfc822", bytes);
    return told.problem || isCase(told.body) ? { ...told, case: told.body } : { problem: "foreign" };
  }

  /** Hands a message in, to be kept: {id, known, case}, or {problem, wait, unsure}. Only after the person has agreed. */
  async function report(bearer, bytes) {
    const told = await ask(bearer, "reports?consent=true", "message/rfc822", bytes);
    if (told.problem) {
      return told;
    }
    const { id, known, case: found } = told.body;
    return typeof id === "string" && isCase(found) ? { id, known: known === true, case: found } : { problem: "foreign", unsure: true };
  }

  async function ask(bearer, path, type, body) {
    const before = offline();
    // Outlook for Windows has no AbortController where it runs the handler of its own button.
    const waiting = typeof AbortController === "undefined" ? null : new AbortController();
    const asked = fetch(`${vigie.settings.server}/api/v1/${path}`, {
      method: "POST",
      body,
      headers: { Authorization: `Bearer ${bearer}`, "Content-Type": type, Accept: "application/json" },
      redirect: "error", // the token goes to that server and nowhere else
      credentials: "omit",
      cache: "no-store",
      referrerPolicy: "no-referrer",
      ...(waiting && { signal: waiting.signal }),
    });
    try {
      return await vigie.patience.within(PATIENCE_MS, asked.then(answered));
    } catch (error) {
      waiting?.abort();
      return { problem: failed(error), unsure: !before };
    }
  }

  async function answered(response) {
    return response.ok ? { body: Object(await response.json()) } : refused(response);
  }

  function failed(error) {
    if (error instanceof SyntaxError) {
      return "foreign"; // an answer, but none of Vigie's: the login page of a hotel's network
    }
    if (offline()) {
      return "offline";
    }
    return vigie.patience.isLate(error) ? "slow" : "unreachable";
  }

  function offline() {
    return typeof navigator !== "undefined" && navigator.onLine === false;
  }

  function refused(response) {
    const { status } = response;
    const unsure = !own(response);
    if (status === 429 || status === 503) {
      return { problem: status === 429 ? "often" : "busy", wait: seconds(response.headers.get("Retry-After")), unsure };
    }
    return { problem: PROBLEMS[status] ?? (status >= 500 ? "fault" : "foreign"), unsure };
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

  return { check, report };
})();

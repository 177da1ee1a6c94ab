// The message that is open, as bytes: as it lies in the mailbox (Mailbox 1.14), or put together from what an older Outlook gives.
//
// What is put together proves nothing: it says so in its first field, has lost the signatures, which could not hold, and `said` takes
// neither "proven" nor a reproach about a missing proof from it.

"use strict";

var vigie = vigie || {};

vigie.mail = (() => {
  const FIRST = "X-Vigie-Incomplete: put together by the Outlook add-in; not the message as it was sent";
  // Of the body as it was: ours is another one. Signatures: none can hold any more, and a broken one would be held against the author.
  const DROPPED = /^(?:mime-version|content-[a-z-]+|dkim-signature|domainkey-signature|x-google-dkim-signature|arc-[a-z-]+|x-vigie-[a-z-]+)$/i;
  const FIELD = /^([!-9;-~]+)[ \t]*:/;
  const DECISIVE = 4; // the line of the decision table for look-alikes and forged results
  const OWN = ["official", "owned"]; // topics of claim-author: the address is one of the brand's
  // Of the decision table (vigie/rules/policy.toml, policy.py): lures that a message of the brand answers on the brand's own ground, and
  // the layers in which the sender himself speaks.
  const ANSWERED = ["data-request", "payment-request.fees", "link-outside.wrapped"];
  const COUNTED = ["outer", "attachment", "hidden"];
  const PATIENCE_MS = 30_000; // for one call: a big message has to come from the server first
  const MOST_BYTES = 24 * 1024 * 1024;
  const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const VALUES = Object.fromEntries(Array.from(DIGITS, (digit, value) => [digit.charCodeAt(0), value]));

  /** {bytes: Uint8Array, whole: boolean, left: how many attachments could not be had}. Rejects where nothing can be had. */
  async function read(item) {
    if (typeof item.getAsFileAsync === "function" && Office.context.requirements.isSetSupported("Mailbox", "1.14")) {
      const bytes = fromBase64(await got((done) => item.getAsFileAsync(done)).catch(() => ""));
      if (hasAuthor(bytes)) {
        return { bytes, whole: true, left: 0 };
      }
    }
    const html = await got((done) => item.body.getAsync("html", done));
    const headers = await got((done) => item.getAllInternetHeadersAsync(done)).catch(() => "");
    const { parts, left } = await attachments(item);
    return { bytes: built(fields(headers, item), html, parts), whole: false, left };
  }

  /** Outlook gives some messages without their header. */
  function hasAuthor(bytes) {
    const [header] = Array.from(bytes.subarray(0, 65536), (byte) => String.fromCharCode(byte)).join("").split(/\r?\n\r?\n/);
    return /^From[ \t]*:/im.test(header);
  }

  function got(ask) {
    const asked = new Promise((resolve, reject) => {
      ask((told) => (told.status === "succeeded" ? resolve(told.value) : reject(new Error(told.error?.code))));
    });
    return vigie.patience.within(PATIENCE_MS, asked);
  }

  /** Those of the message; where Outlook has none, those that it shows. */
  function fields(headers, item) {
    const [header] = (headers ?? "").replace(/\r\n|\r|\n/g, "\r\n").replace(/^(?:\r\n)+/, "").split("\r\n\r\n");
    const kept = header.split(/\r\n(?![ \t])/).filter((field) => FIELD.test(field) && !DROPPED.test(FIELD.exec(field)[1]));
    const has = (name) => kept.some((field) => FIELD.exec(field)[1].toLowerCase() === name);
    return has("from") ? kept : [...kept.filter((field) => !/^(?:subject|to|date|message-id)[ \t]*:/i.test(field)), ...shown(item)];
  }

  function shown(item) {
    const people = (list) => (list ?? []).map(mailbox).join(",\r\n ");
    return [
      item.from && `From: ${mailbox(item.from)}`,
      item.to?.length && `To: ${people(item.to)}`,
      `Subject: ${words(item.subject ?? "")}`,
      item.dateTimeCreated && `Date: ${item.dateTimeCreated.toUTCString().replace("GMT", "+0000")}`,
      item.internetMessageId && `Message-ID: ${line(item.internetMessageId)}`,
    ].filter(Boolean);
  }

  function mailbox({ displayName, emailAddress }) {
    return `${words(displayName ?? "")} <${line(emailAddress ?? "").replace(/[<>\s]/g, "")}>`;
  }

  function line(text) {
    return text.replace(/[\r\n\0]+/g, " ").replace(/\p{Surrogate}/gu, "?");
  }

  /** RFC 2047 section 2: an encoded word has 75 characters at most. */
  function words(text) {
    const letters = [...line(text)]; // never half a surrogate pair
    const made = [];
    for (let at = 0; at < letters.length; at += 10) {
      made.push(`=?UTF-8?B?${toBase64(utf8(letters.slice(at, at + 10).join("")))}?=`);
    }
    return made.join("\r\n ");
  }

  async function attachments(item) {
    const parts = [];
    let [left, bytes, late] = [0, 0, false];
    for (const one of item.attachments ?? []) {
      const told = late ? null : await got((done) => item.getAttachmentContentAsync(one.id, done)).catch((error) => {
        late = vigie.patience.isLate(error); // the others would not come either, and she is waiting
        return null;
      });
      bytes += told?.content.length ?? 0;
      if (bytes < MOST_BYTES && told?.format === "base64") {
        const type = /^[a-z]+\/[a-z0-9.+-]{1,100}$/i.test(one.contentType ?? "") ? one.contentType : "application/octet-stream";
        parts.push(leaf(type, named(one), folded(told.content.replace(/\s/g, ""))));
      } else if (bytes < MOST_BYTES && told?.format === "eml") {
        // RFC 2046 section 5.2.1: a message in a message is not encoded.
        parts.push(leaf("message/rfc822", named(one), told.content.replace(/\r?\n/g, "\r\n"), "8bit"));
      } else {
        left += 1; // lies in a cloud, is too big, or does not come
      }
    }
    return { parts, left };
  }

  function named({ name }) {
    return `\r\nContent-Disposition: attachment; filename*=UTF-8''${encodeURIComponent(line(name ?? ""))}`;
  }

  function built(header, html, files) {
    const border = `vigie-${Math.random()}-${Date.now()}`;
    const text = leaf("text/html; charset=utf-8", "", folded(toBase64(utf8(html))));
    const whole = [FIRST, ...header, "MIME-Version: 1.0", `Content-Type: multipart/mixed; boundary="${border}"`, "", ""];
    return utf8(`${whole.join("\r\n")}--${border}\r\n${[text, ...files].join(`\r\n--${border}\r\n`)}\r\n--${border}--\r\n`);
  }

  function leaf(type, more, content, encoding = "base64") {
    return `Content-Type: ${type}${more}\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${content}`;
  }

  function folded(content) {
    return content.match(/.{1,76}/g)?.join("\r\n") ?? "";
  }

  // Outlook for Windows has neither TextEncoder nor atob where it runs the handler of its own button.

  function utf8(text) {
    const bytes = [];
    for (const letter of text) {
      const code = letter.codePointAt(0);
      if (code < 0x80) {
        bytes.push(code);
      } else if (code < 0x800) {
        bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
      } else if (code < 0x10000) {
        bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
      } else {
        bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
      }
    }
    return Uint8Array.from(bytes);
  }

  function toBase64(bytes) {
    let text = "";
    for (let at = 0; at < bytes.length; at += 3) {
      const [one, two = 0, three = 0] = bytes.subarray(at, at + 3);
      const bits = (one << 16) | (two << 8) | three;
      text += DIGITS[bits >> 18] + DIGITS[(bits >> 12) & 63] + DIGITS[(bits >> 6) & 63] + DIGITS[bits & 63];
    }
    const missing = (3 - (bytes.length % 3)) % 3;
    return missing ? text.slice(0, -missing) + "=".repeat(missing) : text;
  }

  function fromBase64(text) {
    const digits = text.replace(/[^A-Za-z0-9+/]/g, "");
    const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
    let [bits, held, at] = [0, 0, 0];
    for (let read = 0; read < digits.length; read++) {
      bits = ((bits << 6) | VALUES[digits.charCodeAt(read)]) & 0xffffff;
      held += 6;
      if (held >= 8) {
        held -= 8;
        bytes[at++] = (bits >> held) & 255;
      }
    }
    return bytes;
  }

  /**
   * What may be said of a case: {kind: its verdict, or another one where the message is not the one that was sent; told: the server's
   * explanation fits it; outside: what leads elsewhere}.
   *
   * Of an author whose address is the brand's own the proof was taken away by us: neither its absence nor his words are held against him,
   * and he is never called false. That the message leads off the brand's own ground stands without any proof: it is warned of.
   */
  function said(found, { whole }) {
    const { verdict } = found;
    if (whole || verdict === "unrelated") {
      return { kind: verdict, told: true, outside: [] };
    }
    const findings = Array.isArray(found.findings) ? found.findings.map(Object) : [];
    if (["genuine", "undecided"].includes(verdict)) {
      return { kind: "undecided", told: verdict === "undecided", outside: [] };
    }
    if (found.decided_by === DECISIVE || !own(findings)) {
      return { kind: verdict, told: true, outside: [] };
    }
    const outside = findings.filter(leadsOff).map(({ quotes }) => Object(quotes?.[0]).text).filter((text) => typeof text === "string");
    return { kind: outside.length ? "suspicious" : "undecided", told: false, outside };
  }

  function own(findings) {
    const claims = findings.some(({ rule, topic }) => rule === "claim-author" && OWN.includes(topic));
    return claims && !findings.some(({ rule }) => rule === "author-foreign");
  }

  function leadsOff({ rule, topic, kind, strength, layer }) {
    const counts = kind === "lure" && strength !== "weak" && COUNTED.includes(layer);
    return counts && !ANSWERED.includes(rule) && !ANSWERED.includes(`${rule}.${topic}`);
  }

  return { read, said };
})();

// The message as it lies in the mailbox, and what it is known by.

// What Thunderbird writes before a message that it keeps in a file of its own, and gives with `getRaw`: no part of what was
// sent. The same as vigie/web/api/sent.py, so that both ends know a message by the same SHA-256.
const IN_FRONT =
  /^(?:From [^\r\n]*\r?\n)?(?:(?:X-Mozilla-(?:Status2?|Keys)|X-Account-Key|X-UIDL):[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*)+/i;
const LONGEST = 16384;

const PATIENCE_MS = 60_000;

/**
 * The bytes (Uint8Array) of a displayed message, without Thunderbird's own lines in front. Encrypted ones stay encrypted.
 * Rejects where Thunderbird cannot get them: off line it may wait for its server for ever.
 */
export async function raw(id) {
  const late = new Promise((_, reject) => setTimeout(reject, PATIENCE_MS, new DOMException("late", "TimeoutError")));
  const file = await Promise.race([messenger.messages.getRaw(id, { data_format: "File", decrypt: false }), late]);
  return withoutMarks(new Uint8Array(await file.arrayBuffer()));
}

/** Anywhere else such lines are the sender's, and stay. */
export function withoutMarks(bytes) {
  // One character a byte, ASCII or not: lengths stay.
  const found = IN_FRONT.exec(String.fromCharCode(...bytes.subarray(0, LONGEST)));
  return found ? bytes.subarray(found[0].length) : bytes;
}

/** SHA-256, in hexadecimal. */
export async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

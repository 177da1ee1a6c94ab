// Which server is asked, with which token, and when. What an administrator has set (policies.json, 3rdparty) comes first.

import { sha256 } from "./raw.js";

export const MODES = ["named", "every", "asked"];
const LOCAL = ["localhost", "127.0.0.1"];
const TOKEN = /^vig_[A-Za-z0-9_-]{43}$/;

/**
 * {server, token, mode, managed: names of what is set for everybody, whose: another text for other settings}. `server` is an
 * origin, or "" where none is good.
 */
export async function load() {
  const own = await messenger.storage.local.get(["server", "token", "mode"]);
  const given = await messenger.storage.managed.get(["server", "token", "mode"]).catch(() => ({}));
  const set = { ...own, ...given };
  const server = origin(set.server ?? "");
  const token = isToken(set.token ?? "") ? set.token : "";
  const mode = MODES.includes(set.mode) ? set.mode : "named";
  const whose = await sha256(new TextEncoder().encode(JSON.stringify([server, token, mode])));
  return { server, token, mode, managed: Object.keys(given), whose };
}

/** Keeps them, and forgets what the server before has said. */
export async function save({ server, token, mode }) {
  await messenger.storage.local.set({ server, token, mode });
  await messenger.storage.session.clear();
}

/** "https://host[:port]" of whatever address was typed or pasted; "" where a token may not go there. */
export function origin(text) {
  let url;
  try {
    url = new URL(text.includes("://") ? text.trim() : `https://${text.trim()}`);
  } catch {
    return "";
  }
  // Off this machine a token goes by TLS alone. A name before the "@" makes an address look like another one.
  const safe = url.protocol === "https:" || (url.protocol === "http:" && LOCAL.includes(url.hostname));
  return safe && !url.username && !url.password ? url.origin : "";
}

/** What `vigie web token create` gives. */
export function isToken(text) {
  return typeof text === "string" && TOKEN.test(text);
}

/** The permission that a server needs: patterns know no ports. */
export function hosts(server) {
  const url = new URL(server);
  return { origins: [`${url.protocol}//${url.hostname}/*`] };
}

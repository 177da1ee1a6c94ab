// What is known of messages that were shown, until Thunderbird ends; nothing of it reaches the disk (storage.session).
// `whose`: of the settings under which it was asked (settings.js). An answer that comes after they were changed, is under no others.

const MOST = 100;
const KEPT_MS = 12 * 3600_000;
// "Cannot tell" may be a name server that slept.
const UNSURE_MS = 10 * 60_000;

/** {verdict, brand, error, explanation, advice, reported} of the message with that SHA-256, or undefined. */
export async function known(whose, hash) {
  const found = await get(`case ${whose} ${hash}`);
  const most = found?.verdict === "undecided" ? UNSURE_MS : KEPT_MS;
  return found && Date.now() - found.at < most ? found : undefined;
}

/** Remembers a case; of its report, too, where there is one. */
export async function remember(whose, hash, found, reported) {
  const { verdict, brand, error, explanation, advice } = found;
  const before = await get(`case ${whose} ${hash}`);
  const kept = { verdict, brand, error: Boolean(error), explanation, advice, at: Date.now(), reported: reported ?? before?.reported };
  await messenger.storage.session.set({ [`case ${whose} ${hash}`]: kept });
  await makeRoom();
  return kept;
}

/** Until when (ms) that kind of question is not to be asked again, because the server said so. */
export async function pause(whose, kind, seconds) {
  await messenger.storage.session.set({ [`pause ${whose} ${kind}`]: Date.now() + seconds * 1000 });
}

/** In how many seconds that kind of question may be asked; 0: now. */
export async function paused(whose, kind) {
  return Math.max(0, Math.ceil((((await get(`pause ${whose} ${kind}`)) ?? 0) - Date.now()) / 1000));
}

/** A person has asked about this message: when it is shown again, the answer is, too. */
export async function wanted(whose, id) {
  await messenger.storage.session.set({ [`wanted ${whose} ${id}`]: true });
}

/** She has. */
export async function isWanted(whose, id) {
  return (await get(`wanted ${whose} ${id}`)) === true;
}

async function get(key) {
  return (await messenger.storage.session.get(key))[key];
}

async function makeRoom() {
  const cases = Object.entries(await messenger.storage.session.get(null)).filter(([key]) => key.startsWith("case "));
  const old = cases.sort((one, other) => other[1].at - one[1].at).slice(MOST);
  await messenger.storage.session.remove(old.map(([key]) => key));
}

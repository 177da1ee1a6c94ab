// Does a message name ameli? Looked at here, in Thunderbird: only then it is sent to the server unasked (docs/addins.md).
// No judgement: who asks too often costs a request, and for what this misses there is the button.

const LIKE = { "@": "a", "€": "e", "0": "o", "1": "l", "3": "e", "4": "a", "5": "s", "|": "l", "!": "i" };
const LETTERS = {
  а: "a", с: "c", е: "e", ѐ: "e", о: "o", р: "p", х: "x", у: "y", і: "i", ї: "i", ӏ: "l", м: "m", т: "t", ѕ: "s", в: "b", н: "h", к: "k",
  α: "a", ε: "e", ο: "o", ι: "i", ν: "v", τ: "t", ρ: "p", ı: "i", ł: "l", ø: "o", æ: "ae", œ: "oe",
};
const MOST = 100_000;

const NAMES = new RegExp(
  [
    "(?<![a-z0-9])a[\\s._*-]?m[\\s._*-]?e[\\s._*-]?l[\\s._*-]?i(?:pro|bot)?(?![a-z])",
    "assurances?[\\s_.-]*maladie",
    "caisse[\\s_.-]*(?:primaire|d'assurance|nationale)",
    "(?<![a-z])(?:cpam|cnamts|cnam|cgss|cssm|c2s|ceam)(?![a-z])",
    "cartes?[\\s_.-]*(?:de[\\s_.-]*sante[\\s_.-]*)?vital",
    "(?<![a-z])vitale(?![a-z])",
    "espace[\\s_.-]*sante",
    "securite[\\s_.-]*sociale",
    "attestation[\\s_.-]*de[\\s_.-]*droits",
    "france[\\s_.-]*connect",
  ].join("|"),
);
// In an address or a host the name is glued to others. "amelior" is any French newsletter.
const HOSTS = /ameli(?!or)|assurance-?maladie|cpam|vitale|espace-?sante|france-?connect/;

// Written backward to be read forward: nobody does so in a mail who has nothing to hide.
const BACKWARD = /[\u202d\u202e]/;

/** True where any of the texts, or of the addresses and hosts, names a protected sender, roughly. */
export function named(texts, hosts) {
  const spelled = texts.some((text) => BACKWARD.test(text) || spoken(text).some((form) => NAMES.test(form)));
  return spelled || hosts.some((host) => HOSTS.test(letters(host)));
}

function spoken(text) {
  const plain = letters(text);
  return [plain, plain.replace(/[@€013458|!]/g, (sign) => LIKE[sign] ?? sign)];
}

/** Without accents, capitals, invisible characters; letters of other alphabets as the Latin ones that they resemble. */
function letters(text) {
  return text
    .slice(0, MOST)
    .normalize("NFKD")
    .replace(/[\p{M}\p{Cf}]/gu, "")
    .toLowerCase()
    .replace(/[^\0-\x7f]/gu, (sign) => LETTERS[sign] ?? (sign === "’" ? "'" : sign));
}

// What the page knows, and what its reader has chosen. Nothing here draws.
const ISLAND = JSON.parse(document.getElementById("data").textContent);
const DAY = 86400;
const SIGNS = {
  in_sync: "✓", create: "+", update: "~", replace: "±", delete: "−", revert: "↺", recover: "⟳", follow: "»", blocked: "!", unknown: "?",
  good: "✓", due: "◔", urgent: "!", ended: "✕", none: "–", revoked: "⊘", enrolled: "✓", suspended: "‖", unregistered: "–", unreadable: "?",
  applied: "✓", unchanged: "✓", refused: "!", failed: "✕", skipped: "·", partial: "◐", error: "✕", running: "…", changes: "~", change: "~", kept: "✓", excepted: "◔", broken: "✕", not_applicable: "–",
  bad: "!", warn: "◔", note: "·",
};

const kept = (name) => {
  // A page from disk may not be allowed to remember anything.
  try { return localStorage.getItem(`reconcile.${name}`); } catch { return null; }
};
const keep = (name, value) => {
  try { localStorage.setItem(`reconcile.${name}`, value); } catch { /* then it is chosen anew next time */ }
};

const chosen = {
  environment: 0,
  language: kept("language") ?? ((navigator.language || "en").toLowerCase().startsWith("ja") ? "ja" : "en"),
  theme: kept("theme") ?? "auto",
};

/** The word of a name, in the reader's language. */
const t = (name, ...values) => {
  const word = WORDS[chosen.language][name] ?? WORDS.en[name] ?? name;
  return typeof word === "function" ? word(...values) : word;
};
const number = (value) => value.toLocaleString(chosen.language);
const day = (at) => new Date(at * 1000).toISOString().slice(0, 10);
const time = (at) => `${new Date(at * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`;
const seconds = (written) => Math.floor(Date.parse(written) / 1000);
const shortCommit = (commit) => commit.slice(0, 12);

/** What a terminal's certificate is worth at a time. */
function worth(terminal, at) {
  if (terminal.expires === null) return "none";
  if (terminal.revoked !== null) return "revoked";
  if (terminal.expires <= at) return "ended";
  if (terminal.expires - at <= 7 * DAY) return "urgent";
  return terminal.renewed <= at ? "due" : "good";
}

/** The island's columns as rows. */
function rows(table, at) {
  const word = (place) => (place === null ? null : table.words[place]);
  return table.name.map((name, row) => {
    const terminal = {
      name,
      clinic: table.clinics[table.clinic[row]].name,
      declared: word(table.declared[row]),
      registered: word(table.registered[row]),
      verdict: word(table.verdict[row]),
      action: word(table.action[row]),
      reason: word(table.reason[row]),
      unblock: word(table.unblock[row]),
      serial: table.serial[row],
      issued: table.issued[row],
      expires: table.expires[row],
      revoked: table.revoked[row],
      renewed: table.renewed[row],
      certificates: table.certificates[row],
      commit: word(table.commit[row]),
    };
    terminal.worth = worth(terminal, at);
    terminal.text = `${name} ${terminal.clinic} ${terminal.serial ?? ""}`.toLowerCase();
    return terminal;
  });
}

/** An environment, with what is derived from it once. */
const environments = ISLAND.environments.map(({ name, unseen, seen }) => {
  if (!seen) return { name, unseen };
  const at = seconds(seen.place.at);
  const units = seen.units.map((unit, place) => ({
    ...unit,
    place,
    // The one word that stands for the unit.
    word: unit.verdict === "change" ? unit.action : unit.verdict,
    text: `${unit.address} ${unit.reason}`.toLowerCase(),
  }));
  const terminals = rows(seen.terminals, at);
  return { name, unseen, ...seen, at, units, terminals, clinics: clinics(terminals, seen.terminals.clinics) };
});

function clinics(terminals, found) {
  const all = new Map(found.map(({ name, after }) => [name, { name, after, terminals: [] }]));
  for (const terminal of terminals) all.get(terminal.clinic).terminals.push(terminal);
  return [...all.values()].sort((one, other) => one.name.localeCompare(other.name));
}

const environment = () => environments[chosen.environment];
/** Whether a text has every word that somebody looks for. */
const matches = (text, wanted) => wanted.toLowerCase().split(/\s+/).every((word) => text.includes(word));
/** Whether somebody has to look at a terminal. */
const needsAttention = (terminal) =>
  terminal.verdict !== "in_sync" || (terminal.declared === "enrolled" && ["ended", "urgent", "due", "none"].includes(terminal.worth));

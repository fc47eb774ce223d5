// The head of the page: one sentence, four figures, how much was seen; and what a person has to look at.

function drawHead(seen) {
  const { summary, coverage, place, terminals, clinics, at } = seen;
  const differing = summary.create + summary.update + summary.replace + summary.delete + summary.revert + summary.recover + summary.follow;
  const total = differing + summary.inSync + summary.blocked + summary.unknown;
  const waiting = summary.blocked + summary.unknown;
  const next = terminals.filter((one) => one.declared === "enrolled" && one.expires > at && one.revoked === null).reduce((first, one) => Math.min(first, one.expires), Infinity);
  const age = Math.floor((Date.now() / 1000 - at) / DAY);
  put("head",
    h("div", { class: "title" },
      h("h1", {}, seen.name),
      h("p", { class: "where" },
        h("span", {}, place.sandbox ? t("sandbox") : `${t("account")} ${place.account}`),
        h("span", {}, place.region),
        h("span", {}, seen.commit ? [`${t("commit")} `, mono(shortCommit(seen.commit))] : t("no_commit")),
        h("span", {}, `${t("looked")} ${time(at)}`)),
      h("p", { class: "verdict" }, sentence(seen, differing, waiting)),
      seen.dirty.length > 0 && h("p", { class: "soft" }, t("dirty", seen.dirty.length))),
    age > 0 && h("p", { class: "notice" }, t("old", age)),
    h("dl", { class: "figures" },
      figure(t("figure_sync"), [number(summary.inSync), " ", h("small", {}, t("figure_of", number(total)))]),
      figure(t("figure_change"), number(differing), waiting > 0 && t("figure_waiting", waiting)),
      figure(t("figure_terminals"), number(terminals.length), t("figure_clinics", number(clinics.length))),
      figure(t("figure_next"), next === Infinity ? "–" : t("days", Math.floor((next - at) / DAY)), next === Infinity ? null : day(next))),
    drawCoverage(coverage),
    seen.notes.length > 0 && h("ul", { class: "notes" }, seen.notes.map((note) => h("li", {}, said(note)))));
}

const figure = (name, value, under) =>
  h("div", {}, h("dt", {}, name), h("dd", {}, value, under ? h("div", { class: "under" }, under) : null));

function sentence({ status, summary, coverage }, differing, waiting) {
  if (status === "in_sync") return [tone("in_sync", t("status_in_sync"))];
  if (status === "changes") return [tone("changes", t("status_changes", differing))];
  if (status === "blocked") return [tone("blocked", t("status_blocked", waiting))];
  if (summary.unknown > 0) return [tone("unknown", t("status_error", summary.unknown))];
  return [tone("unknown", t("status_unreadable", coverage.unreadable))];
}

function drawCoverage(coverage) {
  const parts = [["checked", t("checked", number(coverage.checked))], ["unsupported", t("unsupported", number(coverage.unsupported))],
    ["ignored", t("ignored", number(coverage.ignored))], ["unreadable", t("unreadable_count", number(coverage.unreadable))]];
  return h("div", { class: "coverage" },
    h("h2", { class: "hidden-text" }, t("coverage")),
    h("div", { class: "track", "aria-hidden": "true" }, parts.filter(([name]) => coverage[name] > 0).map(([name]) => h("i", { class: name, vars: { share: coverage[name] } }))),
    h("ul", {}, parts.map(([name, text]) => h("li", {}, h("i", { class: name, "aria-hidden": "true" }), text))));
}

/** An environment of which nothing was seen. */
function drawUnseen({ name, unseen }) {
  put("head",
    h("div", { class: "title" }, h("h1", {}, name), h("p", { class: "verdict" }, tone("unknown", t("unseen")))),
    h("ul", { class: "notice" }, unseen.map((why) => h("li", {}, said(why)))));
}

/** What needs a person, the worst first: `{ tone, word, what, how, link }`. */
function attention(seen) {
  const found = [];
  const add = (rank, sign, word, what, how) => found.push({ rank, sign, word, what, how });
  for (const unit of seen.units) {
    const link = unitLink(unit);
    const how = advice(unit.reason, unit.unblock);
    const lost = unit.dangers.filter((danger) => danger.level === "high");
    if (lost.length > 0) add(0, "bad", t("a_danger"), [link, ": ", lost.map((danger, place) => [place > 0 && "; ", said(`${danger.subject} ${danger.what}`)])], how);
    else if (unit.verdict === "unknown") add(1, "unknown", t("unknown"), link, how);
    else if (unit.drift) add(unit.verdict === "blocked" ? 2 : 4, "revert", t("drift"), link, [how, h("div", {}, drifted(unit.drift))]);
    else if (unit.verdict === "blocked") add(2, "blocked", t("blocked"), link, how);
  }
  const enrolled = seen.terminals.filter((one) => one.declared === "enrolled");
  const of = (worth) => enrolled.filter((one) => one.worth === worth);
  if (of("ended").length > 0) add(1, "ended", t("a_certificate"), t("a_ended", of("ended").length, names(of("ended"))), showTerminals("ended"));
  if (of("urgent").length > 0) add(2, "urgent", t("a_certificate"), t("a_urgent", of("urgent").length, names(of("urgent"))), showTerminals("urgent"));
  if (of("due").length > 0) add(5, "due", t("a_certificate"), t("a_due", of("due").length), showTerminals("due"));
  for (const verdict of ["blocked", "unknown"]) {
    const those = seen.terminals.filter((one) => one.verdict === verdict);
    if (those.length > 0) add(2, verdict, t(verdict), t("a_terminals", those.length, t(verdict), names(those)), advice(those[0].reason, those[0].unblock));
  }
  for (const one of seen.signatures) {
    const expires = one.signed?.expires && seconds(one.signed.expires);
    if (one.revoked) add(1, "bad", t("a_signature"), t("a_signature_revoked", one.address), said(one.revoked));
    else if (expires && expires - seen.at < 60 * DAY) add(3, "due", t("a_signature"), t("a_signature_ends", one.address, day(expires)));
    if (one.isRunning === false) add(2, "bad", t("a_signature"), t("a_other_code", one.address));
  }
  for (const one of seen.authorities) {
    const ends = seconds(one.notAfter);
    if (ends - seen.at < 180 * DAY) add(3, "due", t("a_certificate"), t("a_authority", one.subject, day(ends)));
  }
  const last = seen.runs.newest[0];
  if (last && !["applied", "in_sync"].includes(last.status)) add(3, last.status, t("a_run"), [h("a", { href: "#runs" }, t("a_last_run", time(seconds(last.started)))), " – ", t(last.status)]);
  if (seen.runs.unseen) add(2, "unknown", t("a_run"), t("runs_unseen"), said(seen.runs.unseen));
  for (const one of seen.rules.all) if (one.standing === "broken") add(1, "broken", t("rule"), [h("a", { href: "#compliance" }, t("a_rule", one.rule))], said(one.findings.filter((found) => !found.excepted).slice(0, 2).map((found) => `${found.file}:${found.line} ${found.message}`).join("; ")));
  if (seen.rules.unseen) add(2, "unknown", t("rule"), t("rules_unseen"), said(seen.rules.unseen));
  for (const one of seen.exceptions) if (isOver(one, seen)) add(4, "warn", t("a_exception"), t("a_exception_over", one.unit, one.until), said(one.reason));
  return found.sort((one, other) => one.rank - other.rank);
}

const isOver = (exception, seen) => exception.until < day(seen.at);
const names = (terminals) => t("a_more", terminals.slice(0, 3).map((one) => one.name).join(", "), terminals.length - Math.min(3, terminals.length));
const showTerminals = (condition) => h("a", { href: "#terminals", on: { click: () => filterTerminals({ condition }) } }, t("show"));

function drifted({ noticed, good, run }) {
  const when = good ? t("drift_between", time(seconds(good)), time(seconds(noticed))) : t("drift_noticed", time(seconds(noticed)));
  return run ? [when, " (", t("drift_run", run), ")"] : when;
}

function drawAttention(seen) {
  const found = attention(seen);
  put("attention",
    heading("attention", [t("attention"), found.length > 0 && h("span", { class: "soft" }, ` ${found.length}`)], found.length > 0 && t("attention_lead")),
    found.length === 0
      ? h("p", { class: "calm" }, tone("good", t("attention_none")))
      : h("ol", { class: "attention" }, found.map(({ sign, word, what, how }) =>
        h("li", { class: `is-${sign}` }, tone(sign, word), h("p", { class: "what" }, what), how && h("p", { class: "how" }, how)))));
  return found.length;
}

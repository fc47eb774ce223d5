// What is on record: signatures, the last runs, exceptions; and what this page cost.

function drawSignatures(seen) {
  const ends = (at) => (at ? `${day(seconds(at))} · ${t("days", Math.floor((seconds(at) - seen.at) / DAY))}` : t("no_end"));
  const runs = ({ isRunning, function: running }) => (isRunning === true ? tone("good", t("runs_it")) : isRunning === false ? tone("bad", t("runs_other")) : tone("none", running ? t("unsigned") : t("runs_none")));
  put("signatures",
    heading("signatures", t("signatures"), t("signatures_lead")),
    seen.signatures.length === 0 ? h("p", { class: "calm soft" }, t("signatures_none")) : h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("signatures") }, table({
      label: t("signatures"),
      heads: [[t("package")], [t("signed_until")], [t("profile")], [t("function_runs")], [t("commit")]],
      body: seen.signatures.map((one) => h("tr", {},
        h("td", {}, mono(one.address)),
        h("td", {}, one.revoked ? tone("bad", t("revoked_why", one.revoked)) : one.signed ? tone(one.signed.expires && seconds(one.signed.expires) - seen.at < 60 * DAY ? "due" : "good", ends(one.signed.expires)) : tone("none", t("unsigned"))),
        h("td", {}, one.signed ? mono(one.signed.profileVersion.split("/signing-profiles/").pop(), { title: one.signed.profileVersion }) : "–"),
        h("td", {}, runs(one)),
        h("td", {}, one.signed?.commit ? mono(shortCommit(one.signed.commit)) : "–"))),
    })),
    seen.authorities.length > 0 && h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("authority") }, table({
      label: t("authority"),
      heads: [[t("authority")], [t("expires")], [t("fingerprint")]],
      body: seen.authorities.map((one) => h("tr", {},
        h("td", {}, said(one.subject)),
        h("td", {}, tone(seconds(one.notAfter) - seen.at < 180 * DAY ? "due" : "good", ends(one.notAfter))),
        h("td", {}, mono(one.fingerprint.slice(0, 16), { title: one.fingerprint })))),
    })));
}

function drawRuns({ runs }) {
  const none = runs.unseen ? tone("unknown", `${t("runs_unseen")}: ${runs.unseen}`) : h("span", { class: "soft" }, t("runs_empty"));
  put("runs",
    heading("runs", t("runs"), t("runs_lead")),
    runs.newest.length === 0 ? h("p", { class: "calm" }, none) : h("ul", { class: "rows" }, runs.newest.map(runRow)),
    runs.older > 0 && h("p", { class: "soft notes" }, t("runs_older", number(runs.older))),
    runs.unreadable.length > 0 && h("ul", { class: "notes" }, runs.unreadable.map((why) => h("li", {}, tone("unknown", ""), said(why)))));
}

function runRow(run) {
  const counts = Object.entries(run.outcomes).map(([word, count]) => `${number(count)} ${t(word)}`).join(" · ");
  const took = run.finished && seconds(run.finished) - seconds(run.started);
  return h("li", {}, h("details", {},
    h("summary", {}, tone(run.status), h("span", {}, time(seconds(run.started))),
      h("span", { class: "why" }, `${run.actor ?? t("nobody")} · `, run.commit ? mono(shortCommit(run.commit)) : t("no_commit"), counts && ` · ${counts}`)),
    h("div", { class: "inside" },
      pairs([
        [t("who"), run.actor ?? t("nobody")],
        [t("caller"), mono(run.caller)],
        [t("commit"), run.commit ? mono(run.commit) : t("no_commit")],
        [t("digest"), mono(run.digest.slice(0, 12))],
        [t("took"), took !== null && took !== undefined && `${number(took)} s`],
        [t("log"), run.url && (run.url.startsWith("https://") ? h("a", { href: run.url, rel: "noreferrer" }, run.url) : mono(run.url))],
        [t("calls"), t("calls_count", number(run.calls), number(run.writes))],
        [t("run_id"), mono(run.run)],
      ]),
      run.units.length > 0 && h("ul", {}, run.units.map((unit) => h("li", {}, tone(unit.outcome), " ", mono(unit.address), unit.why && [" ", said(unit.why, { class: "soft" })]))),
      run.moreUnits > 0 && h("p", { class: "soft" }, t("more_units", number(run.moreUnits))))));
}

function drawCompliance(seen) {
  const { all, controls, unseen } = seen.rules;
  const nothing = unseen ? tone("unknown", `${t("rules_unseen")}: ${unseen}`) : h("span", { class: "soft" }, t("rules_none"));
  put("compliance",
    heading("compliance", t("compliance"), t("compliance_lead")),
    all.length === 0 ? h("p", { class: "calm" }, nothing) : [drawControls(all, controls), drawRules(all, controls)],
    drawExceptions(seen));
}

const STANDING = ["broken", "excepted", "kept", "not_applicable"];

/** What serves each control, counted. */
function drawControls(all, controls) {
  const counted = (serving, word) => {
    const count = serving.filter((rule) => rule.standing === word).length;
    return h("td", { class: "number" }, count === 0 ? h("span", { class: "soft" }, "–") : h("span", { class: `tone is-${word}` }, number(count)));
  };
  const rows = [...controls.entries()].map(([place, name]) => {
    const serving = all.filter((rule) => rule.serves.includes(place));
    return h("tr", {}, h("td", {}, said(name)), ["kept", "excepted", "broken", "not_applicable"].map((word) => counted(serving, word)));
  });
  return h("div", { class: "scroll narrow", tabindex: "0", role: "region", "aria-label": t("control") }, table({
    label: t("control"),
    heads: [[t("control")], ...["kept", "excepted", "broken", "not_applicable"].map((word) => [t(word), "number"])],
    body: rows,
  }));
}

function drawRules(all, controls) {
  const filter = { text: "", standing: "all", control: "all" };
  const ordered = [...all].sort((one, other) => STANDING.indexOf(one.standing) - STANDING.indexOf(other.standing));
  const list = paged({
    size: 20,
    count: (shown) => t("result_rules", number(shown), number(all.length)),
    draw: (rules) => h("ul", { class: "rows" }, rules.map(ruleRow)),
  });
  const set = (name) => (value) => { filter[name] = value; refresh(); };
  const refresh = () => list.show(ordered.filter((rule) =>
    (filter.standing === "all" || rule.standing === filter.standing)
    && (filter.control === "all" || rule.serves.includes(Number(filter.control)))
    && matches(`${rule.rule} ${rule.keeps}`.toLowerCase(), filter.text)));
  refresh();
  return h("div", {}, h("div", { class: "tools" },
    search(t("find_rules"), "find-rules", "", set("text")),
    select(t("outcome"), [["all", t("all")], ...STANDING.filter((word) => all.some((rule) => rule.standing === word)).map((word) => [word, t(word)])], "all", set("standing")),
    select(t("control"), [["all", t("all_controls")], ...controls.map((name, place) => [String(place), name])], "all", set("control")),
    list.result), list.nodes);
}

function ruleRow(rule) {
  return h("li", {}, h("details", {},
    h("summary", {}, tone(rule.standing), h("span", { class: "address", translate: "no" }, rule.rule), h("span", { class: "why", lang: "en" }, rule.keeps)),
    h("div", { class: "inside" },
      pairs([
        [t("keeps"), said(rule.keeps)],
        [t("stands_in"), mono(rule.file)],
        [t("checked_files"), rule.checked.length > 0 && rule.checked.map((file, place) => [place > 0 && ", ", mono(file)])],
      ]),
      rule.findings.length > 0 && h("ul", {}, rule.findings.map((found) =>
        h("li", {}, tone(found.excepted ? "excepted" : "broken"), " ", mono(`${found.file}:${found.line}`), found.resource && [" ", mono(found.resource)], " ", said(found.message)))))));
}

function drawExceptions(seen) {
  return h("div", { class: "block" }, h("h3", {}, t("exceptions")),
    seen.exceptions.length === 0 ? h("p", { class: "calm soft" }, t("exceptions_none")) : h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("exceptions") }, table({
      label: t("exceptions"),
      heads: [[t("units")], [t("exception")], [t("reason")], [t("until"), "number"]],
      body: seen.exceptions.map((one) => h("tr", {},
        h("td", {}, mono(one.unit)), h("td", {}, t(one.kind), " ", mono(one.subject)), h("td", {}, said(one.reason)),
        h("td", { class: "number" }, isOver(one, seen) ? tone("bad", `${one.until} · ${t("over")}`) : one.until))),
    })));
}

function drawFoot(seen) {
  const made = h("p", {}, t("foot_made", ISLAND.version));
  if (!seen.calls) return put("foot", made);
  const { total, writes, throttled, byOperation } = seen.calls;
  put("foot",
    h("p", {}, t("foot", number(total), number(writes), throttled)),
    made,
    h("details", {}, h("summary", {}, t("foot_calls")), h("ul", {}, Object.entries(byOperation).map(([name, count]) => h("li", {}, mono(name), ` ${number(count)}`)))));
}

// The units: one line each, and all that is known of one when it is opened.

const URGENCY = ["unknown", "blocked", "replace", "delete", "revert", "recover", "update", "create", "follow", "in_sync"];
let revealUnit = () => {};

const unitLink = (unit) => h("a", { href: `#unit-${unit.place}`, on: { click: () => revealUnit(unit) } }, mono(unit.address));

function drawUnits(seen) {
  const filter = { text: "", verdict: "all", kind: "all" };
  const inOrder = [...seen.units].sort((one, other) => URGENCY.indexOf(one.word) - URGENCY.indexOf(other.word) || one.place - other.place);
  const list = paged({
    size: 60,
    count: (shown) => t("result_units", number(shown), number(inOrder.length)),
    draw: (units) => h("ul", { class: "rows" }, units.map((unit) => unitRow(unit, seen))),
  });
  const refresh = () => list.show(inOrder.filter((unit) =>
    (filter.verdict === "all" || unit.word === filter.verdict || (filter.verdict === "differing" && unit.word !== "in_sync"))
    && (filter.kind === "all" || unit.kind === filter.kind) && matches(unit.text, filter.text)));
  const set = (name) => (value) => { filter[name] = value; refresh(); };
  const words = URGENCY.filter((word) => seen.units.some((unit) => unit.word === word));
  const kinds = [...new Set(seen.units.map((unit) => unit.kind))];
  const draw = () => {
    put("units",
      heading("units", t("units"), t("units_lead")),
      h("div", { class: "tools" },
        search(t("find_units"), "find-units", filter.text, set("text")),
        select(t("verdict"), [["all", t("all")], ["differing", t("differing")], ...words.map((word) => [word, t(word)])], filter.verdict, set("verdict")),
        select(t("kind"), [["all", t("all")], ...kinds.map((kind) => [kind, kind])], filter.kind, set("kind")),
        list.result),
      list.nodes);
    refresh();
  };
  revealUnit = (unit) => {
    Object.assign(filter, { text: "", verdict: "all", kind: "all" });
    draw();
    list.reveal(unit);
    const row = document.getElementById(`unit-${unit.place}`);
    row.open = true;
    row.querySelector("summary").focus();
  };
  draw();
}

function unitRow(unit, seen) {
  const details = h("details", { id: `unit-${unit.place}` },
    h("summary", {}, tone(unit.word), h("span", { class: "address", translate: "no" }, unit.address),
      said(unit.reason, { class: "why" })));
  details.addEventListener("toggle", () => {
    if (details.open && details.children.length === 1) details.append(unitInside(unit, seen));
  });
  return h("li", {}, details);
}

function unitInside(unit, seen) {
  const { running, declared, coverage } = unit;
  const counts = ["checked", "unsupported", "ignored"].filter((name) => coverage[name] > 0).map((name) => t(name, coverage[name]));
  if (coverage.unreadable > 0) counts.push(t("unreadable_count", coverage.unreadable));
  const after = unit.after.map((place, index) => [index > 0 && ", ", unitLink(seen.units[place])]);
  return h("div", { class: "inside" },
    unit.dangers.length > 0 && h("div", { class: "lost is-bad" }, h("h3", {}, t("dangers")),
      h("ul", {}, unit.dangers.map((danger) => h("li", {}, said(`${danger.subject} ${danger.what}`), danger.level === "high" && ` (${t(danger.allowed ? "allowed" : "not_allowed")})`)))),
    pairs([
      [t("unblock"), unit.unblock && said(unit.unblock)],
      [t("drift_since"), unit.drift && drifted(unit.drift)],
      [t("state"), running && said(running.state)],
      [t("runs_since"), running?.since && time(seconds(running.since))],
      [t("commit"), running?.commit && mono(shortCommit(running.commit))],
      [t("identity"), running?.identity && mono(running.identity)],
      [t("declared_in"), declared ? mono(declared.file) : t("not_declared")],
      [t("region"), declared?.region],
      [t("after"), after.length > 0 && after],
      [t("seen_of"), counts.join(" · ")],
      ["", coverage.notes?.length > 0 && h("ul", {}, coverage.notes.map((note) => h("li", { class: "soft" }, said(note))))],
    ]),
    unit.fields.length > 0 && h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("property") }, table({
      label: t("property"), kind: "fields",
      heads: [[t("property")], [t("before_value")], [t("after_value")]],
      body: unit.fields.map((field) => h("tr", {}, h("td", {}, mono(field.path)), h("td", {}, field.before === null ? "–" : mono(field.before)), h("td", {}, field.after === null ? "–" : mono(field.after)))),
    }), unit.moreFields > 0 && h("p", { class: "soft" }, t("more_fields", unit.moreFields))));
}

// The terminals: when certificates end, clinic by clinic, and each terminal on the same timeline.

let filterTerminals = () => {};

function drawTerminals(seen) {
  if (seen.terminals.length === 0) {
    put("terminals", heading("terminals", t("terminals")), h("p", { class: "calm soft" }, t("terminals_none")));
    return;
  }
  const scale = scaleOf(seen.terminals, seen.at);
  const filter = { text: "", clinic: "all", condition: "all", order: "end", range: null };
  const list = paged({
    size: 50,
    count: (shown) => t("result_terminals", number(shown), number(seen.terminals.length)),
    draw: (terminals) => table({
      label: t("terminals"), kind: "fleet",
      heads: [[t("terminal")], [t("clinic")], [t("state")], [t("certificate")], [drawScale(scale), "time"], [t("ends"), "number"]],
      body: terminals.map((one) => terminalRow(one, scale)),
    }),
  });
  const bars = h("div");
  const refresh = () => {
    list.show(sorted(seen.terminals.filter((one) => isShown(one, filter)), filter.order));
    bars.replaceChildren(...drawEndings(seen, filter.range, (range) => { filter.range = range; refresh(); }));
  };
  const set = (name) => (value) => { filter[name] = value; refresh(); };
  const draw = () => {
    put("terminals",
      heading("terminals", t("terminals"), t("terminals_lead")),
      bars,
      seen.clinics.length > 1 && drawClinics(seen, scale),
      h("div", { class: "tools" },
        search(t("find_terminals"), "find-terminals", filter.text, set("text")),
        select(t("clinic"), [["all", t("all_clinics")], ...seen.clinics.map(({ name }) => [name, name])], filter.clinic, set("clinic")),
        select(t("state"), conditions(seen), filter.condition, set("condition")),
        select(t("sort"), [["end", t("by_end")], ["name", t("by_name")]], filter.order, set("order")),
        list.result),
      list.nodes, legend());
    refresh();
  };
  filterTerminals = (wanted) => {
    Object.assign(filter, { text: "", clinic: "all", condition: "all", range: null }, wanted);
    draw();
  };
  draw();
}

const CONDITIONS = ["ended", "urgent", "due", "good", "none"];
const STANDINGS = ["enrolled", "suspended", "revoked"];

function conditions(seen) {
  const there = [...CONDITIONS.map((one) => [one, "worth"]), ...STANDINGS.map((one) => [one, "declared"]), ...["blocked", "unknown", "change"].map((one) => [one, "verdict"])];
  const found = there.filter(([word, of]) => seen.terminals.some((one) => one[of] === word));
  return [["all", t("all")], ["needs", t("needs")], ...found.map(([word]) => [word, t(word)])];
}

function isShown(terminal, { text, clinic, condition, range }) {
  return (clinic === "all" || terminal.clinic === clinic)
    && (condition === "all" || (condition === "needs" ? needsAttention(terminal) : [terminal.worth, terminal.declared, terminal.verdict].includes(condition)))
    && (range === null || (terminal.expires >= range.from && terminal.expires < range.to && terminal.revoked === null))
    && matches(terminal.text, text);
}

function sorted(terminals, order) {
  if (order === "name") return terminals.sort((one, other) => (one.name < other.name ? -1 : 1));
  return terminals.sort((one, other) => (one.expires ?? Infinity) - (other.expires ?? Infinity) || (one.name < other.name ? -1 : 1));
}

function standing({ declared, registered, verdict, reason, unblock }) {
  if (verdict === "unknown") return tone("unknown", t("unknown"));
  if (registered === declared || (registered === null && declared === "revoked")) return verdict === "blocked" ? tone("blocked") : tone(declared);
  return tone("change", t("to_be", t(registered ?? "unregistered"), t(declared)));
}

function terminalRow(terminal, scale) {
  const why = terminal.verdict !== "in_sync" && terminal.reason;
  return h("tr", {},
    h("td", {}, h("span", { translate: "no", title: terminal.serial && `${terminal.serial}` }, terminal.name),
      why && h("div", { class: "soft" }, advice(why, terminal.unblock))),
    h("td", { translate: "no" }, terminal.clinic),
    h("td", {}, standing(terminal)),
    h("td", {}, tone(terminal.worth)),
    h("td", { class: "time" }, drawLife(terminal, scale)),
    h("td", { class: "number" }, terminal.expires === null ? "–" : day(terminal.expires)));
}

const legend = () => h("p", { class: "legend", "aria-hidden": "true" },
  ["life", "late", "now"].map((name) => h("span", {}, h("i", { class: name }), t(`legend_${name}`))));

function drawEndings(seen, range, choose) {
  const { bars, ended, weekly } = endings(seen.terminals, seen.at);
  const most = Math.max(1, ...bars.map((bar) => bar.terminals.length));
  const isChosen = (bar) => range !== null && bar.from === range.from;
  const buttons = bars.map((bar) => {
    const count = bar.terminals.length;
    const word = bar.from - seen.at < 7 * DAY ? "urgent" : bar.from - seen.at < 30 * DAY ? "due" : "good";
    const press = () => {
      choose(isChosen(bar) ? null : bar);
      document.querySelector(`[data-from="${bar.from}"]`)?.focus();
    };
    return h("button", {
      type: "button", "data-from": bar.from, "aria-pressed": isChosen(bar) ? "true" : "false", disabled: count === 0, class: `is-${word}`,
      "aria-label": t("endings_bar", number(count), day(bar.from), day(bar.to)), title: t("endings_bar", number(count), day(bar.from), day(bar.to)),
      vars: { size: count === 0 ? "0" : `${Math.max(4, count / most * 80)}%` }, on: { click: press },
    }, h("span", { "aria-hidden": "true" }, count > 0 ? number(count) : ""), h("i", { "aria-hidden": "true" }));
  });
  const some = bars.some((bar) => bar.terminals.length > 0);
  return [h("div", { class: "endings" },
    some && [
      h("h3", {}, `${t("endings")} · ${t(weekly ? "endings_week" : "endings_month")}`),
      h("div", { class: "bars", role: "group", "aria-label": t("endings") }, buttons),
      h("p", { class: "axis", "aria-hidden": "true" }, h("span", {}, day(bars[0].from)), h("span", {}, day(bars[bars.length - 1].to))),
    ],
    ended > 0 && h("p", { class: "is-ended" }, tone("ended", t("endings_before", number(ended)))))];
}

function drawClinics(seen, scale) {
  const first = ({ terminals }) => terminals.filter((one) => one.revoked === null && one.expires > seen.at).reduce((least, one) => Math.min(least, one.expires), Infinity);
  const ordered = [...seen.clinics].sort((one, other) => first(one) - first(other) || one.name.localeCompare(other.name));
  const list = paged({
    size: 10,
    count: (shown) => t("result_clinics", number(shown)),
    draw: (clinics) => table({
      label: t("clinics"), kind: "clinics",
      heads: [[t("clinic")], [t("clinic_count"), "number"], [t("verdict")], [drawScale(scale), "time"], [t("first_end"), "number"]],
      body: clinics.map((clinic) => h("tr", {},
        h("td", {}, h("button", { type: "button", class: "name", translate: "no", on: { click: () => { filterTerminals({ clinic: clinic.name }); document.getElementById("find-terminals").focus(); } } }, clinic.name)),
        h("td", { class: "number" }, number(clinic.terminals.length)),
        h("td", {}, clinicTone(clinic)),
        h("td", { class: "time" }, drawEnds(clinic.terminals, scale)),
        h("td", { class: "number" }, first(clinic) === Infinity ? "–" : day(first(clinic))))),
    }),
  });
  list.show(ordered);
  return h("div", { class: "block" }, h("h3", {}, t("clinics"), " ", h("span", { class: "soft" }, number(ordered.length))), list.nodes);
}

function clinicTone({ terminals }) {
  const asking = terminals.filter(needsAttention).length;
  return asking > 0 ? tone("warn", `${number(asking)} ${t("attention")}`) : tone("in_sync");
}

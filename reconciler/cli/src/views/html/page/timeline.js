// Time from left to right: the same scale for every certificate of the page.

/** A scale from before the look to the last end, at most two years of it. */
function scaleOf(terminals, at) {
  const ends = terminals.filter((one) => one.expires !== null).map((one) => one.expires);
  const starts = terminals.filter((one) => one.issued !== null).map((one) => one.issued);
  const first = Math.max(at - 400 * DAY, starts.reduce((least, one) => Math.min(least, one), at - 7 * DAY));
  const last = Math.min(at + 400 * DAY, ends.reduce((most, one) => Math.max(most, one), at + 30 * DAY)) + 2 * DAY;
  const place = (when) => `${(Math.max(0, Math.min(1, (when - first) / (last - first))) * 100).toFixed(2)}%`;
  const long = (from, to) => `${(Math.max(0, Math.min(last, to) - Math.max(first, from)) / (last - first) * 100).toFixed(2)}%`;
  return { at, first, last, place, long };
}

/** The months of a scale, not closer than can be read. */
function drawScale(scale) {
  const marks = [];
  const month = new Date(scale.first * 1000);
  month.setUTCDate(1);
  month.setUTCHours(0, 0, 0, 0);
  const step = Math.ceil((scale.last - scale.first) / (31 * DAY) / 6);
  for (month.setUTCMonth(month.getUTCMonth() + 1); month.getTime() / 1000 < scale.last - 12 * DAY; month.setUTCMonth(month.getUTCMonth() + step)) {
    const name = month.getUTCMonth() === 0 ? String(month.getUTCFullYear()) : month.toLocaleDateString(chosen.language, { month: "short", timeZone: "UTC" });
    marks.push(h("span", { vars: { at: scale.place(month.getTime() / 1000) } }, name));
  }
  return h("div", { class: "scale", "aria-hidden": "true" }, marks);
}

const now = (scale) => h("span", { class: "now", vars: { at: scale.place(scale.at) } });

/** One certificate: how long it is good, and the time in which it is renewed. */
function drawLife(terminal, scale) {
  if (terminal.expires === null) return h("div", { class: "strip", "aria-hidden": "true" }, now(scale));
  const { issued, renewed, expires } = terminal;
  return h("div", { class: `strip is-${terminal.worth}`, "aria-hidden": "true" },
    h("span", { class: "life", vars: { from: scale.place(issued), long: scale.long(issued, renewed) } }),
    h("span", { class: "late", vars: { from: scale.place(renewed), long: scale.long(renewed, expires) } }),
    now(scale));
}

/** The ends of many certificates, the more on a day the stronger. */
function drawEnds(terminals, scale) {
  const days = new Map();
  for (const one of terminals) {
    if (one.expires === null || one.revoked !== null) continue;
    const of = Math.floor(one.expires / DAY);
    const there = days.get(of) ?? { count: 0, worth: one.worth };
    there.count += 1;
    days.set(of, there);
  }
  const most = Math.max(1, ...[...days.values()].map((one) => one.count));
  return h("div", { class: "strip", "aria-hidden": "true" }, now(scale),
    [...days].map(([of, { count, worth }]) => h("span", { class: `tick is-${worth}`, vars: { from: scale.place(of * DAY), much: 0.45 + 0.55 * count / most } })));
}

/** How many certificates end in each week, or each month where that is more than half a year: `{ from, to, terminals }`. */
function endings(terminals, at) {
  const live = terminals.filter((one) => one.expires !== null && one.revoked === null && one.declared !== "revoked");
  const coming = live.filter((one) => one.expires > at);
  const start = Math.floor(at / DAY) * DAY;
  const last = coming.reduce((most, one) => Math.max(most, one.expires), start + 28 * DAY);
  const unit = last - start > 27 * 7 * DAY ? 30 * DAY : 7 * DAY;
  const bars = Array.from({ length: Math.min(36, Math.ceil((last + 1 - start) / unit)) }, (_, place) => ({ from: start + place * unit, to: start + (place + 1) * unit, terminals: [] }));
  bars[bars.length - 1].to = Math.max(bars[bars.length - 1].to, last + 1);
  for (const one of coming) bars[Math.min(bars.length - 1, Math.floor((one.expires - start) / unit))].terminals.push(one);
  return { bars, ended: live.length - coming.length, weekly: unit === 7 * DAY };
}

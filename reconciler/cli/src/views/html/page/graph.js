// The graph: units in columns, what comes first on the left. Terminals are one box for each clinic.

/** More boxes than this are too many to read: then only what differs is drawn, the gravest first, with what comes before it. */
const DRAWN = 140;

function drawGraph(seen, all = false) {
  const clinics = seen.clinics.slice(0, all ? Infinity : 30).map(({ name, after, terminals }) => ({
    name, after, word: worstOf(terminals), href: "#terminals", text: `${name} · ${t("graph_clinic", number(terminals.length))}`,
    follow: () => filterTerminals({ clinic: name }),
  }));
  const units = seen.units.map((unit) => ({
    name: unit.address, after: unit.after, word: unit.word, href: `#unit-${unit.place}`, text: unit.address, follow: () => revealUnit(unit),
  }));
  const nodes = [...units, ...clinics];
  const drawn = all || nodes.length <= DRAWN ? new Set(nodes.keys()) : interesting(nodes);
  const left = nodes.length - drawn.size;
  const stage = h("div", { class: "stage" });
  put("graph",
    heading("graph", t("graph"), t("graph_lead")),
    left > 0 && h("p", { class: "soft" }, t("graph_left_out", number(left)), " ",
      h("button", { type: "button", class: "quiet", on: { click: () => drawGraph(seen, true) } }, t("graph_all"))),
    h("div", { class: "graph", role: "region", tabindex: "0", "aria-label": t("graph_label") }, stage));
  layOut(stage, nodes, drawn);
}

const worstOf = (terminals) => ["unknown", "blocked", "change"].find((verdict) => terminals.some((one) => one.verdict === verdict)) ?? "in_sync";

function interesting(nodes) {
  const urgency = (place) => URGENCY.indexOf(nodes[place].word);
  const differing = [...nodes.keys()].filter((place) => nodes[place].word !== "in_sync").sort((one, other) => urgency(one) - urgency(other));
  const drawn = new Set();
  for (const place of differing) {
    if (drawn.size >= DRAWN) break;
    drawn.add(place);
    nodes[place].after.forEach((before) => drawn.add(before));
  }
  return drawn;
}

function layOut(stage, nodes, drawn) {
  const tied = new Set([...drawn].flatMap((place) => nodes[place].after.filter((before) => drawn.has(before)).flatMap((before) => [before, place])));
  const columns = inOrder(inColumns(nodes, tied), nodes, tied);
  // What hangs together with nothing has no place in an order.
  const alone = [...drawn].filter((place) => !tied.has(place));
  const boxes = new Map();
  const list = (column, kind) => h("ol", { class: kind }, column.map((place) => {
    const { text, word, href, follow } = nodes[place];
    const box = h("a", { href, class: `is-${word}`, title: text, on: { click: follow } },
      h("span", { class: "sign", "aria-hidden": "true" }, SIGNS[word] ?? "·"),
      h("span", { class: "name", translate: "no" }, text), h("span", { class: "hidden-text" }, `: ${t(word)}`));
    boxes.set(place, box);
    return h("li", {}, box);
  }));
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("aria-hidden", "true");
  stage.replaceChildren(svg, ...columns.map((column) => list(column)));
  if (alone.length > 0) stage.parentElement.after(list(alone, "alone"));
  const edges = [...drawn].flatMap((place) => nodes[place].after.filter((before) => drawn.has(before)).map((before) => ({ before, place })));
  for (const edge of edges) svg.append(edge.path = document.createElementNS(svg.namespaceURI, "path"));
  const trace = () => {
    const origin = stage.getBoundingClientRect();
    for (const { before, place, path } of edges) {
      const [from, to] = [boxes.get(before).getBoundingClientRect(), boxes.get(place).getBoundingClientRect()];
      const [x1, y1, x2, y2] = [from.right - origin.left, from.top + from.height / 2 - origin.top, to.left - origin.left, to.top + to.height / 2 - origin.top];
      const bend = Math.max(24, (x2 - x1) / 2.2);
      path.setAttribute("d", `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`);
    }
  };
  trace();
  new ResizeObserver(trace).observe(stage);
  for (const [place, box] of boxes) {
    const light = () => highlight(stage, edges, boxes, place);
    const dim = () => highlight(stage, edges, boxes, null);
    box.addEventListener("pointerenter", light);
    box.addEventListener("pointerleave", dim);
    box.addEventListener("focus", light);
    box.addEventListener("blur", dim);
  }
}

/** Each node one column to the right of the last that it needs. */
function inColumns(nodes, drawn) {
  const ranks = new Map();
  const rank = (place) => {
    if (!ranks.has(place)) {
      ranks.set(place, 0);
      ranks.set(place, Math.max(0, ...nodes[place].after.filter((before) => drawn.has(before)).map((before) => rank(before) + 1)));
    }
    return ranks.get(place);
  };
  const columns = [];
  for (const place of drawn) (columns[rank(place)] ??= []).push(place);
  return columns;
}

/** Nodes next to what they hang together with, so that fewer lines cross. */
function inOrder(columns, nodes, drawn) {
  const after = new Map([...drawn].map((place) => [place, nodes[place].after.filter((before) => drawn.has(before))]));
  const following = new Map([...drawn].map((place) => [place, []]));
  for (const [place, befores] of after) for (const before of befores) following.get(before).push(place);
  const heights = new Map();
  const settle = (column) => column.forEach((place, row) => heights.set(place, row - column.length / 2));
  columns.forEach(settle);
  const sweep = (column, near) => {
    const middle = new Map(column.map((place) => {
      const others = near.get(place);
      return [place, others.length === 0 ? heights.get(place) : others.reduce((sum, other) => sum + heights.get(other), 0) / others.length];
    }));
    column.sort((one, other) => middle.get(one) - middle.get(other));
    settle(column);
  };
  for (let round = 0; round < 4; round += 1) {
    columns.forEach((column) => sweep(column, after));
    columns.toReversed().forEach((column) => sweep(column, following));
  }
  return columns;
}

function highlight(stage, edges, boxes, place) {
  const on = new Set([place]);
  const grow = (from, to) => {
    const reached = new Set([place]);
    for (let size = 0; size !== reached.size;) {
      size = reached.size;
      for (const edge of edges) if (reached.has(edge[from])) reached.add(edge[to]);
    }
    reached.forEach((one) => on.add(one));
    return reached;
  };
  const [above, below] = place === null ? [new Set(), new Set()] : [grow("place", "before"), grow("before", "place")];
  const isOn = (edge) => (above.has(edge.place) && above.has(edge.before)) || (below.has(edge.before) && below.has(edge.place));
  stage.classList.toggle("near", place !== null);
  for (const edge of edges) edge.path.classList.toggle("on", isOn(edge));
  for (const [one, box] of boxes) box.classList.toggle("on", place !== null && on.has(one));
}

// Elements, and the few parts that recur. Texts become text nodes and nothing else.

/** An element: `h("p", { class: "soft" }, "text", other)`. */
function h(name, properties, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else if (key === "vars") for (const [name, size] of Object.entries(value)) element.style.setProperty(`--${name}`, size);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const put = (id, ...children) => document.getElementById(id).replaceChildren(...children.flat(Infinity).filter(Boolean));
/** A word with its sign, in its colour. */
const tone = (word, text = t(word)) =>
  h("span", { class: `tone is-${word}` }, h("span", { class: "sign", "aria-hidden": "true" }, SIGNS[word] ?? "·"), text);
/** What the program says, which is English; names that it puts in backticks are code. */
const said = (text, properties = {}) => {
  const parts = text.split("`");
  return h("span", { lang: "en", ...properties }, parts.length % 2 === 0 ? text : parts.map((part, place) => (place % 2 === 1 ? mono(part) : part)));
};
/** Why something is so, and below it what a person does about it. */
const advice = (reason, unblock) => [said(reason ?? ""), unblock && h("div", {}, h("span", { "aria-hidden": "true" }, "→ "), h("span", { class: "hidden-text" }, `${t("unblock")}: `), said(unblock))];
const mono = (text, properties = {}) => h("code", { lang: "en", translate: "no", ...properties }, text);
const heading = (id, text, lead) => [h("h2", { id: `${id}-title` }, text), lead && h("p", { class: "lead" }, lead)];
const pairs = (list) =>
  h("dl", { class: "pairs" }, list.filter(([, value]) => value).map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));

/** A table: headings may carry a class; every cell is a node or a text. */
function table({ label, heads, body, kind }) {
  const head = h("tr", {}, heads.map(([text, classes]) => h("th", { scope: "col", class: classes }, text)));
  return h("table", { class: kind }, h("caption", { class: "hidden-text" }, label), h("thead", {}, head), h("tbody", {}, body));
}

function select(label, options, value, change) {
  const choices = options.map(([name, text]) => h("option", { value: name, selected: name === value }, text));
  return h("label", {}, label, h("select", { on: { change: (event) => change(event.target.value) } }, choices));
}

function search(label, id, value, change) {
  const input = h("input", { type: "search", id, value, autocomplete: "off", spellcheck: "false", on: { input: (event) => change(event.target.value) } });
  return h("label", { class: "find" }, label, input);
}

/**
 * A long list of which one page is drawn: `draw(rows)` gives its node, `said(count)` what is said of how many there are.
 * What it returns draws itself anew when `show` is called with other rows.
 */
function paged({ size, draw, count }) {
  const result = h("p", { class: "result", role: "status" });
  const place = h("div");
  const pages = h("nav", { class: "pages", "aria-label": t("page", 1, 1).replace(/[\d/]+/g, "").trim() });
  let shown = [];
  let page = 0;
  const go = (to) => {
    page = Math.max(0, Math.min(to, Math.ceil(shown.length / size) - 1));
    const last = Math.max(1, Math.ceil(shown.length / size));
    place.replaceChildren(shown.length === 0 ? h("p", { class: "calm soft" }, t("nothing")) : draw(shown.slice(page * size, (page + 1) * size)));
    const turn = (text, to, off) => h("button", { type: "button", class: "page", disabled: off, on: { click: () => { go(to); place.scrollIntoView({ block: "nearest" }); pages.querySelector("button:not(:disabled)")?.focus(); } } }, text);
    pages.replaceChildren(...(last === 1 ? [] : [turn(t("previous"), page - 1, page === 0), h("span", {}, t("page", page + 1, last)), turn(t("next"), page + 1, page === last - 1)]));
  };
  const show = (rows) => { shown = rows; result.textContent = count(rows.length); go(0); };
  const reveal = (row) => go(Math.floor(shown.indexOf(row) / size));
  return { result, nodes: [place, pages], show, reveal };
}

// Puts the page together, and draws it anew when its reader chooses something else.

const SECTIONS = ["attention", "graph", "units", "terminals", "signatures", "runs", "compliance"];

function draw() {
  const seen = environment();
  document.documentElement.lang = chosen.language;
  document.title = `${seen.name} – reconcile`;
  for (const element of document.querySelectorAll("[data-t]")) element.textContent = t(element.dataset.t);
  for (const element of document.querySelectorAll("[data-label]")) element.setAttribute("aria-label", t(element.dataset.label));
  drawSwitches();
  drawEnvironments();
  for (const id of SECTIONS) document.getElementById(id).hidden = !seen.units;
  drawFoot(seen);
  if (!seen.units) {
    put("contents");
    drawUnseen(seen);
    return;
  }
  drawHead(seen);
  const asking = drawAttention(seen);
  drawUnits(seen);
  drawTerminals(seen);
  drawGraph(seen);
  drawSignatures(seen);
  drawRuns(seen);
  drawCompliance(seen);
  put("contents", SECTIONS.map((id) => h("a", { href: `#${id}` }, t(id), id === "attention" && asking > 0 && [" ", h("b", {}, asking)])));
}

function drawSwitches() {
  const other = chosen.language === "en" ? "ja" : "en";
  const language = document.getElementById("language");
  language.textContent = t("other");
  language.lang = other;
  document.getElementById("theme").textContent = t(`theme_${chosen.theme}`);
  document.documentElement.dataset.theme = chosen.theme;
}

function drawEnvironments() {
  const choose = (place) => () => {
    chosen.environment = place;
    draw();
    document.querySelectorAll("#environments button")[place].focus();
  };
  put("environments", environments.length < 2 ? [] : environments.map((one, place) =>
    h("button", { type: "button", "aria-pressed": place === chosen.environment ? "true" : "false", on: { click: choose(place) } },
      one.name, " ", one.units ? h("span", { class: `tone is-${one.status}`, title: t(one.status) }, SIGNS[one.status] ?? "?", h("span", { class: "hidden-text" }, t(one.status))) : h("span", { class: "tone is-unknown" }, `? ${t("unseen_short")}`))));
}

document.getElementById("language").addEventListener("click", () => {
  chosen.language = chosen.language === "en" ? "ja" : "en";
  keep("language", chosen.language);
  draw();
});
document.getElementById("theme").addEventListener("click", () => {
  chosen.theme = { auto: "light", light: "dark", dark: "auto" }[chosen.theme] ?? "auto";
  keep("theme", chosen.theme);
  drawSwitches();
});
draw();

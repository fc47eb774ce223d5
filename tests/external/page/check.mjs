// Opens pages that `reconcile report --html` wrote in Chromium, from disk, and holds them to what they promise.
//
//     node check.mjs PACKAGES CHROMIUM ISLAND PAGE [SCREENSHOTS]
//
// PACKAGES is where npm installed what package.json pins. ISLAND is the snapshot with one of everything, which the page's own
// unit test keeps current; it takes the place of PAGE's data, with more terminals. PAGE itself is opened as it is.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const [packages, executablePath, snapshot, written, screenshots] = process.argv.slice(2);
const { chromium } = createRequire(join(resolve(packages), "package.json"))("playwright-core");
const axe = readFileSync(join(packages, "node_modules/axe-core/axe.min.js"), "utf8");

const PAINT = 2_000; // milliseconds, also with 10,000 terminals
const BYTES = 5_000_000;
const DATA = /(<script type="application\/json" id="data">)(.*?)(<\/script>)/s;

const folder = mkdtempSync(join(tmpdir(), "page-"));
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });

/** A page with one of everything and so many terminals. */
function varied(count) {
  const island = JSON.parse(readFileSync(snapshot, "utf8").split("---\n").slice(2).join("---\n"));
  const { terminals } = island.environments[0].seen;
  const there = terminals.name.length;
  const clinics = terminals.clinics.length;
  for (let row = there; row < count; row += 1) {
    for (const column of Object.keys(terminals)) if (!["words", "clinics"].includes(column)) terminals[column].push(terminals[column][3]);
    const clinic = clinics + Math.floor((row - there) / 25);
    if (clinic >= terminals.clinics.length) terminals.clinics.push({ ...terminals.clinics[0], name: `clinic-${String(1000 + clinic)}` });
    const shift = (row * 7 % 57) * 86_400;
    terminals.clinic[row] = clinic;
    terminals.name[row] = `clinic-${1000 + clinic}-pc${String(row).padStart(5, "0")}`;
    terminals.serial[row] = row.toString(16).padStart(32, "f");
    for (const column of ["issued", "renewed", "expires"]) terminals[column][row] += shift;
  }
  return saved(String(count), island);
}

/** The page as it was written, with other data. */
function saved(name, island) {
  const json = JSON.stringify(island).replace(/[<>&]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`);
  const file = join(folder, `${name}.html`);
  writeFileSync(file, readFileSync(written, "utf8").replace(DATA, (_, begin, __, end) => begin + json + end));
  return file;
}

/** The same, with ten terminals and so many stacks, each of which changes and comes after the first. */
function stacks(count) {
  const island = JSON.parse(readFileSync(varied(10), "utf8").match(DATA)[2]);
  const { units } = island.environments[0].seen;
  const changing = units.find(({ verdict, action }) => verdict === "change" && action === "update");
  for (let place = units.length; place < count; place += 1) {
    units.push({ ...changing, address: `stacks/clinic-${String(place).padStart(4, "0")}`, fields: changing.fields.slice(0, 3), after: [0] });
  }
  return saved(`${count}-stacks`, island);
}

/** Opens a page, and fails for anything that it says on the console or asks for. */
async function open(file, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  const url = `file://${resolve(file)}`;
  const heard = [];
  page.on("console", (message) => heard.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => heard.push(`error: ${error.stack}`));
  page.on("dialog", (dialog) => { heard.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on("request", (request) => { if (request.url() !== url && !request.url().startsWith("data:")) heard.push(`request: ${request.url()}`); });
  await page.goto(url);
  await page.waitForSelector("#foot p");
  return { page, close: async () => { await context.close(); assert.deepEqual(heard, [], file); } };
}

async function axeFinds(page, name) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const grave = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
  const told = grave.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => `${node.target} ${node.failureSummary}`).join(" | ")}`);
  assert.deepEqual(told, [], `${name}: axe-core`);
}

const count = (page, section) => page.textContent(`#${section} .result`);

/** Both languages have the same words, of the same kind. */
function speaksBoth(file) {
  const [, words] = readFileSync(file, "utf8").match(/(const many = .*?\n};\n)/s);
  const { en, ja } = new Function(`${words}; return WORDS;`)();
  const kinds = (language) => Object.fromEntries(Object.entries(language).map(([name, word]) => [name, typeof word]).sort());
  assert.deepEqual(kinds(ja), kinds(en));
}

async function paints(file, what) {
  const times = [];
  for (let load = 0; load < 3; load += 1) {
    const { page, close } = await open(file);
    times.push(await page.evaluate(() => new Promise((done) => {
      const found = () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime;
      const again = () => (found() === undefined ? requestAnimationFrame(again) : done({ paint: found(), drawn: performance.now() }));
      again();
    })));
    await close();
  }
  const { paint, drawn } = times.sort((one, other) => one.paint - other.paint)[1];
  const { size } = statSync(file);
  console.log(`${what.padStart(16)}  ${String(Math.round(size / 1000)).padStart(5)} kB  first paint ${Math.round(paint)} ms  drawn ${Math.round(drawn)} ms`);
  assert.ok(paint < PAINT, `first paint after ${paint} ms`);
  assert.ok(size < BYTES, `${size} bytes`);
}

async function searchesAndFilters(file, terminals) {
  const { page, close } = await open(file);
  const all = terminals.toLocaleString("en");
  assert.equal(await count(page, "terminals"), `${all} terminals`);
  const started = Date.now();
  await page.fill("#find-terminals", "pc00007");
  assert.equal(await count(page, "terminals"), `1 of ${all} terminals`);
  console.log(`${`${terminals} terminals`.padStart(16)}  found one in ${Date.now() - started} ms`);
  assert.equal(await page.locator("table.fleet tbody tr").count(), 1);
  await page.fill("#find-terminals", "");
  await page.selectOption("#terminals .tools label:nth-child(3) select", "suspended");
  assert.equal(await count(page, "terminals"), `2 of ${all} terminals`);
  await page.selectOption("#terminals .tools label:nth-child(3) select", "all");
  await page.locator("#terminals .bars button:not(:disabled)").first().click();
  assert.match(await count(page, "terminals"), /^\d+ of /);
  await page.fill("#find-units", "guardduty");
  assert.equal(await count(page, "units"), "1 of 11 units");
  await page.fill("#find-units", "no such unit");
  assert.equal(await page.textContent("#units .calm"), "Nothing matches.");
  await page.locator("#graph a", { hasText: "stacks/s3" }).click();
  assert.ok(await page.locator("#units details[open] summary", { hasText: "stacks/s3" }).isVisible(), "the graph leads to the unit");
  assert.match(await page.textContent("#units details[open]"), /holds data/);
  await close();
}

async function searchesStacks(file, stacks) {
  const { page, close } = await open(file);
  const all = stacks.toLocaleString("en");
  assert.equal(await count(page, "units"), `${all} units`);
  assert.ok(await page.locator("#graph a").count() < 300, "the graph draws what can be read");
  await page.fill("#find-units", "clinic-1234");
  assert.equal(await count(page, "units"), `1 of ${all} units`);
  await page.locator("#units summary").first().click();
  assert.match(await page.textContent("#units details[open]"), /MaxSessionDuration/);
  await close();
}

async function switches(file) {
  const { page, close } = await open(file, { locale: "ja-JP" });
  assert.equal(await page.getAttribute("html", "lang"), "ja", "the browser's language comes first");
  assert.equal(await page.textContent("#terminals-title"), "端末");
  await page.click("#language");
  assert.equal(await page.textContent("#terminals-title"), "Terminals");
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const first = await ground();
  await page.click("#theme");
  await page.click("#theme");
  assert.notEqual(await ground(), first, "the theme changes");
  await page.click("#environments button:nth-child(2)");
  assert.match(await page.textContent("#head"), /Nothing of this environment could be seen.*expired/);
  assert.ok(!await page.locator("#units").isVisible());
  await close();
}

async function goesByKeyboard(file) {
  const { page, close } = await open(file);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  const reached = new Set();
  for (let step = 0; step < 80; step += 1) {
    await page.keyboard.press("Tab");
    reached.add(await page.evaluate(() => document.activeElement.id || document.activeElement.closest("section, nav")?.id));
  }
  for (const id of ["contents", "attention", "graph", "find-units", "find-terminals"]) assert.ok(reached.has(id), `${id} is reached by Tab`);
  await page.locator("#units summary").first().focus();
  await page.keyboard.press("Enter");
  assert.equal(await page.locator("#units details[open]").count(), 1);
  await close();
}

async function isAccessible(file, name) {
  for (const locale of ["en-US", "ja-JP"]) {
    for (const colorScheme of ["light", "dark"]) {
      for (const width of [1280, 390]) {
        const { page, close } = await open(file, { locale, colorScheme, viewport: { width, height: 900 } });
        for (const details of await page.locator("#units summary, #runs summary, #compliance summary").all()) await details.click();
        await axeFinds(page, `${name} ${locale} ${colorScheme} ${width}`);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(wide <= width, `${name} ${locale}: ${wide} pixels are wider than ${width}`);
        if (screenshots) await page.screenshot({ path: join(screenshots, `${locale}-${colorScheme}-${width}.png`), fullPage: true });
        await close();
      }
    }
  }
}

try {
  speaksBoth(written);
  const asWritten = await open(written);
  assert.ok(await asWritten.page.locator("#head h1").isVisible());
  await asWritten.close();
  const pages = [10, 1_000, 10_000].map((terminals) => [varied(terminals), terminals]);
  for (const [file, terminals] of pages) await paints(file, `${terminals} terminals`);
  const many = stacks(2_000);
  await paints(many, "2000 stacks");
  await searchesStacks(many, 2_000);
  for (const [file, terminals] of pages) await searchesAndFilters(file, terminals);
  const [[small], , [large]] = pages;
  await switches(small);
  await goesByKeyboard(small);
  await isAccessible(small, "10 terminals");
  const { page, close } = await open(large);
  await axeFinds(page, "10,000 terminals");
  await close();
  console.log("the page loads from disk alone, can be searched, switched and gone through by keyboard, and axe-core finds nothing serious");
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}

// The question stands in the address; this module asks it, shows the answer, and keeps what was.
import { draw, png } from "./charts.js";

const $ = (selector, within = document) => within.querySelector(selector);
const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
const form = $("#controls"), answer = $("#answer"), state = $("#state"), problem = $("#problem");
const sliders = $$("input[type=range]", form);
const plain = { start: "truce-as-announced", horizon: "medium", buyers: "USA" };

let shown = null;      // the last answer on the page
let address = "";      // the question being asked
let pinned = null;     // { query, question, summary }
const past = [];       // addresses to go back to

// ---- the address and the form ----

function fromForm() {
  const query = new URLSearchParams();
  for (const s of sliders) if (s.value !== s.dataset.still) query.set(s.name, s.value);
  if (form.elements.lapse.checked) query.set("lapse", "1");
  for (const [name, usual] of Object.entries(plain)) {
    if (form.elements[name].value !== usual) query.set(name, form.elements[name].value);
  }
  return query.toString();
}

function toForm(query) {
  const given = new URLSearchParams(query);
  for (const s of sliders) { s.value = given.get(s.name) ?? s.dataset.still; tell(s); }
  form.elements.lapse.checked = given.get("lapse") === "1";
  for (const [name, usual] of Object.entries(plain)) form.elements[name].value = given.get(name) ?? usual;
  $("[data-shipped]").value = given.get("scenario") ?? "";
  for (const link of $$("[data-ask]")) {
    link.toggleAttribute("aria-current", query !== "" && link.dataset.ask === query);
    if (link.hasAttribute("aria-current")) link.setAttribute("aria-current", "true");
  }
}

function tell(slider) {
  $(`#o-${slider.name}`).textContent = slider.value + slider.dataset.unit;
  slider.setAttribute("aria-valuetext", slider.value + slider.dataset.unit);
  slider.closest(".slider").classList.toggle("moved", slider.value !== slider.dataset.still);
}

function whole(query) {
  const parts = [query, pinned ? `vs=${encodeURIComponent(pinned.query || "-")}` : ""].filter(Boolean);
  return parts.length ? `/?${parts.join("&")}` : "/";
}

// A new question: remembered, so that it can be undone, and put in the address.
function commit(query, { undo = true } = {}) {
  if (undo && query !== past.at(-1)) past.push(query);
  $("#undo").disabled = past.length < 2;
  history.pushState(null, "", whole(query));
  ask(query);
}

// ---- asking: one question at a time, always the newest, first the centre and then the range ----

let asking = false, wanted = null, current = null;

function ask(query) {
  address = query;
  if (asking ? !wanted && current === query : shown?.query === query && shown.stage === "whole") {
    if (!asking) calm();
    return;                  // it is being answered, or stands there
  }
  wanted = { query, began: performance.now() };
  if (!asking) work();
}

async function work() {
  asking = true;
  try {
    await answerAll();
  } finally {
    asking = false;
  }
}

async function answerAll() {
  while (wanted) {
    const { query, began } = wanted;
    wanted = null;
    current = query;
    if (query === "") { clear(); continue; }
    const first = await fetchAnswer(query, "first");
    if (wanted || !first) continue;
    show(first, query, began);
    if (first.stage === "whole") { drawSoon(query); continue; }
    await pause(120);          // a slider still moving is worth more than the range of where it was
    if (wanted) continue;
    const rest = await fetchAnswer(query, "whole");
    if (wanted || !rest) continue;
    show(rest, query, began);
    drawSoon(query);
  }
}

// Charts come when the reader pauses: a slider that moves on is answered first.
let drawing = 0;

function drawSoon(query) {
  clearTimeout(drawing);
  drawing = setTimeout(() => { if (!asking && address === query) charts(query); }, 250);
}

const pause = (time) => new Promise((done) => setTimeout(done, time));

async function fetchAnswer(query, stage) {
  answer.classList.add("stale");
  const slow = setTimeout(() => { state.textContent = stage === "first" ? "Solving (the first time takes a few seconds) …" : "Solving all elasticity sets …"; }, 300);
  try {
    const reply = await fetch(`/answer?${query}&stage=${stage}`, { headers: { accept: "application/json" } });
    const body = await reply.json();
    if (!reply.ok) { fail(body); return null; }
    calm();
    return body;
  } catch {
    fail({ sentence: "The server does not answer. Is `tradetalks web` still running?", field: null });
    return null;
  } finally {
    clearTimeout(slow);
    answer.classList.remove("stale");
  }
}

function fail(error) {
  calm();
  const place = error.field && $(`[data-error="${CSS.escape(error.field)}"]`);
  if (place) { place.textContent = error.sentence; place.closest("details")?.setAttribute("open", ""); }
  problem.textContent = error.sentence;
  problem.hidden = false;
  state.textContent = "";
}

function calm() {
  problem.hidden = true;
  for (const place of $$("[data-error]")) place.textContent = "";
}

function clear() {
  shown = null;
  answer.replaceChildren();
  $("#charts").hidden = true;
  $("#pin").disabled = true;
  state.textContent = "Choose a question above, or move a slider.";
  compare();
}

function show(body, query, began) {
  const open = new Set($$("details[open]", answer).map((d) => d.id));
  const focus = document.activeElement, key = answer.contains(focus) && focus.dataset;
  answer.innerHTML = body.html;           // our own template, escaped on the server
  for (const id of open) if (id) document.getElementById(id)?.setAttribute("open", "");
  $$("table[data-roving]", answer).forEach(rove);
  if (key && key.v) $(`[data-v="${key.v}"][data-c="${key.c}"]`, answer)?.focus();
  shown = { ...body, query };
  $("#pin").disabled = false;
  state.textContent = body.stage === "first" ? "Central answer shown; the range follows." : "Answer with its range.";
  compare();
  performance.measure(`answer-${body.stage}`, { start: began, end: performance.now() });
}

async function charts(query) {
  $("#charts").hidden = false;
  try {
    for (const figure of $$("#charts .chart")) await chart(figure, query);
  } catch {
    state.textContent = "The charts could not be drawn; the tables hold their numbers.";
  }
}

async function chart(figure, query) {
  const name = figure.dataset.chart, place = $(".canvas", figure);
  const room = figure.clientWidth - (name === "law" ? 90 : name === "sectors" ? 240 : 200);
  const width = Math.max(140, Math.min(620, room));
  const reply = await fetch(`/chart/${name}?${query}${query ? "&" : ""}width=${Math.round(width)}`);
  if (reply.ok) await draw(name, place, await reply.json());
}

// ---- side by side ----

function compare() {
  const place = $("#compare");
  $("#pin").textContent = pinned ? "Unpin" : "Pin to compare";
  if (pinned) $("#pin").disabled = false;
  place.hidden = !pinned;
  if (!pinned) return;
  const mine = shown && shown.query !== pinned.query ? shown : null;
  const main = (list) => (list ?? []).filter((s) => s.main).map((s) => s.name);
  const names = [...new Set([...main(pinned.summary), ...main(mine?.summary)])];
  place.innerHTML = `<h3>Side by side: real income, percent</h3><div class="scroll" tabindex="0" role="region" aria-label="Side by side"><table><thead><tr><th scope="col">Country</th><th scope="col" class="a"></th><th scope="col" class="b"></th><th scope="col">Difference</th></tr></thead><tbody></tbody></table></div>`;
  $(".a", place).textContent = `Pinned: ${pinned.question}`;
  $(".b", place).textContent = mine ? `Now: ${mine.question}` : "Now: move a slider, or choose another question";
  for (const name of names) {
    const [a, b] = [pinned.summary, mine?.summary].map((list) => list?.find((s) => s.name === name));
    const row = document.createElement("tr"), head = document.createElement("th");
    head.scope = "row";
    head.textContent = name;
    row.append(head, number(a?.text, a?.range), number(b?.text, b?.range), number(a && b ? signed(b.value - a.value) : ""));
    $("tbody", place).append(row);
  }
}

const signed = (value) => (Math.abs(value) < 0.005 ? "0.00" : `${value > 0 ? "+" : "\u2212"}${Math.abs(value).toFixed(2)}`);

function number(text = "", range = "") {
  const cell = document.createElement("td"), small = document.createElement("span");
  small.className = "range";
  small.textContent = range;
  cell.append(text, small);
  return cell;
}

async function pin(query) {
  const body = shown?.query === query && shown.stage === "whole" ? shown : await fetchAnswer(query, "whole");
  if (!body) return;
  pinned = { query, question: body.question, summary: body.summary };
  history.replaceState(null, "", whole(address));
  compare();
}

// ---- numbers, tables, copies ----

async function explain(button) {
  const dialog = $("#number"), place = $(".inside", dialog);
  place.textContent = "Looking it up …";
  dialog.showModal();
  const reply = await fetch(`/number?${shown.query}&v=${button.dataset.v}&c=${button.dataset.c}`, { headers: { accept: "application/json" } });
  if (reply.ok) place.innerHTML = await reply.text();
  else place.textContent = (await reply.json()).sentence;
}

// A table is one stop of the Tab key; the arrows move within it.
function rove(table) {
  const rows = $$("tbody tr", table).map((row) => $$("button", row));
  rows.flat().forEach((button, i) => { button.tabIndex = i ? -1 : 0; });
  table.addEventListener("keydown", (event) => {
    const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
    const y = rows.findIndex((row) => row.includes(event.target));
    if (!step || y < 0) return;
    const x = rows[y].indexOf(event.target), next = rows[y + step[0]]?.[x + step[1]];
    event.preventDefault();
    if (!next) return;
    event.target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });
}

async function copy(what, button) {
  const link = new URL(whole(address), location.href).href;
  const text = what === "link" ? link : $(`#as-${what}`).textContent;
  const before = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    $("#x-code").open = true;
    button.textContent = "Shown below";
    if (what === "link") state.textContent = link;
  }
  setTimeout(() => { button.textContent = before; }, 1500);
}

async function upload(input) {
  const file = input.files[0];
  if (!file) return;
  const beside = $('[data-error="file"]');
  if (file.size > 64000) { beside.textContent = "The file is too large for a scenario. 64 kB is the most."; return; }
  const reply = await fetch("/upload", { method: "POST", body: await file.text(), headers: { "content-type": "text/plain", accept: "application/json" } });
  const body = await reply.json();
  if (!reply.ok) { fail({ ...body, field: "file" }); return; }
  const query = new URLSearchParams(body.address).toString();
  calm();
  toForm(query);
  commit(query);
}

// ---- what the reader does ----

form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("input", (event) => {
  if (event.target.type === "range") { tell(event.target); ask(fromForm()); }
});
form.addEventListener("change", (event) => {
  const t = event.target;
  if (t.type === "file") { upload(t); return; }
  const query = "shipped" in t.dataset ? (t.value ? `scenario=${t.value}` : "") : fromForm();
  toForm(query);
  commit(query);
});
document.addEventListener("click", (event) => {
  const t = event.target.closest("[data-ask], [data-png], [data-copy], [data-v], [data-open]");
  if (!t) return;
  const d = t.dataset;
  if (d.ask !== undefined && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    toForm(d.ask);
    commit(d.ask);
    $("#ask-title").scrollIntoView({ block: "start" });
  } else if (d.png) png(d.png);
  else if (d.copy) copy(d.copy, t);
  else if (d.v) explain(t);
  else if (d.open) document.getElementById(d.open)?.setAttribute("open", "");
});
$("#undo").addEventListener("click", () => {
  past.pop();
  const query = past.at(-1) ?? "";
  toForm(query);
  commit(query, { undo: false });
});
$("#reset").addEventListener("click", () => { toForm(""); commit(""); });
$("#pin").addEventListener("click", () => {
  if (pinned) { pinned = null; history.replaceState(null, "", whole(address)); compare(); } else pin(address);
});
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "z" && !event.target.closest("textarea, [type=text]") && !$("#undo").disabled) {
    event.preventDefault();
    $("#undo").click();
  }
});
window.addEventListener("popstate", () => begin());

function begin() {
  const given = new URLSearchParams(location.search), vs = given.get("vs");
  given.delete("vs");
  const query = given.toString();
  toForm(query);
  if (past.at(-1) !== query) past.push(query);
  if (vs && pinned?.query !== vs) pin(vs);
  if (problem.hidden) ask(query);
}

begin();
chart($("#chart-law"), "").catch(() => {});

// A long question: started here, answered by a process of its own, watched by server-sent events.
import { draw } from "./charts.js";

const $ = (selector) => document.querySelector(selector);
const form = $("#job"), state = $("#state"), bar = $("#progress"), problem = $("#problem");
let job = null, told = null;

const json = { accept: "application/json", "content-type": "application/json" };

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  calm();
  const fields = Object.fromEntries(new FormData(form));
  const reply = await fetch("/api/jobs", { method: "POST", headers: json, body: JSON.stringify({ command: form.dataset.command, fields }) });
  const body = await reply.json();
  if (!reply.ok) { fail(body); return; }
  job = body.id;
  $("#cancel").hidden = false;
  $("#result").hidden = true;
  bar.hidden = false;
  bar.removeAttribute("value");
  state.textContent = "Started.";
  told = new EventSource(`/api/jobs/${job}/events`);
  told.onmessage = (message) => hear(JSON.parse(message.data));
  told.onerror = () => { told.close(); finish(); };
});

$("#cancel").addEventListener("click", () => fetch(`/api/jobs/${job}`, { method: "DELETE", headers: json }));

function hear(event) {
  if (event.total) { bar.max = event.total; bar.value = event.done; }
  if (event.what) state.textContent = `${event.what}${event.total ? ` (${event.done} of ${event.total})` : ""}`;
  if (event.over) { told.close(); finish(); }
}

async function finish() {
  bar.hidden = true;
  $("#cancel").hidden = true;
  const reply = await fetch(`/api/jobs/${job}`, { headers: json });
  const body = await reply.json();
  if (body.state === "done") { show(body); return; }
  state.textContent = "";
  fail({ sentence: body.last?.message ?? body.sentence ?? "It was stopped.", field: null });
}

function calm() {
  problem.hidden = true;
  for (const place of document.querySelectorAll("[data-error]")) place.textContent = "";
}

function fail(error) {
  const place = error.field && document.querySelector(`[data-error="${CSS.escape(error.field)}"]`);
  if (place) place.textContent = error.sentence;
  problem.textContent = error.sentence;
  problem.hidden = false;
}

function element(tag, text, ...children) {
  const made = document.createElement(tag);
  if (text) made.textContent = text;
  made.append(...children);
  return made;
}

async function show(body) {
  state.textContent = "Answered.";
  $("#result").hidden = false;
  const text = JSON.stringify(body.answer, null, 2);
  $("#json").href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  $("#facts").replaceChildren(...body.facts.flatMap(([name, value]) => [element("dt", name), element("dd", value)]));
  $("#tables").replaceChildren(...body.tables.map(table));
  const notes = ["assumptions", "warnings"].flatMap((key) => body.answer[key] ?? []).map((words) => element("li", words));
  const sources = (body.answer.sources ?? []).map(source);
  $("#notes").replaceChildren(element("ul", "", ...notes), element("ul", "", ...sources));
  $("#job-chart").hidden = !body.chart;
  if (body.chart) await draw("job", $("#job-chart .canvas"), body.chart);
}

function source(entry) {
  const words = typeof entry === "string" ? entry : [entry.title, entry.citation, entry.date].filter(Boolean).join(". ");
  const url = typeof entry === "string" ? entry : entry.url ?? "";
  if (!/^https?:/.test(url)) return element("li", words);
  const link = element("a", words);
  link.href = url;
  link.rel = "noreferrer";
  return element("li", "", link);
}

function table(found) {
  const words = found.columns.map((_, i) => found.rows.some((row) => row[i] && !/^[\u2212+]?[\d.,]+(e[\u2212+]?\d+)?$/.test(row[i])));
  const cell = (tag) => (text, i) => {
    const made = element(tag, text);
    if (words[i]) made.className = "words";
    if (tag === "th") made.scope = "col";
    return made;
  };
  const head = element("tr", "", ...found.columns.map(cell("th")));
  const rows = found.rows.map((row) => element("tr", "", ...row.map(cell("td"))));
  const whole = element("table", "", element("caption", found.name), element("thead", "", head), element("tbody", "", ...rows));
  const box = element("div", "", whole);
  box.className = "scroll";
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", found.name);
  if (found.more > 0) box.append(element("p", `and ${found.more} more rows in the JSON`));
  return box;
}

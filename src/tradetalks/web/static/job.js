// A long question: started here, answered by a process of its own, watched by server-sent events.
import { draw, png } from "./charts.js";

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
  $("#headline").textContent = body.headline;
  $("#facts").replaceChildren(...body.facts.flatMap(([name, value]) => [element("dt", name), element("dd", value)]));
  $("#asked").hidden = !body.facts.length;
  $("#tables").replaceChildren(...body.tables.filter((t) => !t.beside).map(table));
  $("#beside").replaceChildren(...body.tables.filter((t) => t.beside).map(table));
  $("#more").hidden = !$("#beside").childElementCount;
  $("#text").textContent = body.text;
  $("#as-command").textContent = `tradetalks ${body.arguments.join(" ")}`;
  $("#terminal").hidden = !body.text;
  const notes = ["assumptions", "warnings"].flatMap((key) => body.answer[key] ?? []).map((words) => element("li", words));
  const sources = (body.answer.sources ?? []).map(source);
  $("#notes").replaceChildren(element("ul", "", ...notes), element("ul", "", ...sources));
  $("#job-chart").hidden = !body.chart;
  $("#job-png").hidden = !body.chart;
  if (body.chart) await draw("job", $("#job-chart .canvas"), narrow(body.chart));
}

// On a phone what stands side by side stands one below the other, and nothing is wider than the phone.
const LABELS = 165, LETTER = 6.4; // room for the names beside a plot, and of a letter of a title

function narrow(spec, room = $("#job-chart").clientWidth) {
  if (room > 760) return spec;
  const small = { fontSize: 13, subtitleFontSize: 11, anchor: "start", frame: "bounds" };
  return { ...fitted(spec, room), config: { ...spec.config, title: { ...spec.config?.title, ...small } } };
}

function fitted({ hconcat, ...spec }, room, inner = 0) {
  const made = { ...spec, ...(hconcat && { vconcat: hconcat }) };
  if (typeof made.width === "number") made.width = Math.min(made.width, room - LABELS);
  if (made.vconcat) made.vconcat = made.vconcat.map((part) => fitted(part, room, LABELS - 40));
  if (made.layer) made.layer = made.layer.map((part) => fitted(part, room));
  const legend = made.encoding?.color?.legend;
  if (legend?.columns) {
    const color = { ...made.encoding.color, legend: { ...legend, columns: 1 } };
    made.encoding = { ...made.encoding, color };
  }
  if (made.title?.text) {
    const lines = (text) => [text].flat().filter(Boolean).flatMap((t) => wrapped(t, (room - inner) / LETTER));
    made.title = { ...made.title, text: lines(made.title.text), subtitle: lines(made.title.subtitle) };
  }
  if (made.mark?.type === "text" && made.data?.values?.length === 1 && Array.isArray(made.data.values[0].text)) {
    const text = made.data.values[0].text.flatMap((t) => wrapped(t, (room - LABELS) / 4.9)); // the source
    Object.assign(made, { data: { values: [{ text }] }, height: 13 * text.length + 8 });
  }
  return made;
}

function wrapped(text, most) {
  const lines = [""];
  for (const word of text.split(" ")) {
    if (lines.at(-1) && lines.at(-1).length + word.length + 1 > most) lines.push(word);
    else lines.push(`${lines.pop()} ${word}`.trim());
  }
  return lines;
}

$("#job-png").addEventListener("click", () => png("job"));
$("#to-assumptions").addEventListener("click", () => { $("#assumptions").open = true; });

function source(entry) {
  const words = typeof entry === "string" ? entry : [entry.title, entry.citation, entry.date].filter(Boolean).join(". ");
  const url = typeof entry === "string" ? entry : entry.url ?? "";
  if (!/^https?:/.test(url)) return element("li", words);
  const link = element("a", words);
  link.href = url;
  link.rel = "noreferrer";
  return element("li", "", link);
}

const FIRST = 25; // rows shown before the reader asks for the rest

function table(found) {
  const cell = (tag, i, ...inside) => {
    const made = element(tag, "", ...inside);
    if (found.words[i]) made.className = "words";
    return made;
  };
  const head = element("tr", "", ...found.columns.map(([name, unit], i) => {
    const made = cell("th", i, name, ...(unit ? [document.createElement("br"), element("span", unit)] : []));
    made.scope = "col";
    return made;
  }));
  const rows = found.rows.map((row, n) => {
    const made = element("tr", "", ...row.map((value, i) => cell(i ? "td" : "th", i, ...content(value))));
    made.firstChild.scope = "row";
    made.hidden = n >= FIRST;
    return made;
  });
  const whole = element("table", "", element("caption", found.name), element("thead", "", head), element("tbody", "", ...rows));
  const box = element("div", "", whole);
  box.className = "scroll sheet";
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", found.name);
  if (rows.length > FIRST) {
    const all = element("button", `All ${rows.length + found.more} rows`);
    all.type = "button";
    all.addEventListener("click", () => { for (const row of rows) row.hidden = false; all.remove(); });
    box.append(all);
  }
  if (found.more > 0) box.append(element("p", `The last ${found.more} rows are in the JSON.`));
  return box;
}

function content([text, range, url]) {
  if (url) {
    const link = element("a", text);
    link.href = url;
    link.rel = "noreferrer";
    return [link];
  }
  if (!range) return [text];
  const small = element("span", range);
  small.className = "range";
  return [text, small];
}

// Vega from the installed package, as a module; nothing is evaluated from text (ast: true).
let embed;

async function vegaEmbed() {
  if (!embed) embed = import("/vega.js").then(() => globalThis.vegaEmbed);
  return embed;
}

const views = new Map();

export async function draw(name, place, spec) {
  const make = await vegaEmbed();
  const made = await make(place, spec, {
    ast: true, actions: false, renderer: "svg", defaultStyle: false, tooltip: false, mode: "vega-lite",
  });
  views.get(name)?.finalize();
  views.set(name, made);
  place.querySelector("svg")?.setAttribute("aria-hidden", "true"); // the tables say the same
}

export async function png(name) {
  const made = views.get(name);
  if (!made) return;
  const link = document.createElement("a");
  link.href = await made.view.toImageURL("png", 2);
  link.download = `tradetalks-${name}.png`;
  document.body.append(link);
  link.click();
  link.remove();
}

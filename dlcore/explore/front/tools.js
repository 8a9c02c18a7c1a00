// What the toolbar does that concerns files and addresses: numbers, pictures, links.

const SAID_MILLISECONDS = 1500;
const IMAGE_SCALE = 2;

function save(name, address) {
  make("a", { href: address, download: name }).click();
  if (address.startsWith("blob:")) setTimeout(() => URL.revokeObjectURL(address), 1000);
}

function saveNumbers({ picture, spec }) {
  save(`${spec.name}.csv`, URL.createObjectURL(new Blob([csv(picture.arrays)], { type: "text/csv" })));
}

async function saveImage({ picture, spec, plot }, format) {
  const { clientWidth: width, clientHeight: height } = plot;
  save(`${spec.name}.${format}`, await picture.plotly.toImage(plot, { format, width, height, scale: format === "png" ? IMAGE_SCALE : 1 }));
}

// The clipboard needs permission; without it `otherwise` shows the text to copy.
async function copy(text, held, otherwise) {
  const label = (held.dataset.label ??= held.textContent);
  try {
    await navigator.clipboard.writeText(text);
    held.textContent = "✓ Copied";
  } catch {
    held.textContent = otherwise(text);
  }
  setTimeout(() => (held.textContent = label), SAID_MILLISECONDS);
}

const queryOf = (values) => new URLSearchParams(Object.entries(values).map(([name, value]) => [name, String(value)])).toString();

// A link that restores these values.
function address(spec, values) {
  return `${location.href.split("#")[0]}#explorer-${spec.name}?${queryOf(values)}`;
}

function intoAddressBar(text) {
  history.replaceState(null, "", text);
  return "# In address bar";
}

// The line that puts the figure, at these values, into another page.
function frameLine(page, spec, values, height) {
  const title = spec.caption.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
  return `<iframe src="${page}#explorer-${spec.name}?${queryOf(values).replaceAll("&", "&amp;")}" title="${title}" width="100%" height="${height}" allow="fullscreen; clipboard-write" style="border: 0"></iframe>`;
}

function inPrompt(text) {
  prompt("Copy this line:", text); // where even that is forbidden nothing is lost but the line
  return "Embed";
}

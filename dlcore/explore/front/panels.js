// Panels side by side are put one above the other where there is no room for both; what belongs to a panel goes with it.

const NARROW = 480; // pixels
const BETWEEN = 0.2; // of the height, for the titles of the axes
const SHORT = 17; // characters of a name beside which there is room for another
const AXIS = /^([xy])axis(\d*)$/;

// The rectangles of a layout's panels, [left, right, bottom, top] of the plotting area, by the number of their axes.
function panelsOf(layout) {
  const numbers = Object.keys(layout).map((key) => AXIS.exec(key)).filter((found) => found?.[1] === "x").map((found) => found[2]);
  return numbers.map((number) => {
    const x = layout[`xaxis${number}`];
    const y = layout[`yaxis${(x.anchor ?? "y").slice(1)}`] ?? {};
    return { x, y, place: [...(x.domain ?? [0, 1]), ...(y.domain ?? [0, 1])] };
  });
}

const sideBySide = (layout) => {
  const panels = panelsOf(layout).sort((a, b) => a.place[0] - b.place[0]);
  return panels.length > 1 && panels.slice(1).every(({ place }, k) => place[0] >= panels[k].place[1]);
};

// From one interval to another.
const carried = (value, [a, b], [c, d]) => c + ((value - a) / (b - a)) * (d - c);

// Change `figure`, a filled template, in place.
function stack({ data, layout }) {
  if (!sideBySide(layout)) return;
  const panels = panelsOf(layout).sort((a, b) => a.place[0] - b.place[0]);
  const height = (1 - BETWEEN * (panels.length - 1)) / panels.length;
  panels.forEach((panel, k) => {
    const top = 1 - k * (height + BETWEEN);
    panel.now = [0, 1, top - height, top];
    Object.assign(panel.x, { domain: [0, 1] });
    Object.assign(panel.y, { domain: [top - height, top] });
    delete panel.x.matches;
  });
  const home = (x) => panels.findLast(({ place }) => x >= place[0] - 0.02) ?? panels[0];
  for (const note of layout.annotations ?? []) {
    const { place, now } = home(note.x);
    if ((note.xref ?? "paper") === "paper") note.x = carried(note.x, place, now);
    if ((note.yref ?? "paper") === "paper") note.y = carried(note.y, place.slice(2), now.slice(2));
  }
  for (const { colorbar, xaxis } of data) {
    if (!colorbar) continue;
    const { now } = panels.find((panel) => panel.x === layout[`xaxis${(xaxis ?? "x").slice(1)}`]) ?? panels[0];
    Object.assign(colorbar, { x: 1.02, y: (now[2] + now[3]) / 2, len: now[3] - now[2], yanchor: "middle" });
  }
}

// A legend of short names has two in a row.
function pairUp(layout, named) {
  if (layout.legend && named.length > 2 && named.every(({ name = "" }) => name.replace(/<[^>]*>/g, "").length <= SHORT))
    Object.assign(layout.legend, { entrywidth: 0.5, entrywidthmode: "fraction" });
}

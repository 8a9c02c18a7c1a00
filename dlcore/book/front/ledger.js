// Shows the rows of the table that hold every word typed, of the source and the chapter chosen, and says how many there are.
(() => {
  "use strict";
  const search = document.querySelector(".ledger-search");
  const [box, source, chapter, count, table] = ["filter", "source", "chapter", "count", "table"].map((name) =>
    document.getElementById(`ledger-${name}`),
  );
  if (!search || !table) return;

  // Letters as they are typed: without case and accents, and TeX without its dollars.
  const plain = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replace(/\\[()]|\$/g, "");
  const rows = [...table.tBodies[0].rows].map((row) => ({ row, text: plain(row.dataset.search), ...row.dataset }));

  function filter() {
    const words = plain(box.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { row, text, source: sources, chapter: page } of rows) {
      const fits = (!source.value || sources.split(" ").includes(source.value)) && (!chapter.value || page === chapter.value);
      row.hidden = !fits || !words.every((word) => text.includes(word));
      shown += !row.hidden;
    }
    count.textContent = `${shown} of ${rows.length} ${count.dataset.noun}`;
  }

  for (const control of [box, source, chapter]) control.addEventListener("input", filter);
  window.addEventListener("pageshow", filter); // a browser that comes back to the page has put the old words back
  search.hidden = false;
  filter();
})();

// Shows the rows of the table that hold every word typed, and says how many there are.
(() => {
  "use strict";
  const search = document.querySelector(".ledger-search");
  const box = document.getElementById("ledger-filter");
  const count = document.getElementById("ledger-count");
  const table = document.getElementById("ledger-table");
  if (!search || !table) return;

  const plain = (text) => text.toLowerCase().replace(/\\[()]|\$/g, "");

  // Read before MathJax replaces the TeX, so that it can be searched for as it was written, with dollars or without.
  const rows = [...table.tBodies[0].rows].map((row) => ({ row, text: plain(row.textContent) }));

  function filter() {
    const words = plain(box.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { row, text } of rows) {
      row.hidden = !words.every((word) => text.includes(word));
      shown += !row.hidden;
    }
    count.textContent = `${shown} of ${rows.length} ${count.dataset.noun}`;
  }

  box.addEventListener("input", filter);
  window.addEventListener("pageshow", filter); // a browser that comes back to the page has put the old words back
  search.hidden = false;
  filter();
})();

// Shows the items of a list that hold every word typed and have what is chosen, and says how many there are.
(() => {
  "use strict";
  // Letters as they are typed: without case and accents, and TeX without its dollars.
  const plain = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replace(/\\[()]|\$/g, "");

  for (const form of document.querySelectorAll(".finder")) {
    const [box, count, choices] = [form.querySelector("input"), form.querySelector("[role=status]"), form.querySelectorAll("select")];
    const items = [...document.querySelectorAll(form.dataset.over)].map((item) => ({ item, text: plain(item.dataset.search) }));

    const filter = () => {
      const words = plain(box.value).split(/\s+/).filter(Boolean);
      const chosen = [...choices].filter(({ value }) => value);
      let shown = 0;
      for (const { item, text } of items) {
        const fits = chosen.every(({ name, value }) => item.dataset[name].split(" ").includes(value));
        item.hidden = !fits || !words.every((word) => text.includes(word));
        shown += !item.hidden;
      }
      count.textContent = `${shown} of ${items.length} ${count.dataset.noun}`;
    };

    for (const control of [box, ...choices]) control.addEventListener("input", filter);
    window.addEventListener("pageshow", filter); // a browser that comes back to the page has put the old words back
    form.hidden = false;
    filter();
  }
})();

// Formulas are set after the pictures in sight are there, and some at a time, those in sight first: to set all of a chapter's at
// once takes a second in which nothing else happens.
{
  const SOME = 60;
  const LATEST = 400; // milliseconds, where pictures are slow to come
  const inSight = (node) => {
    const { top, bottom } = node.getBoundingClientRect();
    return bottom > 0 && top < window.innerHeight;
  };
  const after = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  const pictures = () => Promise.allSettled([...document.images].filter(inSight).map((image) => image.decode()));
  // What scrolls must be within reach of keys: a formula wider than its place, or a table that formulas have made wider, is a stop
  // of the Tab key for as long as it is.
  const wide = new ResizeObserver((changes) => {
    for (const { target } of changes) {
      const place = target.closest("mjx-container, .pst-scrollable-table-container");
      place.tabIndex = place.scrollWidth > place.clientWidth ? 0 : -1;
    }
  });
  const watch = (root, kind) => root.querySelectorAll(kind).forEach((node) => wide.observe(node));
  const setSomeAtATime = async () => {
    watch(document, ".pst-scrollable-table-container > table");
    await Promise.race([pictures(), after(LATEST)]);
    const all = [...document.querySelectorAll(".math")];
    const seen = new Set(all.filter(inSight));
    const inOrder = [...seen, ...all.filter((node) => !seen.has(node))];
    for (let first = 0; first < inOrder.length; first += SOME) {
      await after(0); // keys, pictures, whatever waits
      const some = inOrder.slice(first, first + SOME);
      await window.MathJax.typesetPromise(some);
      for (const node of some) watch(node, "mjx-container[display]");
    }
    await window.MathJax.startup.defaultPageReady(); // what is not marked as a formula
  };
  window.MathJax.loader = { load: ["input/tex", "output/chtml", "a11y/assistive-mml"] };
  window.MathJax.startup = { pageReady: setSomeAtATime };
}

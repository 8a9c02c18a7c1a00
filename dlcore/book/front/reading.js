// Opens what is folded: where a link leads, and by two switches a page, remembered, for all proofs and for all code.
(() => {
  "use strict";
  const proofs = [...document.querySelectorAll("details.fold-proof")];
  const code = [...document.querySelectorAll("details.fold:not(.fold-proof)")];

  // A link leads to what it names, folded or not.
  function openTarget() {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const fold = target && target.closest("details");
    if (!fold || fold.open) return;
    fold.open = true;
    target.scrollIntoView({ block: "center" });
  }

  // A browser may forbid a page to remember anything: then a switch holds for this page alone.
  function remembered(key) {
    try {
      return localStorage.getItem(key) === "shown";
    } catch (error) {
      console.info(`Whether to show ${key} is not remembered: ${error.message}`);
      return false;
    }
  }

  function remember(key, shown) {
    try {
      localStorage.setItem(key, shown ? "shown" : "folded");
    } catch (error) {
      console.info(`Whether to show ${key} is not remembered: ${error.message}`);
    }
  }

  const show = (folds, shown) => folds.forEach((fold) => (fold.open = shown));

  function addSwitch(name, folds) {
    if (!folds.length) return;
    const key = `dlcore-${name}`;
    const box = Object.assign(document.createElement("input"), { type: "checkbox", checked: remembered(key) });
    box.setAttribute("role", "switch");
    const label = document.createElement("label");
    label.className = `show-folds show-${name}`;
    label.append(box, Object.assign(document.createElement("span"), { textContent: "Show " }), name); // a telephone has room for one word
    box.setAttribute("aria-label", `Show ${name}`);
    box.addEventListener("input", () => (remember(key, box.checked), show(folds, box.checked)));
    const place = document.querySelector(".article-header-buttons");
    if (place) place.prepend(label);
    else folds[0].closest("article, main, body").prepend(label);
    if (box.checked) show(folds, true);
  }

  // On paper proofs stand open.
  let closed = [];
  window.addEventListener("beforeprint", () => show((closed = proofs.filter((proof) => !proof.open)), true));
  window.addEventListener("afterprint", () => show(closed, false));

  addSwitch("code", code);
  addSwitch("proofs", proofs);
  openTarget();
  window.addEventListener("hashchange", openTarget);
})();

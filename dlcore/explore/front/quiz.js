// One question's form: compare the answer with the one that the book computed, and say so.
(form) => {
  const { answer, within, right, wrong } = JSON.parse(form.dataset.quiz);
  const verdict = form.querySelector("[role=status]");
  // 0.25, 1/4, 2.5e-3, and the book's own notation: 3.2×10⁻⁵, 10⁶, −1.
  const high = { "⁻": "-", "⁰": 0, "¹": 1, "²": 2, "³": 3, "⁴": 4, "⁵": 5, "⁶": 6, "⁷": 7, "⁸": 8, "⁹": 9 };
  const plain = (text) =>
    text
      .replace(/\s/g, "")
      .replace(/10(\^[-−]?\d+|[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)/, (_, power) => `10e${[...power.replace("^", "")].map((c) => high[c] ?? c).join("")}`)
      .replace(/[×·*]10e/, "e")
      .replace(/^([-−]?)10e/, "$11e")
      .replaceAll("−", "-")
      .replace(",", ".");
  const number = (text) => {
    const [top, bottom = "1", ...more] = plain(text).split("/");
    return top === "" || bottom === "" || more.length ? NaN : Number(top) / Number(bottom);
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const given = new FormData(form).get("answer");
    const missing = within === null ? given === null : Number.isNaN(number(given));
    const correct = within === null ? Number(given) === answer : Math.abs(number(given) - answer) <= within;
    if (missing) verdict.textContent = within === null ? "Choose one of the answers." : "Enter a number, for example 0.25, 1/4, 2.5e-3 or 2.5×10⁻³.";
    else verdict.textContent = correct ? `✔ ${right}` : `✘ ${wrong}`;
    form.dataset.verdict = missing ? "missing" : correct ? "right" : "wrong";
  });
}

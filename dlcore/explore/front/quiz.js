// One question's form: compare the answer with the one that the book computed, and say so.
((form) => {
  const { answer, within, right, wrong } = JSON.parse(form.dataset.quiz);
  const verdict = form.querySelector("[role=status]");
  const number = (text) => {
    const [top, bottom = "1", ...more] = text.replace(/\s/g, "").replace("−", "-").replace(",", ".").split("/");
    return top === "" || bottom === "" || more.length ? NaN : Number(top) / Number(bottom);
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const given = new FormData(form).get("answer");
    const missing = within === null ? given === null : Number.isNaN(number(given));
    const correct = within === null ? Number(given) === answer : Math.abs(number(given) - answer) <= within;
    if (missing) verdict.textContent = within === null ? "Choose one of the answers." : "Enter a number, for example 0.25, 1/4 or 2.5e-3.";
    else verdict.textContent = correct ? `✔ ${right}` : `✘ ${wrong}`;
    form.dataset.verdict = missing ? "missing" : correct ? "right" : "wrong";
  });
})(document.currentScript.closest("form"));

// A story: one line of text and one state after the other, under the picture. Steps tell what they change; the rest stays as
// the steps before left it, so that a step is the same from wherever one comes.

class Story {
  constructor(explorer) {
    this.explorer = explorer;
    this.steps = explorer.spec.steps;
    this.index = -1;
    this.text = make("p", { class: "explorer-step", "aria-live": "polite" });
    this.back = button("back", "← Back", "The step before");
    this.next = button("next", "Next →", "The next step");
    this.element = make("nav", { class: "explorer-steps", "aria-label": "Steps" }, this.text, this.back, this.next);
    Object.assign(explorer.actions, { back: () => this.go(-1), next: () => this.go(1) });
    this.show();
  }

  // The values at a step; before the first one those that the figure starts with.
  valuesAt(index) {
    return Object.assign({}, this.explorer.first, ...this.steps.slice(0, index + 1).map((step) => step.values));
  }

  // Whether there was a step to go to.
  async go(by) {
    const index = this.index + by;
    if (index < -1 || index >= this.steps.length) return false;
    this.index = index;
    this.show();
    const { pin = false, highlight = [] } = this.steps[index] ?? {};
    const left = () => this.index !== index; // for another step, or by a reset
    if (pin) await this.explorer.want(this.valuesAt(index - 1));
    if (!left()) await this.explorer.pinned(pin);
    if (left()) return true;
    this.explorer.highlight(highlight);
    await this.explorer.want(this.valuesAt(index));
    return true;
  }

  // Back to before the first step; a ghost that a step has pinned goes, one of the reader's own stays.
  leave() {
    const { pin = false } = this.steps[this.index] ?? {};
    this.index = -1;
    this.show();
    this.explorer.highlight([]);
    if (pin) this.explorer.pinned(false);
  }

  show() {
    const count = this.steps.length;
    this.text.textContent = this.index < 0 ? `A story in ${count} steps.` : `${this.index + 1} / ${count}  ${this.steps[this.index].text}`;
    this.back.setAttribute("aria-disabled", this.index < 0); // a button that was disabled would lose the focus
    this.next.setAttribute("aria-disabled", this.index === count - 1);
  }

  // A reader who moves a control leaves the story for a while: its line is pale until a step brings its state back.
  follow(values) {
    this.element.classList.toggle("explorer-strayed", this.index >= 0 && !same(values, this.explorer.source.snap(this.valuesAt(this.index))));
  }
}

// <selected-rows>: shows the bar once something is checked and says how many and how much.
// Checkboxes carry data-select, data-minor, data-currency and data-exponent; texts come in
// data-text ("{n} selected"), data-and ("{a} and {b}") and, on buttons, data-text as well.
class SelectedRows extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", () => this.show());
    this.addEventListener("reset", () => setTimeout(() => this.show()));
    this.addEventListener("click", (event) => {
      if (event.target.closest("[data-select-all]")) this.check(true);
      if (event.target.closest("[data-select-none]")) this.check(false);
    });
    this.addEventListener("htmx:afterSettle", () => this.show());
    this.show();
  }

  get boxes() {
    return [...this.querySelectorAll("[data-select]")];
  }

  check(on) {
    for (const box of this.boxes) box.checked = on;
    this.show();
  }

  show() {
    const checked = this.boxes.filter((box) => box.checked);
    const bar = this.querySelector(".bar");
    if (!bar) return;
    bar.hidden = checked.length === 0;
    const n = (text) => text.replace("{n}", checked.length);
    this.write("[data-selected-text]", n(this.dataset.text ?? "{n}"));
    this.write("[data-selected-sums]", this.sums(checked));
    for (const button of bar.querySelectorAll("button[data-text]")) {
      button.querySelector(".button-text").textContent = n(button.dataset.text);
    }
  }

  write(place, text) {
    const spot = this.querySelector(place);
    if (spot && spot.textContent !== text) spot.textContent = text;
  }

  sums(boxes) {
    const sums = new Map();
    for (const { dataset: { minor, currency, exponent = 2 } } of boxes.filter((one) => one.dataset.currency)) {
      const [sum] = sums.get(currency) ?? [0n];
      sums.set(currency, [sum + BigInt(minor), Number(exponent)]);
    }
    const parts = [...sums].map(([currency, [sum, digits]]) => {
      const text = (Number(sum) / 10 ** digits).toLocaleString(document.documentElement.lang, {
        minimumFractionDigits: digits, maximumFractionDigits: digits,
      });
      return `${text}\u00a0${currency}`;
    });
    const and = this.dataset.and ?? "{a} + {b}";
    return parts.length ? parts.reduce((a, b) => and.replace("{a}", a).replace("{b}", b)) : "";
  }
}

customElements.define("selected-rows", SelectedRows);

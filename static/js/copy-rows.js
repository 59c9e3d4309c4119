// <copy-rows>: adds and removes rows of a form. The first <template> inside holds one row with
// __n__ where its number goes; [data-add] adds, [data-remove] takes its row away. Without this
// script both are buttons that send the form, and the server adds or removes.
class CopyRows extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this);
  }

  handleEvent(event) {
    const button = event.target.closest("[data-add], [data-remove]");
    if (!button) return;
    event.preventDefault();
    if (button.matches("[data-add]")) this.add();
    else this.take(button.closest("[data-copy]"));
  }

  get rows() {
    return [...this.querySelectorAll("[data-copy]")];
  }

  add() {
    const template = this.querySelector("template");
    const number = Number(this.dataset.next ?? this.rows.length);
    this.dataset.next = number + 1;
    const maker = document.createElement("template");
    maker.innerHTML = template.innerHTML.replaceAll("__n__", number);
    const row = maker.content.querySelector("[data-copy]");
    template.before(row);
    row.querySelector("input, select, textarea")?.focus();
  }

  take(row) {
    const rows = this.rows;
    const next = rows[rows.indexOf(row) + 1] ?? rows[rows.indexOf(row) - 1];
    row.remove();
    (next?.querySelector("input") ?? this.querySelector("[data-add]"))?.focus();
  }
}

customElements.define("copy-rows", CopyRows);

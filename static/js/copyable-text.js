// <copyable-text>: shows the button inside, which copies the text beside it and says so in the
// status line. Without this script the text is there to be marked and copied by hand.
class CopyableText extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector("[data-copy]");
    if (!button || !navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", () => this.copy());
  }

  async copy() {
    const text = this.querySelector("pre");
    try {
      await navigator.clipboard.writeText(text.textContent);
    } catch {
      // Not allowed here: what is marked can be copied by hand.
      getSelection().selectAllChildren(text);
      return;
    }
    const detail = { value: this.dataset.copied };
    this.dispatchEvent(new CustomEvent("status", { bubbles: true, detail }));
  }
}

customElements.define("copyable-text", CopyableText);

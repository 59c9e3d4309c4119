// <idle-warning>: says some minutes before the session ends for want of a click that it will, and one
// press keeps it going. Until then nothing is asked: what any page of this browser heard from the
// server counts. data-after and data-end are seconds; the words come in data-..., "{n}" is minutes.
const KEY = "countersign-heard";

class IdleWarning extends HTMLElement {
  connectedCallback() {
    this.hear = () => this.heard();
    addEventListener("heard", this.hear);
    this.querySelector("button").addEventListener("click", () => this.extend());
    this.timer = setInterval(() => this.look(), 5000);
    this.heard();
  }

  disconnectedCallback() {
    removeEventListener("heard", this.hear);
    clearInterval(this.timer);
  }

  heard() {
    this.last = Date.now();
    try { localStorage.setItem(KEY, this.last); } catch { /* then this page counts alone */ }
    this.look();
  }

  get since() {
    let heard = 0;
    try { heard = Number(localStorage.getItem(KEY)); } catch { /* as above */ }
    return (Date.now() - Math.max(this.last, heard)) / 1000;
  }

  look() {
    const { after, end, soon, over } = this.dataset;
    const left = Math.ceil((Number(end) - this.since) / 60);
    if (this.since < Number(after)) this.say("");
    else this.say(left > 0 ? soon.replace("{n}", left) : over);
  }

  // Said once, and then left alone: a line that changes every minute would be read every minute.
  say(words) {
    const line = this.querySelector("p");
    if (words === "" || line.textContent === "" || words === this.dataset.over) {
      if (line.textContent !== words) line.textContent = words;
    }
  }

  async extend() {
    const { action, kept, over } = this.dataset;
    const headers = { "X-CSRFToken": document.querySelector("[name=csrf_token]")?.value ?? "" };
    const reply = await fetch(action, { method: "POST", headers }).catch(() => null);
    if (!reply?.ok) return reply ? this.say(over) : undefined;
    this.heard();
    return dispatchEvent(new CustomEvent("told", { detail: kept }));
  }
}

customElements.define("idle-warning", IdleWarning);

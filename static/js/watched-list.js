// <watched-list id="heard" data-new="...">: only in the demo. Asks for its page again and again, and
// takes in what is new in the list; what is there already stays as it is, opened or not.
const EVERY = 1500;
const listOf = (element) => element.querySelector(":scope > ul") ?? element;

class WatchedList extends HTMLElement {
  connectedCallback() {
    this.timer = setInterval(() => this.ask(), EVERY);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  async ask() {
    if (document.hidden) return;
    const asked = { headers: { "X-Background": "yes" }, redirect: "error", cache: "no-store" };
    const reply = await fetch(location.href, asked).catch(() => null);
    if (!reply?.ok) return;
    const page = new DOMParser().parseFromString(await reply.text(), "text/html");
    const fresh = page.getElementById(this.id);
    if (!fresh) return;
    if (listOf(fresh).localName === listOf(this).localName) this.take(listOf(this), [...listOf(fresh).children]);
    else this.replaceChildren(...fresh.children);
  }

  take(list, parts) {
    const known = new Map([...list.children].map((one) => [one.id, one]));
    const isNew = parts.some((one) => !known.has(one.id));
    const row = parts.map((one) => known.get(one.id) ?? document.importNode(one, true));
    row.forEach((one, at) => {
      const time = one.querySelector("time");
      const now = parts[at].querySelector("time");
      if (time && now && time.textContent !== now.textContent) time.textContent = now.textContent;
      if (list.children[at] !== one) list.insertBefore(one, list.children[at] ?? null);
    });
    while (list.children.length > row.length) list.lastElementChild.remove();
    if (isNew) dispatchEvent(new CustomEvent("told", { detail: this.dataset.new }));
  }
}

customElements.define("watched-list", WatchedList);

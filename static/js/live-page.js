// <live-page data-moment="1767000000000" data-of="/company">: asks, is answered when something has
// changed since, and fetches the page anew: "live" carries it. "live-over": nothing more to ask.
const [PACE, LONGEST, PATIENCE] = [1500, 15000, 25000];
const send = (name, detail) => dispatchEvent(new CustomEvent(name, { detail }));

class LivePage extends HTMLElement {
  connectedCallback() {
    [this.moment, this.failures] = [this.dataset.moment, 0];
    this.plan(PACE);
  }

  plan(wait) {
    this.call?.abort();
    clearTimeout(this.timer);
    if (!document.hidden && this.isConnected) this.timer = setTimeout(() => this.ask(), wait);
  }

  async ask() {
    const began = Date.now();
    const { signal } = this.call = new AbortController();
    try {
      const reply = await this.fetch(`${this.dataset.at}/live${this.dataset.of}?seen=${this.moment}`, signal);
      if (!reply.ok) return send("live-over", reply.status);
      if (reply.status === 200) await this.refresh(signal);
      this.failures = 0;
    } catch {
      this.failures += 1;
    }
    if (signal.aborted) return;
    const pause = Math.min(LONGEST, PACE * 2 ** this.failures) * (0.7 + Math.random() * 0.6);
    this.plan(this.failures ? pause : PACE - (Date.now() - began));
  }

  async refresh(signal) {
    const { href } = location;
    const shown = [...document.querySelectorAll("[data-row]")].map((row) => row.id.slice(8));
    const reply = await this.fetch(href, signal, { "X-Shown": shown.join() });
    const page = new DOMParser().parseFromString(await reply.text(), "text/html");
    if (location.href !== href || reply.type === "opaqueredirect") return; // The next round tells.
    const moment = page.querySelector("live-page")?.dataset.moment;
    send(moment ? "live" : "live-over", page, this.moment = moment ?? Date.now());
  }

  async fetch(url, signal, headers) {
    const lost = setTimeout(() => this.plan(PACE), PATIENCE);
    const own = { headers: { "X-Background": "live", ...headers }, redirect: "manual", signal };
    const reply = await fetch(url, { ...own, cache: "no-store" }).finally(() => clearTimeout(lost));
    if (reply.status >= 429) throw new Error(reply.status);
    return reply;
  }
}

customElements.define("live-page", LivePage);

for (const name of ["visibilitychange", "online", "pageshow"]) {
  addEventListener(name, ({ persisted = true }) => {
    if (persisted) document.querySelector("live-page")?.plan(0);
  }, true);
}

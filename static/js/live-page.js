// <live-page data-moment="1767000000000">: asks every other second whether anything changed since
// the page was read, and then fetches the page once more. The event "live" carries the fresh
// document; without one, the page has gone. live-parts.js puts it into place.
const AT_THE_PAGE = 1500;
const AWAY = 2500;
const AWAY_AFTER = 60000;
const LONGEST = 15000;
const PATIENCE = 10000;

let lastInput = Date.now();
for (const name of ["pointermove", "keydown", "scroll", "touchstart"]) {
  addEventListener(name, () => { lastInput = Date.now(); }, { passive: true });
}

class LivePage extends HTMLElement {
  connectedCallback() {
    this.moment = this.dataset.moment;
    this.failures = 0;
    this.plan();
  }

  plan(wait = Date.now() - lastInput < AWAY_AFTER ? AT_THE_PAGE : AWAY) {
    clearTimeout(this.timer);
    if (!document.hidden && this.isConnected) this.timer = setTimeout(() => this.ask(), wait);
  }

  async ask() {
    if (this.asking) return;
    this.asking = true;
    try {
      const reply = await this.fetch(`/live?seen=${this.moment}`);
      if (reply?.status === 200) await this.refresh();
      this.failures = 0;
      // Who is signed out learns it at the next press; there is nothing more to ask.
      if (reply) this.plan();
    } catch {
      this.failures += 1;
      this.plan(Math.min(LONGEST, AT_THE_PAGE * 2 ** this.failures) * (0.7 + Math.random() * 0.6));
    } finally {
      this.asking = false;
    }
  }

  async refresh() {
    const place = location.href;
    const reply = await this.fetch(place);
    const text = await reply?.text();
    // Who has gone on meanwhile, by a search for one, is asked for again in the next round.
    if (!text || location.href !== place) return;
    const page = new DOMParser().parseFromString(text, "text/html");
    const moment = page.querySelector("live-page")?.dataset.moment;
    this.moment = moment ?? String(Date.now());
    this.dispatchEvent(new CustomEvent("live", { bubbles: true, detail: moment ? page : null }));
  }

  async fetch(url) {
    const reply = await fetch(url, {
      headers: { "X-Background": "live" }, redirect: "manual", cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (reply.type === "opaqueredirect") return null;
    if (reply.status >= 429) throw new Error(`${reply.status}`);
    return reply;
  }
}

customElements.define("live-page", LivePage);

const wake = () => document.querySelector("live-page")?.plan(0);
document.addEventListener("visibilitychange", wake);
for (const name of ["online", "pageshow"]) addEventListener(name, wake);

// htmx is most of what a page weighs, and does nothing until somebody uses the page. It is fetched at
// the first sign of a hand, and kept by the browser for ever. What is pressed before it is there is held
// and pressed again, once and in order; when it does not come, the plain link or form goes.
const PATIENCE = 3000;
const SIGNS = ["pointermove", "pointerdown", "focusin", "keydown"];
const SENDS = ":is([hx-get], [hx-post], [hx-put], [hx-patch], [hx-delete])";
const CONFIG = {
  includeIndicatorStyles: false, allowEval: false, selfRequestsOnly: true,
  historyCacheSize: 0, refreshOnHistoryMiss: true, historyRestoreAsHxRequest: false,
  responseHandling: [
    { code: "204", swap: false }, { code: "[23]..", swap: true },
    { code: "4..", swap: true, error: true }, { code: "5..", swap: false, error: true },
  ],
};
const file = document.querySelector("meta[name=htmx]")?.content;
const held = new Map();
let [isAsked, isOver, timer] = [!file, !file, 0];

function ask() {
  if (isAsked) return;
  isAsked = true;
  // On a page that is not complete, htmx would wait for an event that has been.
  if (document.readyState === "complete") load();
  else addEventListener("load", load);
}

function load() {
  const [config, script] = [document.createElement("meta"), document.createElement("script")];
  Object.assign(config, { name: "htmx-config", content: JSON.stringify(CONFIG) });
  Object.assign(script, { src: file, onload: goOn, onerror: goOn });
  document.head.append(config, script);
}

function goOn() {
  if (isOver) return;
  isOver = true;
  clearTimeout(timer);
  const presses = [...held].filter(([one]) => one.matches("a, button, form"));
  for (const [one] of held) delete one.dataset.held;
  // A page that is left for the first press has no second one.
  for (const [, again] of window.htmx ? held : presses.slice(0, 1)) again();
  held.clear();
}

function keep(element, again) {
  ask();
  if (!held.has(element)) held.set(element, again);
}

function hold(event, element, again) {
  event.preventDefault();
  event.stopImmediatePropagation();
  keep(element, again);
  // live-parts.js leaves alone what has this.
  element.dataset.held = "yes";
  timer ||= setTimeout(goOn, PATIENCE);
}

// The window hears of it before anybody else.
addEventListener("click", (event) => {
  const isElsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  const element = event.target.closest(`a${SENDS}, button${SENDS}`);
  if (!isOver && element && !isElsewhere) hold(event, element, () => element.click());
}, true);

// htmx learns from the click which button sent a form.
addEventListener("submit", (event) => {
  const { target, submitter } = event;
  if (isOver || !target.matches(SENDS)) return;
  hold(event, target, () => submitter ? submitter.click() : target.requestSubmit());
}, true);

// Forms that something is asked for at each change. The event goes on, and comes once more.
function change({ target }) {
  const { form } = target;
  if (isOver || !(form?.matches("[hx-trigger]") || form?.querySelector("[hx-trigger]"))) return;
  keep(target, () => target.dispatchEvent(new Event("change", { bubbles: true })));
}

for (const name of ["input", "change"]) addEventListener(name, change);
for (const name of SIGNS) addEventListener(name, ask, { passive: true });

// An address that htmx wrote, and htmx not here to go back to it.
addEventListener("popstate", ({ state }) => state?.htmx && !window.htmx && location.reload());

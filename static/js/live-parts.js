// Puts a fresh page in place of the one on the screen, part by part, and never what is under the
// pointer, holds the focus or is being written in: then a line says what is new, and shows it at a
// press or as soon as nobody is in the way. Words come from <live-page data-...>.
const LISTS = "#inbox-list, #request-list";
const COUNTS = "[id^=count-], [id^=tab-count-], #inbox-title, #inbox-tabs, #request-tabs";
const CAN_HOVER = matchMedia("(hover: hover)");
let pending = null;

const live = () => document.querySelector("live-page");
const line = () => document.querySelector(".live-news");
const rowsOf = (part) => [...part.querySelectorAll("[data-row]")];
const textOf = (row) => [...row.querySelectorAll(".row-head, .row-why, .request-head, .tracker")]
  .map((one) => one.textContent.replace(/\s+/g, " ")).join("\n");
const entriesOf = (part) => [...part.querySelectorAll(".timeline-entry")];
const keyOf = (entry) => `${entry.querySelector("time")?.dateTime} ${wordsOf(entry)}`;

function wordsOf(entry) {
  const copy = entry.querySelector(".timeline-text")?.cloneNode(true);
  copy?.querySelector(".timeline-time")?.remove();
  return copy?.textContent.trim() ?? "";
}

const isTyped = (field) => field.type === "checkbox" || field.type === "radio"
  ? field.checked !== field.defaultChecked
  : field.type !== "hidden" && field.value !== (field.defaultValue ?? field.value);

function isInUse(part) {
  return (CAN_HOVER.matches && part.matches(":hover")) || part.contains(document.activeElement)
    || part.contains(getSelection().isCollapsed ? null : getSelection().anchorNode)
    || part.querySelector(".is-open, .panel.is-sheet, details[open]") !== null
    || [...part.querySelectorAll("textarea, input")].some(isTyped);
}

// What is new: words for it, and whether it can be had without touching what is there.
function compare(part, next) {
  if (part.id === "request") {
    const known = new Set(entriesOf(part).map(keyOf));
    const added = entriesOf(next).filter((entry) => !known.has(keyOf(entry)));
    return { same: part.dataset.version === next.dataset.version, words: added.map(wordsOf).join(". ") };
  }
  const [old, fresh] = [part, next].map(rowsOf);
  const texts = new Map(old.map((row) => [row.id, textOf(row)]));
  const added = fresh.filter((row) => !texts.has(row.id));
  const isAfter = old.length > 0 && old.every((row, at) => row.id === fresh[at]?.id);
  const { one, many } = live().dataset;
  return {
    same: !added.length && isAfter && fresh.every((row) => texts.get(row.id) === textOf(row)),
    extra: isAfter ? added : [],
    words: added.length === 1 ? one : added.length ? many.replace("{n}", added.length) : "",
  };
}

function put(old, fresh) {
  const node = document.adoptNode(fresh);
  old.replaceWith(node);
  node.dispatchEvent(new CustomEvent("fresh-part", { bubbles: true }));
  return node;
}

function tell(words, name = "told") {
  dispatchEvent(new CustomEvent(name, { detail: words }));
}

function offer(words) {
  const text = line()?.querySelector("p");
  if (text && text.textContent !== words) text.textContent = words;
}

function count() {
  for (const fresh of pending.querySelectorAll(COUNTS)) {
    const old = document.getElementById(fresh.id);
    if (!old || old.textContent === fresh.textContent || isInUse(old)) continue;
    if (old.matches("ul, nav, div")) put(old, fresh.cloneNode(true));
    else old.textContent = fresh.textContent;
  }
  document.title = pending.title;
}

function merge() {
  const part = document.querySelector(`${LISTS}, #request`);
  const next = part && pending.getElementById(part.id);
  count();
  if (!next) return settle();
  const { same, extra = [], words } = compare(part, next);
  if (same) return settle();
  if (!isInUse(part)) {
    put(part, next);
    tell(words || live().dataset.changed);
    return settle();
  }
  if (extra.length) {
    const last = rowsOf(part).at(-1);
    for (const row of extra.reverse()) {
      last.after(document.adoptNode(row));
      row.dispatchEvent(new CustomEvent("fresh-part", { bubbles: true }));
    }
    tell(words);
    return settle();
  }
  return offer(words || live().dataset.changed);
}

function settle() {
  pending = null;
  offer("");
}

function show() {
  const part = document.querySelector(`${LISTS}, #request`);
  const next = pending?.getElementById(part?.id);
  if (!next) return location.reload();
  const known = new Set([...rowsOf(part).map((row) => row.id), ...entriesOf(part).map(keyOf)]);
  const node = put(part, next);
  const news = rowsOf(node).find((row) => !known.has(row.id))?.querySelector("a")
    ?? entriesOf(node).findLast((entry) => !known.has(keyOf(entry)))
    ?? node;
  if (!news.href) news.tabIndex = -1;
  news.focus();
  return settle();
}

addEventListener("live", ({ detail }) => {
  pending = detail;
  if (pending) merge();
  else offer(live().dataset.gone);
});
addEventListener("click", (event) => event.target.closest("[data-shows-news]") && show());
// What the reader did meanwhile is newer than what was fetched before.
addEventListener("changed-here", () => {
  if (!pending) return;
  settle();
  live().moment = 0;
});
setInterval(() => pending && merge(), 700);

// Puts a fresh page in place, and never what is under the pointer, holds the focus or is written in:
// then a line says what is new (live-rows.js and live-story.js know), until nobody is in the way.
const PARTS = "#inbox-list, #request-list, #request";
const POINTED = "a:hover, button:hover, label:hover, summary:hover, tr:hover, [data-row]:hover";
let fresh = null;

const words = () => document.querySelector("live-page").dataset;
const tell = (text) => text && dispatchEvent(new CustomEvent("told", { detail: text }));
const isTyped = (field) => field.type === "checkbox" || field.type === "radio"
  ? field.checked !== field.defaultChecked
  : field.type !== "hidden" && field.value !== (field.defaultValue ?? field.value);

function isInUse(part) {
  const pointed = part.localName === "main" ? part.querySelector(POINTED) : part.matches(":hover");
  return Boolean((matchMedia("(hover: hover)").matches && pointed) || part.contains(document.activeElement)
    || part.contains(getSelection().isCollapsed ? null : getSelection().anchorNode)
    || part.querySelector(".row.is-open, .panel.is-sheet, details[open], [data-held]")
    || [...part.querySelectorAll("textarea, input")].some(isTyped));
}

function offer(text, label) {
  const [line, button] = document.querySelectorAll(".live-news > *");
  if (line.textContent !== text) line.textContent = text;
  if (label) button.textContent = label;
}

function put(old, next, goes) {
  old.replaceWith(next);
  next.dispatchEvent(new CustomEvent("fresh-part", { bubbles: true }));
  if (goes && !goes.href) goes.tabIndex = -1;
  goes?.focus();
}

function merge(isWanted = false) {
  const old = document.querySelector(PARTS) ?? document.querySelector("main");
  const next = fresh.getElementById(old.id);
  if (!next) return settle();
  const isDone = old.textContent === next.textContent;
  const news = { old, next, isBusy: !isWanted && isInUse(old), isDone, words: isDone ? "" : words().changed };
  dispatchEvent(new CustomEvent("compare", { detail: news }));
  if (news.isBusy && !news.isDone) return offer(news.words || words().changed);
  tell(news.words);
  if (!news.isBusy) put(old, next, isWanted ? news.first ?? next : null);
  return news.isBusy && news.isKept ? offer("") : settle();
}

const settle = () => offer("", fresh = null);

addEventListener("live", ({ detail }) => { fresh = detail; merge(); });
addEventListener("live-over", ({ detail }) => offer(...detail ? [words().gone] : [words().out, words().enter]));
addEventListener("click", ({ target }) => {
  if (target.closest("[data-shows-news]")) fresh ? merge(true) : location.reload();
});
// What the reader did is newer than what was fetched before.
addEventListener("changed-here", () => {
  if (fresh) document.querySelector("live-page").moment = settle() ?? 0;
});
setInterval(() => fresh && merge(), 700);

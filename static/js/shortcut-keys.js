// Single letters, where the page allows them (body[data-shortcuts]) and nobody is typing: j and k
// move through [data-row], x checks, Enter opens, other letters press the [data-key] of the row,
// or of the page. "?" opens the list of keys.
const TYPING = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";

const rows = () => [...document.querySelectorAll("[data-row]")];

const current = () => document.activeElement?.closest("[data-row]");

function move(step) {
  const all = rows();
  const at = all.indexOf(current());
  const next = all[at === -1 ? (step > 0 ? 0 : all.length - 1) : at + step];
  next?.querySelector(".row-link")?.focus();
  next?.scrollIntoView({ block: "nearest" });
  return Boolean(next);
}

function press(key) {
  const wanted = `[data-key="${CSS.escape(key)}"]`;
  const open = document.querySelector(".row.is-open");
  const here = current();
  // What is selected goes before the row where the focus is, unless that one is open.
  const places = [here?.matches(".is-open") && here, document.querySelector(".bar"), here, open];
  const seen = (place) => [...place.querySelectorAll(wanted)].find((one) => one.checkVisibility());
  const found = places.filter(Boolean).map(seen).find(Boolean) ?? opener(key) ?? seen(document);
  if (!found) return false;
  if (found.dataset.opens) found.dataset.wanted = key;
  if (found.matches(TYPING)) found.focus();
  else found.click();
  return true;
}

// A row that is closed opens in the state that the letter stands for.
function opener(key) {
  const link = current()?.querySelector("[data-opens]");
  return link?.dataset.opens.includes(key) ? link : null;
}

function on(found, does) {
  found?.[does]();
  return Boolean(found);
}

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return;
  if (!document.body.dataset.shortcuts || event.target.closest(TYPING)) return;
  if (document.querySelector("dialog[open]") || event.key.length !== 1) return;
  const key = event.key.toLowerCase();
  const done =
    (key === "?" && on(document.querySelector("dialog[data-shortcuts]"), "showModal")) ||
    (key === "x" && on(current()?.querySelector("[data-select]"), "click")) ||
    (key === "j" && rows().length > 0 && move(1)) ||
    (key === "k" && rows().length > 0 && move(-1)) ||
    press(key);
  if (done) event.preventDefault();
});

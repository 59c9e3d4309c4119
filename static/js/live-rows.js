// What is new in a list. New rows go below the others; rows that somebody else has ended say so where
// they are, without their buttons, and leave when pointer and focus have left them.
const LEAVES = 2000;
const dataset = () => document.querySelector("live-page").dataset;
const tell = (text) => text && dispatchEvent(new CustomEvent("told", { detail: text }));
const rowsOf = (part) => [...part.querySelectorAll("[data-row]:not(.is-ended)")];
const textOf = (row) => [...row.querySelectorAll(".row-head, .row-why, .request-head, .tracker")]
  .map((one) => one.textContent.replace(/\s+/g, " ")).join("\n");

function counted(added) {
  const { one, many } = dataset();
  return added.length > 1 ? many.replace("{n}", added.length) : added.length ? one : "";
}

function end(row, mark) {
  const hadFocus = row.contains(document.activeElement);
  const box = row.querySelector("[data-select]");
  if (box?.checked) mark.dataset.words += ` ${dataset().dropped}`;
  row.querySelectorAll("[data-select], button, [name=step]").forEach((one) => one.remove());
  row.querySelector(".row-when").replaceChildren(mark);
  row.querySelector(".row-link").removeAttribute("data-opens");
  row.classList.add("is-ended");
  if (hadFocus && !row.contains(document.activeElement)) row.querySelector(".row-link").focus();
  if (box) row.closest("selected-rows").dispatchEvent(new Event("change"));
}

function add(rows, last) {
  const copies = rows.map((row) => document.importNode(row, true));
  last?.after(...copies);
  for (const row of copies) row.dispatchEvent(new CustomEvent("fresh-part", { bubbles: true }));
}

addEventListener("compare", ({ detail: news }) => {
  if (!news.old.matches("#inbox-list, #request-list")) return;
  const { old, next, isBusy } = news;
  const marks = new Map(rowsOf(old).map((row) => [row, next.querySelector(`[id="ended-${row.id}"]`)]));
  const stay = rowsOf(old).filter((row) => !marks.get(row));
  const [ended, fresh] = [rowsOf(old).filter((row) => marks.get(row)), rowsOf(next)];
  const added = fresh.filter((row) => !stay.some(({ id }) => id === row.id));
  const isSame = stay.every((row, at) => row.id === fresh[at]?.id && textOf(row) === textOf(fresh[at]));
  for (const row of isBusy ? ended : []) end(row, marks.get(row));
  let said = ended.map((row) => marks.get(row).dataset.words).join(" ");
  news.first = added[0]?.querySelector("a");
  news.isKept = Boolean(old.querySelector(".is-ended"));
  news.isDone = isSame && (!added.length || stay.length > 0);
  if (isBusy && !news.isDone) said = tell(said) && "";
  news.words = [said, counted(added)].filter(Boolean).join(" ") || (isSame ? "" : news.words);
  if (isBusy && news.isDone) add(added, stay.at(-1));
});

setInterval(() => {
  for (const row of document.querySelectorAll(".is-ended")) {
    // Nothing moves under the pointer either.
    if (!row.matches(":hover, :focus-within") && !document.querySelector(`[id="${row.id}"] ~ :hover`)) row.remove();
  }
}, LEAVES);

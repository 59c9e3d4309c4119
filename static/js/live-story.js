// What is new on the page of one request: the entries of its timeline that were not there.
const entriesOf = (part) => [...part.querySelectorAll(".timeline-entry")];

function wordsOf(entry) {
  const copy = entry.querySelector(".timeline-text")?.cloneNode(true);
  copy?.querySelector(".timeline-time")?.remove();
  return copy?.textContent.trim() ?? "";
}

const keyOf = (entry) => `${entry.querySelector("time")?.dateTime} ${wordsOf(entry)}`;

addEventListener("compare", ({ detail: news }) => {
  if (news.old.id !== "request") return;
  const known = new Set(entriesOf(news.old).map(keyOf));
  const added = entriesOf(news.next).filter((entry) => !known.has(keyOf(entry)));
  news.isDone = news.old.dataset.version === news.next.dataset.version;
  news.words = news.isDone ? "" : added.map(wordsOf).join(". ") || news.words;
  news.first = added.at(-1);
});

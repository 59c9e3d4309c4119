// Only in the demo: points at what the story at the side says to press, and asks how far it is.
const EVERY = 1500;
const POINTED = "is-pointed-at";

const story = () => document.getElementById("stage-story");
const words = (element) => element.innerText.trim();

function point() {
  const wanted = story()?.dataset.points;
  const found = wanted ? wanted.split(", ").map((one) => [...document.querySelectorAll(`main ${one.replace(/^main /, "")}`)]).flat() : [];
  const target = found.find((one) => one.checkVisibility());
  for (const old of document.querySelectorAll(`.${POINTED}`)) if (old !== target) old.classList.remove(POINTED);
  target?.classList.add(POINTED);
}

async function ask() {
  if (document.hidden || !story()) return;
  const reply = await fetch(`${location.origin}/demo/story`, { headers: { "X-Background": "yes" }, redirect: "error" }).catch(() => null);
  if (!reply?.ok) return;
  const fresh = new DOMParser().parseFromString(await reply.text(), "text/html").getElementById("stage-story");
  const old = story();
  if (!fresh || !old || words(fresh) === words(old) || old.matches(":focus-within")) return;
  old.replaceWith(fresh);
}

setInterval(() => { ask().then(point); }, EVERY);
new MutationObserver(point).observe(document.querySelector("main"), { childList: true, subtree: true });
point();

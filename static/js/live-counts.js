// The numbers of a fresh page are right at once, wherever the pointer is.
const COUNTS = "[id^=count-], [id^=tab-count-], #inbox-title, #inbox-tabs, #request-tabs";

addEventListener("live", ({ detail: page }) => {
  document.title = page.title;
  for (const next of page.querySelectorAll(COUNTS)) {
    const old = document.getElementById(next.id);
    if (!old || old.textContent === next.textContent) continue;
    if (!old.matches("ul, nav, div")) old.textContent = next.textContent;
    else if (!old.matches(":hover, :focus-within")) old.replaceWith(next.cloneNode(true));
  }
});

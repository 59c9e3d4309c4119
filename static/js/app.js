// What is done around htmx, which late-htmx.js fetches. Pages work without it: it announces, keeps the
// focus in place, keeps typed words, and holds back a second press.
import "./late-htmx.js";
import "./copy-rows.js";
import "./copyable-text.js";
import "./idle-warning.js";
import "./live-counts.js";
import "./live-page.js";
import "./live-parts.js";
import "./live-rows.js";
import "./live-story.js";
import "./noted-look.js";
import "./selected-rows.js";
import "./shortcut-keys.js";

const words = document.querySelector("#words")?.dataset ?? {};

// The two live regions are filled with text and never replaced. Emptied first, so that the same
// words twice are said twice.
function say(region, text) {
  const line = document.getElementById(region);
  if (!line || !text) return;
  line.textContent = "";
  setTimeout(() => { line.textContent = text; }, 60);
}

function hush(...regions) {
  for (const region of regions) document.getElementById(region)?.replaceChildren();
}

const flash = document.getElementById("status");
if (flash?.textContent.trim()) say("status", flash.textContent.trim());

addEventListener("click", (event) => {
  const close = event.target.closest("[data-clears]");
  if (close) hush(close.dataset.clears);
});

// What the server says with a fragment: HX-Trigger: {"status": "You approved ..."}
addEventListener("status", (event) => {
  hush("alert");
  say("status", event.detail.value);
});

// What live-parts.js says and puts into the page, and what it has to know.
addEventListener("told", (event) => say("status", event.detail));
addEventListener("fresh-part", ({ target }) => {
  window.htmx?.process(target);
  restore(target);
});
addEventListener("htmx:afterSwap", () => dispatchEvent(new Event("changed-here")));
// What htmx asks is asked by somebody who is there, and keeps their session going.
addEventListener("htmx:afterRequest", () => dispatchEvent(new Event("heard")));

addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.matches("form, button, a")) hush("alert", "status");
});

addEventListener("htmx:sendError", () => say("alert", words.lost));
addEventListener("htmx:timeout", () => say("alert", words.slow));
addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status >= 500) say("alert", words.broken);
});

// Words that the server sends into a live region arrive like any other: escaped text.
addEventListener("htmx:beforeSwap", (event) => {
  const region = event.detail.target;
  if (region?.id !== "alert" && region?.id !== "status") return;
  const reply = new DOMParser().parseFromString(event.detail.serverResponse, "text/html");
  event.detail.shouldSwap = false;
  say(region.id, reply.body.textContent.trim());
});

// Focus follows a swap only where the reader was in what is gone; live updates leave it alone.
let focusWasInside = false;

addEventListener("htmx:beforeSwap", (event) => {
  const target = event.detail.target;
  const asked = event.detail.requestConfig?.verb !== "get" || target?.contains(event.detail.elt);
  focusWasInside = Boolean(target?.contains(document.activeElement)) && asked;
});

addEventListener("htmx:afterSettle", (event) => {
  const fresh = event.detail.elt;
  if (!fresh?.isConnected || fresh.closest("[data-keep-focus]")) return;
  // Counters come along with an answer; the reader was not in them.
  const place = event.detail.target?.id;
  if (place && !fresh.closest(`#${CSS.escape(place)}`)) return;
  const wanted = fresh.querySelector("[autofocus]");
  const lost = document.activeElement === document.body && focusWasInside;
  const next = wanted ?? (lost && (fresh.querySelector("[data-focus], h1, h2, h3, .panel") ?? fresh));
  focusWasInside = false;
  if (!next) return;
  if (!next.matches("a[href], button, input, select, textarea, summary, [tabindex]")) {
    next.tabIndex = -1;
  }
  next.focus();
});

// A letter opens a row in the state it stands for; a press with a key held belongs to the browser.
addEventListener("htmx:configRequest", ({ detail }) => {
  const { dataset } = detail.elt;
  if (dataset.wanted) detail.parameters.key = dataset.wanted;
  delete dataset.wanted;
});
addEventListener("click", (event) => {
  const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey;
  if (elsewhere && event.target.closest("a[hx-get]")) event.stopPropagation();
}, true);

// A row that left the list: the focus goes to the next one, or to the headline.
addEventListener("htmx:beforeCleanupElement", (event) => {
  const row = event.target;
  if (!row.matches?.("[data-row]") || !row.contains(document.activeElement)) return;
  const next = row.nextElementSibling ?? row.previousElementSibling;
  setTimeout(() => {
    if (document.activeElement !== document.body) return;
    const place = next?.querySelector(".row-link") ?? document.querySelector("h1");
    if (place && !place.href) place.tabIndex = -1;
    place?.focus();
  }, 40);
});

// One press, one request. The buttons are marked, not disabled, so that the pressed one still
// says its name and value; the browser's Back and a few seconds give them back.
const BY_HTMX = "[hx-post], [hx-put], [hx-patch], [hx-delete]";
const WAIT = 8000;
const isSentByHtmx = (element) => Boolean(window.htmx && element?.matches(BY_HTMX));

function hold(form) {
  if (!form || form.method === "get" || form.method === "dialog") return false;
  if (form.dataset.sent) return true;
  form.dataset.sent = "yes";
  setTimeout(() => release(form), WAIT);
  for (const button of form.querySelectorAll("button:not([type=button])")) {
    button.setAttribute("aria-disabled", "true");
  }
  return false;
}

function release(form) {
  delete form?.dataset.sent;
  form?.querySelectorAll("[aria-disabled]").forEach((one) => one.removeAttribute("aria-disabled"));
}

addEventListener("submit", (event) => {
  if (isSentByHtmx(event.target) || isSentByHtmx(event.submitter)) return;
  if (hold(event.target)) event.preventDefault();
});
// A preview asks for itself, and must neither hold the form back nor give it back.
const pressed = ({ elt, verb }) => verb !== "get" && elt?.matches?.("form, button");
addEventListener("htmx:beforeRequest", (event) => {
  const { requestConfig } = event.detail;
  if (pressed(requestConfig) && hold(requestConfig.elt.closest("form"))) event.preventDefault();
});
addEventListener("htmx:afterRequest", (event) => {
  const { requestConfig } = event.detail;
  if (pressed(requestConfig)) release(requestConfig.elt.closest("form"));
});
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));

// Typed words live in this tab until they were accepted, so that an expired session, a lost
// connection or a changed request takes nothing away. What an answer shows again in the same field
// is still a draft.
const SENT = "draft-sent";
const keyOf = (field) => `draft:${field.dataset.draft}`;
const keysOf = (root) => [...root.querySelectorAll("[data-draft]")].map(keyOf);
const forget = (keys) => keys.forEach((key) => sessionStorage.removeItem(key));

function restore(root, shown = true) {
  for (const field of root.querySelectorAll("[data-draft]")) {
    if (!field.value) field.value = sessionStorage.getItem(keyOf(field)) ?? "";
    else if (shown === true || shown.includes(keyOf(field))) remember(field);
  }
}

function remember(field) {
  sessionStorage.setItem(keyOf(field), field.value);
}

addEventListener("input", ({ target }) => target.dataset?.draft && remember(target));
addEventListener("htmx:beforeSwap", ({ detail }) => {
  const form = detail.requestConfig.elt.closest?.("form");
  if (form && !detail.isError && detail.requestConfig.verb !== "get") {
    // What was typed while the answer was on its way has not been sent.
    const sent = ({ name, value }) => detail.requestConfig.formData.get(name) === value;
    forget([...form.querySelectorAll("[data-draft]")].filter(sent).map(keyOf));
  }
});
addEventListener("htmx:load", ({ detail: { elt } }) => elt !== document.body && restore(elt));

// Without htmx the next page tells: one that shows a refused form, a problem or the sign-in has not
// taken the words.
addEventListener("submit", ({ target }) => {
  if (target.matches("[data-signs-out]")) sessionStorage.clear();
  else if (!isSentByHtmx(target)) sessionStorage.setItem(SENT, JSON.stringify(keysOf(target)));
});

const [visit] = performance.getEntriesByType("navigation");
const refused = document.querySelector(".is-wrong, .error-summary, .problem, .is-plain");
const sent = refused ? [] : JSON.parse(sessionStorage.getItem(SENT) ?? "[]");
if (visit?.type === "navigate") forget(sent);
if (!refused) sessionStorage.removeItem(SENT);
restore(document, sent);

// Menus close on Escape, on a press elsewhere and when the focus leaves.
function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== except && !menu.contains(except)) menu.open = false;
  }
}

addEventListener("click", (event) => closeMenus(event.target));
addEventListener("focusin", (event) => closeMenus(event.target));
addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.activeElement?.closest("details.menu[open]");
  closeMenus(null);
  menu?.querySelector("summary").focus();
  hush("alert", "status");
});

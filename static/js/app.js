// The one file that knows htmx. Pages work without it: it announces, keeps the focus in place,
// keeps typed words, and holds back a second press.
import "./copy-rows.js";
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

// One press, one request. Pressed buttons keep their name and value, so they are switched off
// after the form was read; the browser's Back gives them back.
function release(form) {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("[aria-disabled]")) {
    button.removeAttribute("aria-disabled");
  }
}

addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method === "get" || form.method === "dialog") return;
  if (form.dataset.sent) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  form.dataset.sent = "yes";
  for (const button of form.querySelectorAll("button:not([type=button])")) {
    button.setAttribute("aria-disabled", "true");
  }
}, true);

addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt.closest?.("form");
  if (form) release(form);
});
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));

// Typed words live in this tab until they were accepted, so that an expired session, a lost
// connection or a changed request takes nothing away.
const drafted = (root) => root.querySelectorAll("[data-draft]");
const keyOf = (field) => `draft:${field.dataset.draft}`;

function restore(root) {
  for (const field of drafted(root)) {
    const kept = sessionStorage.getItem(keyOf(field));
    if (kept && !field.value) field.value = kept;
  }
}

function forget(form) {
  for (const field of drafted(form)) sessionStorage.removeItem(keyOf(field));
}

addEventListener("input", ({ target }) => {
  if (target.dataset?.draft) sessionStorage.setItem(keyOf(target), target.value);
});
addEventListener("htmx:load", (event) => restore(event.detail.elt));
addEventListener("htmx:afterRequest", (event) => {
  const { elt, successful, requestConfig } = event.detail;
  const form = elt.closest?.("form");
  const asked = requestConfig?.verb !== "get" && !requestConfig?.parameters?.step;
  if (successful && form && asked) forget(form);
});
// Without htmx a page that answers with a redirect to another one has taken the words; the page
// that shows the form again still holds them.
addEventListener("submit", ({ target, submitter }) => {
  if (target.matches("[hx-post], [data-hx-post]") || submitter?.name === "step") return;
  const keys = [...drafted(target)].map(keyOf);
  if (keys.length) sessionStorage.setItem("draft-sent", JSON.stringify(keys));
});
const sent = JSON.parse(sessionStorage.getItem("draft-sent") ?? "[]");
sessionStorage.removeItem("draft-sent");
const refused = document.querySelector(".is-wrong, .problem, .error-summary, .welcome");
if (!refused) for (const key of sent) sessionStorage.removeItem(key);
addEventListener("submit", ({ target }) => {
  if (target.matches("[data-signs-out]")) sessionStorage.clear();
});
restore(document);

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

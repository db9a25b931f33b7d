/* The small things a page does by itself: clocks, keys, theme, drafts, selection. Everything else is HTML and htmx.
   No state lives here that the server does not have, but for drafts (in this tab's session storage). */
"use strict";
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

  /* Clocks: <time class="clock" data-due="…" data-warn="…"> runs from calm to warn to late. */
  const span = (milliseconds) => {
    const minutes = Math.floor(Math.abs(milliseconds) / 60000);
    const sign = milliseconds < 0 ? "−" : "";
    const hour = document.body.dataset.hour || "h";
    if (minutes >= 1440) return `${sign}${Math.floor(minutes / 1440)} d ${Math.floor(minutes / 60) % 24} ${hour}`;
    if (minutes < 60) return `${sign}${minutes} min`;
    return `${sign}${Math.floor(minutes / 60)} ${hour} ${String(minutes % 60).padStart(2, "0")}`;
  };
  const tick = () => {
    const now = Date.now();
    for (const clock of $$(".clock[data-due]")) {
      const due = Date.parse(clock.dataset.due);
      const state = now >= due ? "late" : now >= Date.parse(clock.dataset.warn) ? "warn" : "calm";
      const text = span(due - now);
      if (clock.textContent !== text) clock.textContent = text;
      if (!clock.classList.contains(state)) {
        clock.classList.remove("calm", "warn", "late");
        clock.classList.add(state);
      }
    }
  };
  setInterval(tick, 1000);

  /* Theme: at once, and remembered for the server's next page. */
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-theme-switch]");
    if (!form || !event.submitter) return;
    event.preventDefault();
    const theme = event.submitter.value;
    document.documentElement.dataset.theme = theme;
    for (const button of $$("button", form)) button.setAttribute("aria-pressed", String(button === event.submitter));
    document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  });
  document.addEventListener("click", (event) => {
    for (const menu of $$("details.me[open]")) if (!menu.contains(event.target)) menu.open = false;
  });

  /* Messages of the page go by themselves; errors stay a little longer. */
  let fading;
  const toast = $("#toast");
  if (toast) {
    new MutationObserver(() => {
      clearTimeout(fading);
      if (toast.childElementCount) fading = setTimeout(fade, $(".late, button", toast) ? 9000 : 4500);
    }).observe(toast, { childList: true });
    /* Not while somebody reads or is about to press what is in it. */
    const fade = () => {
      if (toast.matches(":hover, :focus-within")) fading = setTimeout(fade, 2000);
      else toast.replaceChildren();
    };
  }

  /* What was just thrown away, with a button that brings it back while the message is there. */
  const told = (text, words, bring) => {
    const line = document.createElement("p"), button = document.createElement("button");
    line.append(Object.assign(document.createElement("span"), { textContent: text }), " ", button);
    Object.assign(button, { type: "button", className: "btn", textContent: words });
    button.addEventListener("click", () => { toast.replaceChildren(); bring(); }, { once: true });
    toast.replaceChildren(line);
  };

  /* The keys of every page that has the navigation: "/" goes to the search, "?" to the help, "g" and a letter to where the
     navigation has that letter. None acts while somebody types. `acts` is what keys can do; the inbox adds its own (keys.js). */
  const WAIT = 1500;
  const typing = (target) => target.closest("input:not([type=radio], [type=checkbox], [type=hidden]), textarea, select, [contenteditable]");
  const acts = {
    search: () => { const field = $("#q"); if (field) field.select(); else location.assign("/search"); },
    help: () => { const here = $("dialog#help"); if (here) here.showModal(); else location.assign("/help"); },
  };
  const everywhere = { "/": acts.search, "?": acts.help };
  let led = 0;
  document.addEventListener("keydown", (event) => {
    const { target, key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || key === "Shift") return;
    if (typing(target) || $("dialog[open]") || !$(".nav")) return;
    const place = Date.now() - led < WAIT && /^[a-z]$/.test(key) && $(`.nav [data-key=${key}]`);
    led = key === "g" ? Date.now() : 0;
    const act = place ? () => place.click() : everywhere[key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  /* The last moments to save what is typed: when the page is left, and before a logout, while its session still may. */
  const logsOut = (form) => form.getAttribute("action") === "/logout";
  const leaving = (save) => {
    window.addEventListener("pagehide", save);
    document.addEventListener("submit", ({ target }) => { if (logsOut(target)) save(); });
  };

  /* The stream says that the session is over: a page whose list is not fetched again goes to the login by itself. */
  document.addEventListener("htmx:sseClose", (event) => {
    if (event.detail.type === "message" && !$("#list")) location.reload();
  });

  document.addEventListener("DOMContentLoaded", tick);
  document.addEventListener("htmx:afterSettle", tick);
  document.addEventListener("htmx:oobAfterSwap", tick);
  window.webcare = { $, $$, tick, told, typing, acts, logsOut, leaving };
})();

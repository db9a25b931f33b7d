/* The desk's own: which case is open, and where its conversation stands. The composer is in compose.js, keys in keys.js. */
"use strict";
(() => {
  const { $, $$ } = window.webcare;

  /* Selection: the list shows which case is open, whoever swapped what. */
  const select = () => {
    const area = $("#case"), open = $("#case [data-case].case")?.dataset.case;
    for (const item of $$("#list .item")) {
      if (item.id === `item-${open}`) item.setAttribute("aria-current", "true");
      else item.removeAttribute("aria-current");
    }
    return area;
  };

  /* The conversation opens at its end; a live message scrolls only those who were at the end. */
  const bottom = (talk) => talk.scrollHeight - talk.scrollTop - talk.clientHeight < 80;
  let wasBottom = true;
  const toEnd = () => { const talk = $("#talk"); if (talk) talk.scrollTop = talk.scrollHeight; };
  const toPlace = () => { const asked = location.hash.startsWith("#m-") && document.getElementById(location.hash.slice(1)); if (asked) asked.scrollIntoView({ block: "center" }); else toEnd(); };
  document.addEventListener("htmx:oobBeforeSwap", (event) => { if (event.detail.target.id === "talk") wasBottom = bottom(event.detail.target); });
  document.addEventListener("htmx:oobAfterSwap", (event) => {
    if (event.detail.target.id === "compose" || event.detail.target.id === "case") unfold();
    if (event.detail.target.id === "talk" && wasBottom) toEnd();
    if (event.detail.target.id === "case") toEnd();
  });
  /* Where there is room, the guideline that an urgent case or its topic asks for is open beside the reply; who shuts it has it shut. */
  const room = window.matchMedia("(min-width: 1181px) and (min-height: 640px)"), shut = new Set();
  const unfold = () => {
    const guides = $(".guides[data-unfold]"), about = guides?.closest("form").dataset.case;
    if (!guides || !room.matches || guides.open || shut.has(about)) return;
    guides.open = true;
    $("details", guides).open = true;
  };
  document.addEventListener("toggle", (event) => {
    if (!event.target.matches?.(".guides") || event.target.open) return;
    shut.add(event.target.closest("form").dataset.case);
  }, true);
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target?.id === "case") {
      $("#case").classList.remove("auto");
      unfold();
      toEnd();
    }
    select();
  });
  document.addEventListener("webcare:list", select);
  document.addEventListener("DOMContentLoaded", () => { unfold(); select(); toPlace(); });

  /* A reply that is about to leave: how long it can still be taken back. */
  setInterval(() => {
    for (const left of $$("[data-leaves]")) {
      const text = String(Math.max(0, Math.ceil((Date.parse(left.dataset.leaves) - Date.now()) / 1000)));
      if (left.textContent !== text) left.textContent = text;
    }
  }, 250);

  /* Keys in a text; the others are in keys.js. */
  document.addEventListener("keydown", (event) => {
    const target = event.target;
    if (target.matches("textarea") && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      if (target.form.checkValidity()) target.form.requestSubmit($(".primary", target.form));
      return;
    }
    if (target.matches("textarea") && event.key === "Escape") { event.preventDefault(); target.blur(); }
  });
  document.addEventListener("change", (event) => {
    if (event.target.name === "compose-tab") $(`#text-${event.target.id.replace("tab-", "")}`).focus();
  });
})();

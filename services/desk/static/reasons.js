/* Why a case is taken for what it is: the words of a reason light up in the conversation while they are pointed at, and a
   correction gives the focus back to its menu. Without this a click shows the words, as any link within the page. */
"use strict";
(() => {
  const { $, $$ } = window.webcare;

  /* The pieces of a message are named by where they begin: `e-<message>-<start>`. */
  const begin = (piece) => Number(piece.id.slice(piece.id.lastIndexOf("-") + 1));
  const light = (link, on) => {
    const first = link && document.getElementById(link.hash.slice(1));
    if (!first) return;
    const from = begin(first), until = Number(link.dataset.until);
    for (const piece of $$("[id^='e-']", first.parentElement)) {
      if (begin(piece) >= from && begin(piece) < until) piece.classList.toggle("lit", on);
    }
  };
  for (const [event, on] of [["mouseover", true], ["focusin", true], ["mouseout", false], ["focusout", false]]) {
    document.addEventListener(event, ({ target }) => light(target.closest?.("a.words"), on));
  }
  /* On a narrow screen the reasons lie over the conversation. */
  document.addEventListener("click", ({ target }) => {
    if (target.closest("a.words") && $("#about:popover-open")) $("#about").hidePopover();
  });

  /* What is beside the conversation is made anew when a label changes: whoever was in its menu goes on from there. */
  document.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
    const at = document.activeElement;
    const field = detail.target.id === "about" && at?.closest("#about .fix")?.dataset.field;
    if (!field) return;
    queueMicrotask(() => {
      document.getElementById(at.id)?.focus();
      if (!document.activeElement?.closest("#about .fix")) $(`#about .fix[data-field="${field}"] summary`)?.focus();
    });
  });
})();

/* Says that this case is being looked at or written about, while the page is visible; and which state of the case an answer
   was begun on. Who else is there comes back through the live stream (`casework/presence.py`). */
"use strict";
(() => {
  const { $ } = window.webcare;
  const EVERY = 10000, STILL_TYPES = 6000;
  let at = "", doing = "", typedAt = 0;

  const caseOf = () => $("#case [data-case].case")?.dataset.case || "";
  const say = (id, what) => {
    fetch(`/cases/${id}/presence`, {
      method: "POST",
      headers: JSON.parse(document.body.getAttribute("hx-headers") || "{}"),
      body: new URLSearchParams({ doing: what }),
      keepalive: true,
    }).catch(() => { /* no line: nobody sees us, and the next beat tries again */ });
  };
  const leave = () => { if (at) say(at, "gone"); at = ""; doing = ""; };
  const beat = (again) => {
    const seen = !document.hidden && !$(".casearea.auto") ? caseOf() : "";
    if (at && seen !== at) leave();
    if (!seen) return;
    const now = Date.now() - typedAt < STILL_TYPES ? "types" : "looks";
    if (!again && seen === at && now === doing) return;
    at = seen;
    doing = now;
    say(seen, now);
  };
  setInterval(() => beat(true), EVERY);
  setInterval(() => beat(false), STILL_TYPES / 2);
  document.addEventListener("visibilitychange", () => beat(false));
  window.addEventListener("pagehide", leave);
  document.addEventListener("DOMContentLoaded", () => beat(false));
  document.addEventListener("htmx:afterSwap", (event) => { if (event.detail.target?.id === "case") beat(false); });

  /* A text that is begun now is an answer to what the page shows now. */
  let wasEmpty = false;
  document.addEventListener("beforeinput", (event) => {
    const box = event.target.closest?.("textarea[data-draft]");
    wasEmpty = Boolean(box) && !box.value;
  }, true);
  document.addEventListener("input", (event) => {
    const box = event.target.closest("textarea[data-draft]");
    if (!box) return;
    if (wasEmpty) {
      const shown = $("#case-head [data-revision]")?.dataset.revision, seen = box.form.elements.seen;
      if (shown && seen) seen.value = shown;
    }
    typedAt = Date.now();
    beat(false);
  });
})();

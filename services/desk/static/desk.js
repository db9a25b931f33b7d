/* The desk's own: keys, selection, and whether the live line holds. The composer is in compose.js. */
"use strict";
(() => {
  const { $, $$ } = window.webcare;

  /* Selection: the list shows which case is open, whoever swapped what. */
  const select = () => {
    const area = $("#case"), open = $("#case main[data-case]")?.dataset.case;
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
    if (event.detail.target.id === "talk" && wasBottom) toEnd();
    if (event.detail.target.id === "list") select();
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target?.id === "case") {
      $("#case").classList.remove("auto");
      toEnd();
    }
    select();
  });
  document.addEventListener("DOMContentLoaded", () => { select(); toPlace(); });

  /* The live line. */
  const offline = (gone) => { const sign = $(".offline"); if (sign) sign.hidden = !gone; };
  document.addEventListener("htmx:sseError", () => offline(true));
  document.addEventListener("htmx:sseOpen", () => offline(false));

  /* Keys. */
  const typing = (target) => target.closest("input:not([type=radio]), textarea, select, [contenteditable]");
  const move = (step) => {
    const items = $$("#list .item");
    if (!items.length) return;
    let at = items.indexOf(document.activeElement);
    if (at < 0) at = items.findIndex((item) => item.hasAttribute("aria-current"));
    const next = items[Math.min(items.length - 1, Math.max(0, at + step))];
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  };
  const write = (what) => {
    const tab = $(`#tab-${what}`);
    if (!tab) return;
    tab.checked = true;
    $(`#text-${what}`).focus();
  };
  const keys = {
    j: () => move(1), k: () => move(-1),
    r: () => write("reply"), n: () => write("note"),
    c: () => $("#act-claim")?.click(), e: () => $("#act-close")?.click(),
    "?": () => $("#help")?.showModal(),
  };
  document.addEventListener("keydown", (event) => {
    const target = event.target;
    if (target.matches("textarea") && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      if (target.form.checkValidity()) target.form.requestSubmit($(".primary", target.form));
      return;
    }
    if (target.matches("textarea") && event.key === "Escape") return target.blur();
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(target) || $("dialog[open]")) return;
    const act = keys[event.key];
    if (act) { event.preventDefault(); act(); }
  });
  document.addEventListener("change", (event) => {
    if (event.target.name === "compose-tab") $(`#text-${event.target.id.replace("tab-", "")}`).focus();
  });
})();

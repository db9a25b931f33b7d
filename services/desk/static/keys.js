/* The keys of the inbox. Which there are says one table (`keys.py`), which the help shows and this reads from it: what is told
   works. Those that work on every page are in webcare.js, which takes its turn first. */
"use strict";
(() => {
  const { $, $$, list, typing, acts } = window.webcare;

  const current = () => document.activeElement?.closest?.(".row") || $("#list .item[aria-current]")?.closest(".row") || list.rows()[0];
  const move = (step) => {
    const rows = list.rows(), at = rows.indexOf(current()), focused = document.activeElement?.closest?.("#list .row");
    const fresh = !focused && !$("#list .item[aria-current]");
    const next = rows[fresh ? 0 : Math.min(rows.length - 1, Math.max(0, at + step))];
    if (!next) return;
    const item = $(".item", next);
    item.focus({ preventScroll: true });
    item.scrollIntoView({ block: "nearest" });
  };
  const write = (what) => {
    const tab = $(`#tab-${what}`);
    if (!tab) return;
    tab.checked = true;
    $(`#text-${what}`).focus();
  };
  /* With rows picked a key is about those, else about the case that is open. */
  const about = (what) => (list.picked().length ? $(`#bulk-${what}`) : $(`#act-${what}`) || $(`#case [data-deed="${what}"]`));
  /* Whoever is quicker than htmx settles a case that was opened just now must not leave the page for it. */
  const press = (what) => {
    const button = about(what);
    if (!button) return;
    window.htmx.process(button.form);
    button.click();
  };
  const unfold = (drop) => {
    if (!drop) return;
    drop.open = true;
    $("form :is(select, input:not([type=hidden]), textarea, button), .panel :is(select, input:not([type=hidden]))", drop)?.focus();
  };
  const follow = (link) => link?.click();
  Object.assign(acts, {
    down: () => move(1), up: () => move(-1),
    open: () => { const item = $(".item", current()); item?.click(); },
    next_page: () => follow($(".pager [rel=next]")), previous_page: () => follow($(".pager [rel=prev]")),
    filter: () => unfold($("#filter")), show_new: () => $("#news:not([hidden])")?.click(),
    claim: () => press("claim"), release: () => press("release"), close: () => press("close"),
    reply: () => write("reply"), note: () => write("note"),
    /* What nobody sees is not approved: beside a list on a narrow screen the case is hidden. */
    approve: () => { if (about("approve")?.checkVisibility()) press("approve"); }, change: () => unfold(about("change")),
    hand: () => unfold(about("hand")), tag: () => unfold(about("tag")), snooze: () => unfold(about("snooze")), merge: () => unfold(about("merge")),
    undo: () => { if ($("#undo-ways [name=ways]").value) $("#undo").requestSubmit(); },
    pick: () => list.pick(current()), pick_to: () => list.pick(current(), true), pick_all: () => list.pickAll(),
    leave: () => { if (!shut()) list.none(); },
  });
  /* An open menu closes and gives the focus back to what opened it. */
  const shut = () => {
    const open = $$("details:is(.drop, .tool, .fix)[open]").at(-1);
    if (!open) return false;
    open.open = false;
    $("summary", open).focus();
    return true;
  };

  const table = new Map();
  for (const row of $$("#help [data-presses]")) {
    for (const presses of row.dataset.presses.split(",")) table.set(presses, row.dataset.act);
  }
  document.addEventListener("keydown", (event) => {
    const { target, key } = event;
    if (event.altKey || event.metaKey || event.isComposing || event.defaultPrevented || $("dialog[open]")) return;
    if (key === "Escape" && $("[popover]:popover-open")) return; /* the browser shuts it */
    if (key === "Escape" && target.closest("details:is(.drop, .fix)")) { shut(); return; }
    if (typing(target) || (key === "Enter" && target.closest("a, button, summary, input"))) return;
    const act = acts[table.get(event.ctrlKey ? `Ctrl+${key}` : key)];
    if (!act) return;
    event.preventDefault();
    act();
  });
})();

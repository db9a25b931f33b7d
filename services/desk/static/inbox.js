/* The list of the inbox: it keeps itself up to date without moving under anybody's hands, and rows can be picked.
   Live updates come by the swap style `rows`, what somebody did by `rows-now`. Rows that are the same stay the same nodes. */
"use strict";
(() => {
  const { $, $$ } = window.webcare;
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  const list = () => $("#list");
  const rows = (root = list()) => $$(".row", root);
  const picked = () => $$(".pick:checked", list());
  const idOf = (row) => row.dataset.case;
  let state = "", held = null, last = null, touched = 0;

  /* While somebody points at the list, has picked rows or scrolls by hand, it does not move. */
  const inUse = () => list().matches(":hover") || picked().length > 0 || Date.now() - touched < 1500;

  const sameRow = (one, other) => one.dataset.revision === other.dataset.revision;
  const refresh = (old, fresh) => {
    const was = $(".pick", old), is = $(".pick", fresh);
    if (was && is) is.checked = was.checked;
    const open = $(".item", old).getAttribute("aria-current");
    if (open) $(".item", fresh).setAttribute("aria-current", open);
    old.replaceWith(fresh);
  };
  const focusOf = () => (list().contains(document.activeElement) ? document.activeElement : null);
  const keepFocus = (was) => {
    if (!was || document.activeElement === was) return;
    const same = was.id ? document.getElementById(was.id) : $(`.row[data-case="${idOf(was.closest(".row") || list()) || ""}"] .pick`);
    same?.focus({ preventScroll: true });
  };

  /* What changes in place is the same height as before: rows are. What is gone stays, dimmed, until the list may move. */
  const patch = (fresh) => {
    const coming = new Map(fresh.map((row) => [idOf(row), row])), added = [], was = focusOf();
    for (const row of rows()) {
      const next = coming.get(idOf(row));
      row.classList.toggle("gone", !next);
      if (next && !sameRow(row, next)) { const copy = next.cloneNode(true); refresh(row, copy); added.push(copy); }
    }
    keepFocus(was);
    return added;
  };

  const apply = (nodes) => {
    const area = list(), known = new Map(rows().map((row) => [idOf(row), row])), was = focusOf(), added = [];
    const before = new Map(rows().map((row) => [idOf(row), row.getBoundingClientRect().top]));
    const order = nodes.map((node) => {
      const old = node.dataset?.case && known.get(idOf(node));
      if (old && sameRow(old, node)) { old.classList.remove("gone"); return old; }
      if (old) { const box = $(".pick", old), fresh = $(".pick", node); if (box && fresh) fresh.checked = box.checked; }
      added.push(node);
      return node;
    });
    const kept = new Set(order);
    for (const old of [...area.children]) if (!kept.has(old)) old.remove();
    let at = area.firstElementChild;
    for (const node of order) {
      if (node === at) at = at.nextElementSibling;
      else area.insertBefore(node, at);
    }
    keepFocus(was);
    if (!calm.matches && document.visibilityState === "visible") slide(before);
    return added;
  };
  const slide = (before) => {
    const edge = window.innerHeight;
    for (const row of rows()) {
      const top = row.getBoundingClientRect().top, was = before.get(idOf(row));
      if (top > edge || top < -200) continue;
      if (was === undefined) row.animate([{ opacity: 0 }, { opacity: 1 }], 180);
      else if (Math.abs(was - top) > 1) row.animate([{ transform: `translateY(${was - top}px)` }, { transform: "none" }], { duration: 180, easing: "ease-out" });
    }
  };

  /* "3 new: show" */
  const news = () => {
    const sign = $("#news");
    if (!held) { sign.hidden = true; return; }
    const here = new Set(rows().map(idOf));
    const count = held.filter((node) => node.dataset?.case && !here.has(idOf(node))).length;
    const text = (count === 0 ? sign.dataset.none : count === 1 ? sign.dataset.one : sign.dataset.other).replace("#", String(count));
    if (sign.textContent !== text) sign.textContent = text;
    sign.hidden = false;
  };
  const flush = (now = false) => {
    if (!held || (!now && inUse())) return;
    const nodes = held;
    held = null;
    settled(apply(nodes));
    news();
  };
  const settled = (added) => { for (const node of added) if (node.nodeType === 1) window.htmx.process(node); changed(); };
  const changed = () => { document.dispatchEvent(new CustomEvent("webcare:list")); window.webcare.tick(); count(); };

  window.htmx.defineExtension("rows", {
    isInlineSwap: (style) => style === "rows" || style === "rows-now",
    handleSwap: (style, target, fragment) => {
      if (style !== "rows" && style !== "rows-now") return false;
      const root = $("#list-state", fragment)?.parentNode || fragment, nodes = [...root.childNodes].filter((node) => node.nodeType === 1);
      state = nodes.find((node) => node.id === "list-state")?.dataset.state || "";
      if (style === "rows" && inUse()) {
        const moved = nodes.filter((node) => node.dataset.case).map(idOf).join() !== rows().map(idOf).join();
        const added = patch(nodes.filter((node) => node.dataset.case));
        held = moved ? nodes : null;
        news();
        settled(added);
        return added.length ? added : [document.createTextNode("")];
      }
      held = null;
      const added = apply(nodes);
      news();
      settled(added);
      return added.length ? added : [document.createTextNode("")];
    },
  });

  /* A list that is as it was is not sent again; who asks by script (a draft was begun) knows better. */
  document.addEventListener("htmx:configRequest", (event) => {
    const { detail } = event;
    if (detail.path.startsWith("/inbox/list") && detail.triggeringEvent) detail.headers["If-None-Match"] = `"${state || $("#list-state")?.dataset.state || ""}"`;
    if (detail.path.startsWith("/inbox/deeds") || detail.path.startsWith("/inbox/undo")) {
      detail.parameters.set?.("open", $("#case [data-case].case")?.dataset.case || "");
    }
  });
  document.addEventListener("htmx:beforeSwap", (event) => { if (event.detail.xhr.status === 304) event.detail.shouldSwap = false; });

  document.addEventListener("click", (event) => {
    if (event.target.closest("#news")) flush(true);
    for (const open of $$("details.drop[open]")) if (!open.contains(event.target)) open.open = false;
  });
  document.addEventListener("DOMContentLoaded", () => {
    $("section.list").addEventListener("mouseleave", () => flush());
    $("section.list").addEventListener("touchmove", () => { touched = Date.now(); setTimeout(flush, 1600); }, { passive: true });
    count();
  });

  /* Picking: by clicking, with shift for all in between, or by key. */
  const count = () => {
    const bar = $("#bulk");
    if (!bar) return;
    const number = picked().length, told = $(".picked", bar), text = number ? told.dataset[number === 1 ? "one" : "other"].replace("#", String(number)) : "";
    if (told.textContent !== text) told.textContent = text;
    bar.classList.toggle("on", number > 0);
    for (const row of rows()) row.classList.toggle("chosen", Boolean($(".pick:checked", row)));
    if (!number) flush();
  };
  const pickTo = (box, on) => {
    const boxes = $$(".pick", list()), from = boxes.indexOf(last), to = boxes.indexOf(box);
    const [low, high] = from < 0 ? [to, to] : [Math.min(from, to), Math.max(from, to)];
    for (const one of boxes.slice(low, high + 1)) one.checked = on;
  };
  document.addEventListener("click", (event) => {
    const box = event.target.closest?.(".pick");
    if (!box) return;
    if (event.shiftKey) pickTo(box, box.checked);
    last = box;
    count();
  });
  document.addEventListener("reset", (event) => { if (event.target.id === "bulk") { event.preventDefault(); none(); } });
  const none = () => { for (const box of picked()) box.checked = false; last = null; count(); };
  document.addEventListener("webcare:done", (event) => {
    const failed = new Set(event.detail.failed || []);
    for (const box of picked()) box.checked = failed.has(box.value);
    for (const open of $$("details.drop[open]")) open.open = false;
    count();
  });

  /* Enter in a menu of the bar presses that menu's button, not the form's first. */
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("#bulk .panel input, #bulk .panel select")) return;
    event.preventDefault();
    $(".primary", event.target.closest(".panel")).click();
  });

  window.webcare.list = {
    rows, picked, flush, none,
    pick: (row, range) => {
      const box = row && $(".pick", row);
      if (!box) return;
      if (range) pickTo(box, true);
      else box.checked = !box.checked;
      last = box;
      count();
    },
    pickAll: () => { const boxes = $$(".pick", list()), all = boxes.every((box) => box.checked); for (const box of boxes) box.checked = !all; count(); },
  };
})();

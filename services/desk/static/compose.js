/* The composer: drafts kept on the server, the live count, the check beside the text, canned replies.
   What is not saved yet is also in this tab's session storage, for who wrote it, so that a lost line loses nothing. */
"use strict";
(() => {
  const { $, $$, leaving } = window.webcare;
  const store = window.sessionStorage, me = $("#case").dataset.person;
  const SAVE_AFTER = 1000, CHECK_AFTER = 350, AGAIN_AFTER = 5000;
  const boxOf = (key) => $$("textarea[data-draft]").find((box) => box.dataset.draft === key);

  const post = (address, fields, more = {}) => fetch(address, {
    method: "POST",
    headers: { ...JSON.parse(document.body.getAttribute("hx-headers") || "{}"), "X-Composer": "1" },
    body: new URLSearchParams(fields),
    ...more,
  });

  /* -- the count, as `domain/formats.py` counts -- */
  const LINK = /https?:\/\/[^\s<>]+[^\s<>.,;:!?'")\]]/gu;
  const HANDLE = /(?<![\p{L}\p{N}_@/])@([\p{L}\p{N}_](?:[\p{L}\p{N}_.-]*[\p{L}\p{N}_])?)(?:@[\p{L}\p{N}_.-]+\.[\p{L}\p{N}_]+)?/gu;
  const segments = (text) => window.Intl?.Segmenter
    ? [...new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text)].map((one) => one.segment) : [...text];
  const light = (code) => code <= 4351 || (code >= 8192 && code <= 8205) || (code >= 8208 && code <= 8223) || (code >= 8242 && code <= 8247);
  const weight = (cluster) => {
    const chars = [...cluster];
    if (chars.length > 1 && /\p{Extended_Pictographic}|\p{Regional_Indicator}/u.test(cluster)) return 2;
    return chars.reduce((sum, one) => sum + (light(one.codePointAt(0)) ? 1 : 2), 0);
  };
  const units = {
    code_points: (text) => [...text].length,
    graphemes: (text) => segments(text).length,
    utf16: (text) => text.length,
    weighted: (text) => segments(text).reduce((sum, one) => sum + weight(one), 0),
  };
  const lengthOf = (given, { unit, link, bareHandles }) => {
    let text = given.normalize("NFC");
    if (bareHandles !== undefined) text = text.replace(HANDLE, "@$1");
    const links = link ? text.match(LINK) || [] : [];
    if (links.length) text = text.replace(LINK, "");
    return units[unit || "code_points"](text) + links.length * Number(link || 0);
  };
  const count = (box) => {
    const counter = $(".count", box.form), limit = Number(box.dataset.limit || 0), length = lengthOf(box.value, box.dataset);
    counter.textContent = limit ? `${length} / ${limit}` : length ? String(length) : "";
    counter.classList.toggle("over", limit > 0 && length > limit);
  };

  /* -- drafts: one for each case and kind, whether its box is on the page or not -- */
  const drafts = new Map();
  /* Trouble is told to who listens; that all is well is only there to see. */
  const say = (key, state) => {
    const form = boxOf(key)?.form;
    if (!form) return;
    for (const sign of $$(".saved, .trouble", form)) sign.textContent = sign.dataset[state] || "";
  };
  const remember = (key, one) => store.setItem(key, JSON.stringify({ person: me, text: one.text, slot: one.slot, revision: one.revision, canned: one.canned }));
  const place = (key, one) => {
    const form = boxOf(key)?.form;
    if (!form) return;
    for (const name of ["slot", "revision", "canned"]) form.elements[name].value = one[name];
  };
  const fieldsOf = (key, one, text) => ({ what: key.split(":")[0], text, slot: one.slot, revision: one.revision, canned: one.canned });
  const addressOf = (key) => `/cases/${key.slice(key.indexOf(":") + 1)}`;
  const others = (key, html) => {
    const room = $(`#apart-${key.split(":")[0]}`);
    if (room && boxOf(key)) room.innerHTML = html;
  };
  const drop = (key, one) => post(`${addressOf(key)}/draft/discard`, fieldsOf(key, one, ""));

  /* The list says which cases have a draft. */
  const listAgain = () => {
    const list = $("#list");
    if (list) window.htmx.ajax("GET", list.getAttribute("hx-get"), { source: list, target: list, swap: "rows" });
  };

  window.webcare.listAgain = listAgain;

  const save = async (key) => {
    const one = drafts.get(key);
    if (!one) return;
    clearTimeout(one.timer);
    if (one.busy) { one.again = true; return; }
    one.busy = true;
    const text = one.text;
    say(key, "saving");
    let told = null;
    try {
      const answer = await post(`${addressOf(key)}/draft`, fieldsOf(key, one, text));
      if (answer.ok) told = await answer.json();
    } catch { /* no line: said below, and tried again */ }
    one.busy = false;
    if (one.sent) {
      if (told?.revision) await drop(key, { ...one, slot: told.slot, revision: told.revision });
      return;
    }
    if (!told || told.state === "full") {
      say(key, "unsaved");
      one.timer = setTimeout(() => save(key), AGAIN_AFTER);
      return;
    }
    Object.assign(one, { slot: told.slot, revision: told.revision });
    place(key, one);
    others(key, told.apart);
    if (one.text !== text || one.again) {
      one.again = false;
      remember(key, one);
      await save(key);
      return;
    }
    if (told.state === "gone") { remember(key, one); say(key, "gone"); return; }
    one.dirty = false;
    store.removeItem(key);
    say(key, one.text ? "saved" : "");
    if (one.listed !== Boolean(one.text)) { one.listed = Boolean(one.text); listAgain(); }
  };
  const changed = (key, text, wait = SAVE_AFTER) => {
    const one = drafts.get(key);
    Object.assign(one, { text, dirty: true });
    remember(key, one);
    clearTimeout(one.timer);
    one.timer = setTimeout(() => save(key), wait);
  };

  /* -- the check beside the reply -- */
  let checking, checkTimer, checkedText = null;
  const check = async (box) => {
    const key = box.dataset.draft, text = box.value;
    checking?.abort();
    checking = new AbortController();
    let html;
    try {
      const answer = await post(`${addressOf(key)}/check`, { text }, { signal: checking.signal });
      if (!answer.ok) return;
      html = await answer.text();
    } catch { return; /* a later check took its place, or there is no line: the draft says so */ }
    const now = boxOf(key), room = $("#check-reply");
    if (!now || now.value !== text) return;
    checkedText = text;
    const open = $(".preview", room)?.open, held = document.activeElement?.closest("#check-reply");
    if (room.innerHTML.trim() === html.trim()) return;
    room.innerHTML = html;
    if (open && $(".preview", room)) $(".preview", room).open = true;
    if (held) now.focus();
  };
  const checkSoon = (box) => {
    clearTimeout(checkTimer);
    checkTimer = setTimeout(() => check(box), CHECK_AFTER);
  };

  /* -- a composer that appears: what is here and not saved yet goes before what the server has -- */
  const adopt = () => {
    for (const box of $$("textarea[data-draft]")) {
      if (box.dataset.adopted) continue;
      box.dataset.adopted = "1";
      const key = box.dataset.draft, form = box.form, known = drafts.get(key);
      const shown = { text: box.value, slot: Number(form.elements.slot.value), revision: Number(form.elements.revision.value), canned: form.elements.canned.value };
      const stored = JSON.parse(store.getItem(key) || "null"), kept = known?.dirty ? known : stored?.person === me ? stored : null;
      if (kept && kept.text !== shown.text) {
        drafts.set(key, Object.assign(known || {}, { text: kept.text, slot: kept.slot, revision: kept.revision, canned: kept.canned, listed: Boolean(shown.text) }));
        box.value = kept.text;
        place(key, drafts.get(key));
        changed(key, kept.text, known?.dirty ? SAVE_AFTER : 0);
      } else {
        clearTimeout(known?.timer);
        if (!known?.busy) { store.removeItem(key); drafts.set(key, { ...shown, dirty: false, listed: Boolean(shown.text) }); }
      }
      count(box);
      if (key.startsWith("reply:")) { checkedText = shown.text; if (box.value !== shown.text) checkSoon(box); }
    }
    for (const hidden of $$(".canned .find[hidden]")) hidden.hidden = false;
  };
  document.addEventListener("DOMContentLoaded", adopt);
  document.addEventListener("htmx:afterSwap", adopt);
  document.addEventListener("htmx:oobAfterSwap", adopt);

  const typed = (box) => {
    changed(box.dataset.draft, box.value);
    count(box);
    if (box.dataset.draft.startsWith("reply:")) checkSoon(box);
  };
  document.addEventListener("input", (event) => {
    const box = event.target.closest("textarea[data-draft]");
    if (box) typed(box);
  });
  document.addEventListener("webcare:sent", (event) => {
    const key = event.detail.draft, one = drafts.get(key);
    store.removeItem(key);
    if (!one) return;
    clearTimeout(one.timer);
    one.sent = one.busy;
    drafts.delete(key);
  });
  const flush = () => {
    for (const [key, one] of drafts) {
      if (!one.dirty || one.busy || one.sent) continue;
      post(`${addressOf(key)}/draft`, fieldsOf(key, one, one.text), { keepalive: true }).catch(() => remember(key, one));
    }
  };
  leaving(flush);

  /* -- suggestions, other texts, canned replies: buttons that are forms without a script -- */
  const put = (box, text) => { box.value = text; typed(box); };
  const follow = (button) => {
    const box = button.form.elements.text;
    if (box.value !== checkedText) { checkSoon(box); return; }
    let text = box.value;
    for (const [start, end, instead] of JSON.parse(button.dataset.edits).sort((a, b) => b[0] - a[0])) {
      text = text.slice(0, start) + instead + text.slice(end);
    }
    put(box, text);
    box.focus();
  };
  const useOther = async (button) => {
    const box = button.form.elements.text, key = box.dataset.draft, one = drafts.get(key);
    const [slot, revision] = button.value.split(":").map(Number), { text, canned } = button.dataset;
    if (one.dirty) await save(key);
    Object.assign(one, { slot, revision, canned });
    place(key, one);
    put(box, text);
    box.focus();
    await save(key);
  };
  const dropOther = async (button) => {
    const key = button.form.elements.text.dataset.draft, one = drafts.get(key);
    const { text, canned } = $("[data-use-draft]", button.closest(".other")).dataset;
    const answer = await post(`${addressOf(key)}/draft/discard`, { ...fieldsOf(key, one, ""), other: button.value });
    if (!answer.ok) return;
    const told = await answer.json(), room = document.createElement("div");
    room.innerHTML = told.apart;
    $(`[data-use-draft][value="${one.slot}:${one.revision}"]`, room)?.closest(".other").remove();
    others(key, room.innerHTML);
    if (told.state === "saved") offerBack(key, button.dataset, { text, canned });
  };
  /* What was thrown away comes back beside what is in the box, which is saved once more, so that it stays the one in the box. */
  const offerBack = (key, words, text) => window.webcare.told(words.told, words.back, async () => {
    let answer = null;
    try {
      answer = await post(`${addressOf(key)}/draft`, { what: key.split(":")[0], ...text });
    } catch { /* no line: it is offered again */ }
    if (answer?.ok) await save(key);
    else offerBack(key, words, text);
  });
  const insert = (button) => {
    const box = button.form.elements.text, key = box.dataset.draft, one = drafts.get(key);
    const given = button.dataset.insert, before = box.value.slice(0, box.selectionStart), after = box.value.slice(box.selectionEnd);
    const start = before && !/\s$/.test(before) ? `${before}\n\n` : before;
    one.canned = [...new Set([...(one.canned ? one.canned.split(",") : []), button.value])].slice(0, 10).join(",");
    place(key, one);
    put(box, start + given + after);
    button.closest("details").open = false;
    box.focus();
    const gap = /\{[^{}\n]{1,40}\}/.exec(given), at = start.length + (gap ? gap.index : given.length);
    box.setSelectionRange(at, at + (gap ? gap[0].length : 0));
  };
  /* Before htmx, which would take the button for the one that the form is sent with next. */
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button?.form?.matches(".write")) return;
    const act = button.dataset.edits !== undefined ? follow : button.dataset.useDraft !== undefined ? useOther
      : button.dataset.dropDraft !== undefined ? dropOther : button.dataset.insert !== undefined ? insert : null;
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act(button);
  }, true);

  /* -- canned replies by keyboard: / opens, typing finds, the arrows walk, Enter takes the first -- */
  const shownCanned = () => $$("#canned-list li:not([hidden]) button");
  const openCanned = () => {
    const room = $("#canned");
    if (!room) return;
    const tab = $("#tab-reply");
    if (tab) tab.checked = true;
    room.open = true;
    $("#canned-find")?.focus();
  };
  document.addEventListener("input", (event) => {
    if (event.target.id !== "canned-find") return;
    const words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const item of $$("#canned-list li")) {
      const text = `${item.textContent} ${$("button", item).dataset.insert}`.toLowerCase();
      item.hidden = !words.every((word) => text.includes(word));
    }
    $("#canned-none").hidden = shownCanned().length > 0;
  });
  document.addEventListener("keydown", (event) => {
    const target = event.target, room = target.closest("#canned");
    if (room && event.key === "Escape") {
      event.preventDefault();
      room.open = false;
      $("#text-reply").focus();
    } else if (target.id === "canned-find" && event.key === "Enter") {
      event.preventDefault();
      shownCanned()[0]?.click();
    } else if (room && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      const listed = shownCanned(), at = listed.indexOf(target) + (event.key === "ArrowDown" ? 1 : -1);
      (at < 0 ? $("#canned-find") : listed[Math.min(at, listed.length - 1)])?.focus();
    } else if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !$("dialog[open]")) {
      if (target.id !== "text-reply" || target.value) return; /* elsewhere it searches: see keys.js */
      event.preventDefault();
      openCanned();
    }
  });
})();

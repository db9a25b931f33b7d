/* What somebody types in a form of the open case, other than the composer's, stays while others act. The parts of the case come in
   anew all the time; a form among them may be made anew (somebody else has the case now, the reply has another version), or be gone.
   What was typed is remembered by the form's address and the field's name, put back where the form still is, and shown to be copied
   where it is not. It goes once it was done. It is in this tab's session storage too, so that loading the page again loses nothing;
   forms whose text would be a loss are kept on the server besides (lasting.js). */
"use strict";
(() => {
  const { $, $$, lasting } = window.webcare;
  const store = window.sessionStorage, KEPT = "typed", area = $("#case"), me = area.dataset.person;
  const FIELDS = "textarea[name], select[name], input[name]:not([type=hidden])";
  const TEXTS = "textarea, input:not([type=checkbox], [type=radio], [type=datetime-local])";

  /* -- forms and their fields -- */
  const pathOf = (form) => form.getAttribute("action");
  const isOurs = (form) => form?.matches("form[action^='/cases/']:not(.write)") && area.contains(form) && Boolean($(FIELDS, form));
  const forms = () => $$("form", area).filter(isOurs);
  const formAt = (path) => forms().find((form) => pathOf(form) === path);
  const drawer = (form) => form.closest("details");
  const isTick = (field) => field.matches("[type=checkbox], [type=radio]");
  const atFirst = (select) => ([...select.options].find((one) => one.defaultSelected) || select.options[0])?.value;
  const isChanged = (field) => (isTick(field) ? field.checked !== field.defaultChecked
    : field.value !== (field.matches("select") ? atFirst(field) : field.defaultValue));
  const words = (node) => [...node?.childNodes || []].filter((one) => one.nodeType === Node.TEXT_NODE).map((one) => one.textContent).join(" ").replace(/\s+/g, " ").trim();

  /* -- what is remembered: by the form's address, the values that differ from what the page came with; and which of it is kept -- */
  let typed = {}, marks = {};
  const write = () => {
    if (Object.keys(typed).length || Object.keys(marks).length) store.setItem(KEPT, JSON.stringify({ person: me, forms: typed, marks }));
    else store.removeItem(KEPT);
  };
  const read = () => {
    const kept = JSON.parse(store.getItem(KEPT) || "null"), mine = kept?.person === me;
    typed = mine ? kept.forms : {};
    marks = mine ? kept.marks || {} : {};
    lasting.open({ typed, marks, write, put: () => put() });
    write();
  };
  const remember = (form) => {
    const values = {}, texts = {};
    for (const field of $$(FIELDS, form).filter(isChanged)) {
      if (isTick(field)) values[field.name] = [...values[field.name] || [], field.value];
      else values[field.name] = field.value;
      if (field.matches(TEXTS)) texts[field.name] = words(field.labels?.[0]);
    }
    const said = words($("summary", drawer(form) || form)) || words($("button", form));
    if (Object.keys(values).length) typed[pathOf(form)] = { said, values, texts };
    else delete typed[pathOf(form)];
    write();
    if (form.dataset.lasting !== undefined) lasting.changed(pathOf(form));
  };
  document.addEventListener("input", ({ target }) => {
    if (isOurs(target.form)) { remember(target.form); return; }
    const left = target.closest("#left-over [data-path]");
    if (!left) return;
    typed[left.dataset.path].values[target.name] = target.value;
    write();
    if (marks[left.dataset.path]) lasting.changed(left.dataset.path);
  });

  /* -- put back -- */
  const offers = (field, value) => !field.matches("select") || [...field.options].some((one) => one.value === value);
  const fill = (form, { values }) => {
    for (const field of $$(FIELDS, form)) {
      const value = values[field.name];
      if (isTick(field)) field.checked = field.defaultChecked !== (value || []).includes(field.value);
      else if (value !== undefined && value !== field.value && offers(field, value)) field.value = value;
    }
  };
  const sending = new Set();
  const hasText = ({ values, texts }) => Object.keys(texts).some((name) => values[name].trim());
  const put = () => {
    const open = $(".case", area)?.dataset.case, lost = [];
    for (const [path, one] of Object.entries(typed)) {
      const form = formAt(path);
      if (form) fill(form, one);
      else if (open && path.startsWith(`/cases/${open}/`) && !sending.has(path) && hasText(one)) lost.push([path, one]);
    }
    show(lost);
  };

  /* -- a form that is gone: its text, to copy, to write on in, or to let go -- */
  const room = () => $("#left-over");
  const shown = () => $$("[data-path]", room() || document.createElement("div"));
  const show = (lost) => {
    for (const old of shown()) if (!lost.some(([path]) => path === old.dataset.path)) old.remove();
    for (const [path, one] of lost) if (!shown().some((old) => old.dataset.path === path)) room()?.append(leftOver(path, one));
  };
  const leftOver = (path, { said, values, texts }) => {
    const made = $("template", room()).content.firstElementChild.cloneNode(true);
    made.dataset.path = path;
    $("p", made).textContent = room().dataset[path.includes("#") ? "other" : "gone"].replace("#", said);
    for (const name of Object.keys(texts).filter((one) => values[one].trim())) {
      const label = document.createElement("label"), box = document.createElement("textarea");
      Object.assign(box, { name, value: values[name], rows: 3 });
      label.append(texts[name], box);
      $(".row", made).before(label);
    }
    return made;
  };
  const copy = async (button, left) => {
    const boxes = $$("textarea", left);
    try {
      await navigator.clipboard.writeText(boxes.map((box) => box.value).join("\n\n"));
      button.textContent = room().dataset.copied;
    } catch { boxes[0].select(); /* the browser does not let a script copy here: Ctrl+C does */ }
  };
  const drop = (left) => {
    const { path } = left.dataset, one = typed[path], kept = Boolean(marks[path]), { told, back } = room().dataset;
    forget(path);
    if (kept) lasting.changed(path);
    window.webcare.told(told, back, () => { typed[path] = one; write(); put(); if (kept) lasting.changed(path); });
  };
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("#left-over button"), left = button?.closest("[data-path]");
    if (!left) return;
    if (button.dataset.copy !== undefined) copy(button, left);
    else drop(left);
  });

  /* -- a part of the case comes in anew: what was open is open, and who typed types on where they were -- */
  let before = null;
  const placeOf = (at) => {
    const form = at?.matches("summary") ? $("form", at.parentElement) : at?.closest("form");
    if (!isOurs(form)) return null;
    const { name, value, selectionStart, selectionEnd, scrollTop } = at;
    return { at, path: pathOf(form), name, tick: at.matches("input") && isTick(at) ? value : null, button: at.matches("button"), selectionStart, selectionEnd, scrollTop };
  };
  const look = () => {
    const known = forms();
    before = {
      known: new Set(known),
      open: new Set(known.filter((form) => drawer(form)?.open).map(pathOf)),
      place: placeOf(document.activeElement),
    };
    queueMicrotask(after);
  };
  const after = () => {
    const { known, open, place } = before;
    before = null;
    lasting.adopt();
    put();
    for (const form of forms().filter((one) => !known.has(one))) {
      if (open.has(pathOf(form)) && drawer(form)) drawer(form).open = true;
      if (typed[pathOf(form)]) tellSince(form);
    }
    if (place) goOn(place);
  };
  const tellSince = (form) => {
    const told = document.createElement("p");
    Object.assign(told, { className: "since soft", textContent: room().dataset.since });
    told.setAttribute("role", "status");
    form.prepend(told);
  };
  const goOn = ({ at, path, name, tick, button, selectionStart, selectionEnd, scrollTop }) => {
    if (document.activeElement === at) return;
    const form = formAt(path), left = shown().find((one) => one.dataset.path === path);
    const named = $$(FIELDS, form || left || document.createElement("form")).find((one) => one.name === name && (tick === null || one.value === tick));
    const goal = at.isConnected ? at : named || (form && (button ? $("button", form) : $("summary", drawer(form) || form))) || (left && $("textarea", left));
    if (!goal) return;
    goal.focus({ preventScroll: true });
    if (typeof selectionStart === "number" && goal.matches(TEXTS)) goal.setSelectionRange(selectionStart, selectionEnd);
    goal.scrollTop = scrollTop;
  };
  document.addEventListener("htmx:oobBeforeSwap", ({ detail }) => { if (!before && area.contains(detail.target)) look(); });

  /* -- a case that is opened: what was typed in it before stands where it stood; of the menus, that lie over each other, in one -- */
  const visit = () => {
    lasting.adopt();
    put();
    for (const form of forms().filter((one) => typed[pathOf(one)] && drawer(one))) {
      if (!drawer(form).matches(".tool") || !$(".tool[open]", area)) drawer(form).open = true;
    }
  };
  document.addEventListener("htmx:afterSwap", ({ detail }) => { if (detail.target === area) visit(); });
  document.addEventListener("DOMContentLoaded", () => { read(); visit(); });
  window.addEventListener("pageshow", ({ persisted }) => { if (persisted) { read(); visit(); } });

  /* -- what was done is forgotten. Told by the request itself, since a form that a live update has replaced tells nobody any more -- */
  const forget = (path) => {
    delete typed[path];
    write();
    for (const form of forms().filter((one) => pathOf(one) === path)) {
      form.reset();
      $(".since", form)?.remove();
      if (drawer(form)) drawer(form).open = false;
    }
    put();
  };
  document.addEventListener("htmx:beforeRequest", (event) => {
    const { xhr, requestConfig: { verb, path } } = event.detail;
    if (event.defaultPrevented || verb !== "post" || !path.startsWith("/cases/")) return;
    sending.add(path);
    xhr.addEventListener("readystatechange", () => { if (xhr.readyState === XMLHttpRequest.DONE && xhr.getResponseHeader("X-Done")) { lasting.done(path); forget(path); } });
    xhr.addEventListener("loadend", () => { sending.delete(path); put(); });
  });
})();

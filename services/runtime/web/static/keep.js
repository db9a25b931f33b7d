/* What is typed into a long form (`data-keep`, its name) is kept in this tab's session storage until it is published: neither a line
   that drops, nor a page that is left, nor a refusal loses it. Like the queue (queue.js) it never outlives the session: all that a tab
   keeps goes when somebody logs out, and what is of another session when a page finds it. */
"use strict";
(() => {
  const { $, $$, logsOut } = window.webcare;
  const store = window.sessionStorage, PREFIX = "form:";
  const session = JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRF-Token"] || "";

  const read = (key) => JSON.parse(store.getItem(key));
  const write = (key, kept) => store.setItem(key, JSON.stringify(kept));
  const keyOf = (form) => PREFIX + form.dataset.keep;
  const keys = () => Object.keys(store).filter((key) => key.startsWith(PREFIX));

  /* -- what a form holds: what is typed and ticked, and which version it changes -- */
  const fields = (form) => [...form.elements].filter((one) => one.name && !["hidden", "submit", "button"].includes(one.type));
  const ticked = (one) => one.type === "checkbox" || one.type === "radio";
  const typed = (form) => fields(form).filter((one) => !ticked(one) || one.checked).map((one) => [one.name, one.value]);
  const basis = (form) => form.elements.based_on;
  const put = (form, values, based) => {
    for (const one of fields(form)) {
      const found = values.find(([name, value]) => name === one.name && (!ticked(one) || value === one.value));
      if (ticked(one)) one.checked = Boolean(found);
      else if (found) one.value = found[1];
    }
    if (basis(form)) basis(form).value = based;
  };
  const keep = (form) => write(keyOf(form), { session, values: typed(form), based: basis(form)?.value, sent: false });

  /* -- a form that appears: what was typed before and is not in it comes back, and says so -- */
  const adopt = (form) => {
    const kept = read(keyOf(form)), shown = typed(form), based = basis(form)?.value, sign = $(".restored", form);
    if (!kept) return;
    if (String(kept.values) === String(shown)) { keep(form); return; }
    put(form, kept.values, kept.based);
    for (let around = form.closest("details"); around; around = around.parentElement.closest("details")) around.open = true;
    sign.hidden = false;
    $("button", sign).addEventListener("click", () => {
      store.removeItem(keyOf(form));
      put(form, shown, based);
      sign.hidden = true;
    });
  };

  document.addEventListener("input", (event) => { if (event.target.form?.dataset.keep) keep(event.target.form); });
  document.addEventListener("change", (event) => { if (event.target.form?.dataset.keep) keep(event.target.form); });
  /* After line.js, which may have held it back. */
  document.addEventListener("submit", (event) => {
    const kept = !event.defaultPrevented && event.target.dataset.keep && read(keyOf(event.target));
    if (kept) write(keyOf(event.target), { ...kept, sent: true });
  });

  /* -- logging out: this tab's storage goes with the page, before the next one is there; that of other tabs, by the answer. Only
     with the page, since who is warned that something waits may stay. -- */
  let leaves = false;
  document.addEventListener("submit", (event) => { leaves = !event.defaultPrevented && logsOut(event.target); });
  window.addEventListener("pagehide", () => { if (leaves) store.clear(); });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-let-go]");
    if (link && !event.defaultPrevented) store.removeItem(PREFIX + link.dataset.letGo);
  });
  document.addEventListener("DOMContentLoaded", () => {
    const published = $("[data-published]");
    for (const key of keys()) {
      const kept = read(key);
      if (kept.session !== session || (kept.sent && published)) store.removeItem(key);
      else write(key, { ...kept, sent: false });
    }
    $$("form[data-keep]").forEach(adopt);
  });
})();

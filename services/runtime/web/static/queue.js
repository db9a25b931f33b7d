/* What people do to cases while the line is down: kept in the order in which it was asked, shown, and sent when the line is back.
   Each has its command's id (the form field `key`) before it is sent for the first time, so that sending it again has one effect.
   It is kept in this tab's session storage and never outlives the session: a page of another one, or of none, lets go of it and says so.
   Logging out takes along how many there were, and nothing else. */
"use strict";
(() => {
  const { $, $$, logsOut } = window.webcare;
  const store = window.sessionStorage, KEPT = "queue", sign = $("#queue");
  const UNREACHED = [0, 502, 503, 504], LOGGED_OUT = 401;
  const PATIENCE = 20000, SOON = 1000, LATE = 30000;
  const session = JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRF-Token"] || "";

  /* -- what is kept -- */
  const kept = () => JSON.parse(store.getItem(KEPT) || '{"items": []}');
  const waits = (item) => !item.told;
  const waiting = () => kept().items.filter(waits);
  const write = (items) => {
    if (items.length) store.setItem(KEPT, JSON.stringify({ session, items }));
    else store.removeItem(KEPT);
    show();
  };
  const forget = (key) => write(kept().items.filter((one) => one.key !== key));
  /* Pressed again while it waits, it is the same: nobody sees yet that it was done. */
  const same = (one, other) => one.path === other.path && (one.key === other.key || String(one.fields) === String(other.fields));
  const keep = (item) => {
    const items = kept().items;
    if (!items.some((one) => waits(one) && same(one, item))) items.push(item);
    write(items.sort((one, other) => one.at - other.at));
  };

  /* -- what is shown -- */
  const said = (what, number) => (number ? sign.dataset[what + (number === 1 ? "One" : "Other")].replace("#", String(number)) : "");
  const make = (tag, text, name = "") => Object.assign(document.createElement(tag), { textContent: text, className: name });
  const line = (item) => {
    const row = make("li", ""), button = make("button", waits(item) ? sign.dataset.drop : sign.dataset.seen, "btn");
    button.type = "button";
    button.dataset.drop = item.key;
    button.setAttribute("aria-label", `${button.textContent}: ${item.label}`);
    row.append(make("span", item.label), ...(waits(item) ? [] : [make("span", item.told, "late")]), button);
    return row;
  };
  const show = () => {
    const { items } = kept(), number = items.filter(waits).length;
    $("p", sign).textContent = [said("waits", number), said("told", items.length - number)].filter(Boolean).join(" ");
    $("ul", sign).replaceChildren(...items.map(line));
    lock();
  };
  /* A text that waits is the text that will be sent. */
  const lock = () => {
    const paths = waiting().map((one) => one.path);
    for (const box of $$(".write textarea")) box.readOnly = paths.includes(box.form.getAttribute("hx-post"));
  };
  document.addEventListener("htmx:afterSettle", lock);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("#queue [data-drop]");
    if (button) forget(button.dataset.drop);
  });

  /* -- what is asked -- */
  const words = (node) => [...node?.childNodes || []].filter((one) => one.nodeName !== "KBD").map((one) => one.textContent).join(" ").replace(/\s+/g, " ").trim();
  const labelOf = (form, button, path) => {
    const deed = button?.ariaLabel || words(button || $("button", form)) || form.ariaLabel;
    return [deed, words($(path.startsWith("/cases/") ? "#case-title" : "#bulk .picked"))].filter(Boolean).join(" · ");
  };
  const itemOf = ({ elt, path, parameters, triggeringEvent }) => ({
    key: parameters.key,
    path,
    fields: [...parameters.entries()].filter(([name]) => name !== "csrf" && name !== "key"),
    label: labelOf(elt, triggeringEvent?.submitter, path),
    at: Date.now(),
  });
  const isAction = ({ verb, path }) => verb === "post" && /^\/(cases|inbox)\//.test(path);
  const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");
  document.addEventListener("htmx:configRequest", (event) => {
    const config = event.detail;
    if (!isAction(config)) return;
    if (!config.parameters.key) config.parameters.key = newKey();
    config.timeout = PATIENCE;
  });
  let asked = null;
  document.addEventListener("htmx:beforeRequest", (event) => {
    const { elt, xhr, requestConfig } = event.detail;
    if (!isAction(requestConfig)) return;
    if (elt === sign) { asked = xhr; return; }
    const item = itemOf(requestConfig);
    if (waiting().length) { /* nothing overtakes what waits */
      event.preventDefault();
      keep(item);
      send();
      return;
    }
    /* Of the request itself, since a form that a live update has replaced tells nobody any more. */
    xhr.addEventListener("loadend", () => { if (UNREACHED.includes(xhr.status)) { keep(item); later(); } });
  });

  /* -- what is answered: an answer that comes when another case is open, or no list, shows only what has its place here -- */
  const caseOf = ({ path, parameters }) => /^\/cases\/([^/]+)\//.exec(path)?.[1] || parameters.open;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { detail } = event, { xhr, requestConfig, serverResponse } = detail, about = caseOf(requestConfig);
    if (isAction(requestConfig) && UNREACHED.includes(xhr.status)) {
      detail.shouldSwap = detail.isError = false;
      return;
    }
    if (!about && !isAction(requestConfig)) return;
    const box = document.createElement("template"), open = $("#case [data-case].case")?.dataset.case;
    box.innerHTML = serverResponse;
    const astray = $$("[hx-swap-oob]", box.content).filter((part) => {
      const place = $(part.getAttribute("hx-swap-oob").split(":")[1] || `#${part.id}`);
      return !place || (place.closest("#case") && about !== open);
    });
    for (const part of astray) part.remove();
    if (astray.length) detail.serverResponse = box.innerHTML;
  });

  /* -- sending what waits, one after the other -- */
  let busy = false, timer, pause = SOON;
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(send, pause);
    pause = Math.min(2 * pause, LATE);
  };
  const repeat = async (item) => {
    const values = new FormData();
    for (const [name, value] of [...item.fields, ["key", item.key]]) values.append(name, value);
    $("#toast").replaceChildren();
    try {
      await window.htmx.ajax("POST", item.path, { source: sign, swap: "none", values });
    } catch { /* no line: its status is 0 */ }
    if (UNREACHED.includes(asked.status) || asked.status === LOGGED_OUT) return false;
    const told = $("#toast .late")?.innerText;
    if (told) write(kept().items.map((one) => (one.key === item.key ? { ...one, told } : one)));
    else forget(item.key);
    return true;
  };
  const send = async () => {
    clearTimeout(timer);
    if (busy) return;
    busy = true;
    let item = waiting()[0], through = true;
    while (item && (through = await repeat(item))) item = waiting()[0];
    busy = false;
    if (through) pause = SOON;
    else later();
  };
  /* -- leaving: what waits goes along to another page of ours, but closing the tab or logging out would lose it -- */
  let stays = -Infinity;
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (link && link.origin === location.origin) stays = event.timeStamp;
  });
  document.addEventListener("submit", (event) => { if (!logsOut(event.target)) stays = event.timeStamp; });
  document.addEventListener("formdata", ({ target, formData }) => {
    if (logsOut(target) && waiting().length) formData.set("unsent", String(waiting().length));
  });
  window.addEventListener("beforeunload", (event) => {
    if (waiting().length && event.timeStamp - stays > SOON) event.preventDefault();
  });

  const now = () => { pause = SOON; send(); };
  window.addEventListener("online", now);
  document.addEventListener("htmx:sseOpen", now);
  document.addEventListener("DOMContentLoaded", () => {
    const { items, session: theirs } = kept(), unsent = session ? 0 : Number(new URLSearchParams(location.search).get("unsent"));
    if (unsent || (items.length && theirs !== session)) {
      write([]);
      $("p", sign).textContent = said("lost", unsent || items.filter(waits).length);
      return;
    }
    show();
    send();
  });
})();

/* Forms of the open case whose texts must not go with the tab (`data-lasting`): what typed.js remembers of them is also kept on the
   server (`form_keeping.py`), a second after the last key and when the page is left, and comes with the case's page. For each there is
   a mark: the revision that the server has, and whether there is anything that it has not. Nothing is overwritten: when something else
   was kept from another place, that becomes a text of its own (`path#revision`), shown to be copied. */
"use strict";
(() => {
  const { $, leaving } = window.webcare;
  const SAVE_AFTER = 1000, AGAIN_AFTER = 5000, PASSES = [0, 429, 502, 503, 504];
  const timers = new Map(), busy = new Set(), held = new Set(), asked = new Map(), over = new Set();
  /* What typed.js has: `typed` and `marks` by path, `write` to the session storage, `put` on the page. */
  let book = null;

  const caseOf = (path) => path.split("/").slice(0, 3).join("/");
  const formOf = (path) => path.slice(caseOf(path).length + 1);
  const post = (path, revision, one, more = {}) => fetch(`${caseOf(path)}/typed`, {
    method: "POST",
    headers: JSON.parse(document.body.getAttribute("hx-headers") || "{}"),
    body: new URLSearchParams({ form: formOf(path), revision, typed: JSON.stringify(one || {}) }),
    ...more,
  });
  const later = (path, wait = SAVE_AFTER) => {
    clearTimeout(timers.get(path));
    timers.set(path, setTimeout(() => save(path), wait));
  };
  const text = (one) => JSON.stringify(one || null);
  /* What was typed on from there has all of it. */
  const goesOn = (mine, theirs) => Object.keys(theirs.texts).every((name) => (mine.values[name] || "").startsWith(theirs.values[name]));

  const save = async (path) => {
    const { typed, marks } = book, mark = marks[path];
    if (!mark?.dirty || busy.has(path) || held.has(path)) return;
    const sent = text(typed[path]);
    let status = 0, told = null;
    busy.add(path);
    try {
      const answer = await post(path, mark.revision, typed[path]);
      status = answer.status;
      if (answer.ok) told = await answer.json();
    } catch { /* no line: it stays in the tab, and is tried again */ }
    busy.delete(path);
    if (over.delete(path)) { /* done meanwhile */
      if (told?.state === "saved" && told.revision) post(path, told.revision, null).catch(() => { /* it is shown once more, to be thrown away */ });
      if (book.marks[path]?.dirty) later(path);
    } else if (told) {
      settle(path, sent, told);
    } else if (PASSES.includes(status)) {
      later(path, AGAIN_AFTER);
    }
  };
  const settle = (path, sent, told) => {
    const { typed, marks } = book, mark = marks[path], was = mark?.revision, mine = typed[path];
    if (!mark || told.state === "full") return;
    mark.revision = told.revision;
    mark.dirty = told.state === "other" || text(mine) !== sent;
    if (told.state === "other" && !mine) delete marks[path];
    else if (told.state === "other" && !goesOn(mine, told.typed)) keepApart(`${path}#${told.revision}`, told.typed);
    if (marks[path]?.dirty) later(path, told.state === "other" ? 0 : SAVE_AFTER);
    else if (!mine) delete marks[path];
    book.write();
    if (Boolean(was) !== Boolean(told.revision)) window.webcare.listAgain();
  };
  const keepApart = (path, theirs) => {
    book.typed[path] = theirs;
    changed(path, 0);
    book.put();
  };
  const changed = (path, wait = SAVE_AFTER) => {
    (book.marks[path] ||= { revision: 0 }).dirty = true;
    book.write();
    later(path, wait);
  };

  /* -- done: the server lets go of the revision that the form was sent with -- */
  const done = (path) => {
    const mark = book.marks[path];
    delete book.marks[path];
    clearTimeout(timers.get(path));
    if (busy.has(path)) over.add(path);
    else if (mark && mark.revision !== (asked.get(path) || 0)) post(path, mark.revision, null).catch(() => { /* as above */ });
  };
  document.addEventListener("htmx:configRequest", ({ detail: { verb, path, headers } }) => {
    const mark = verb === "post" && book?.marks[path];
    if (!mark) return;
    if (mark.revision) headers["X-Typed"] = String(mark.revision);
    asked.set(path, mark.revision);
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    const { xhr, requestConfig: { path } } = event.detail;
    if (event.defaultPrevented || !book?.marks[path]) return;
    held.add(path);
    xhr.addEventListener("loadend", () => { held.delete(path); if (book.marks[path]?.dirty) later(path); });
  });

  /* -- a case that is opened: what the server has of it, but for what this tab has not yet told it -- */
  const adopt = () => {
    const kept = $("#left-over")?.dataset.kept, path = `/cases/${$("#case .case")?.dataset.case}/`;
    if (!kept) return;
    $("#left-over").removeAttribute("data-kept");
    const { typed, marks } = book, given = new Map(JSON.parse(kept).map((one) => [path + one.form, one]));
    for (const known of Object.keys(marks).filter((one) => one.startsWith(path))) {
      if (marks[known].dirty) later(known, 0);
      else if (!given.has(known)) { delete marks[known]; delete typed[known]; }
    }
    for (const [form, one] of given) {
      if (marks[form] && (marks[form].dirty || marks[form].revision > one.revision)) continue;
      typed[form] = one.typed;
      marks[form] = { revision: one.revision, dirty: false };
    }
    book.write();
  };

  /* -- leaving -- */
  const flush = () => {
    for (const [path, mark] of Object.entries(book?.marks || {})) {
      if (!mark.dirty || busy.has(path) || held.has(path)) continue;
      post(path, mark.revision, book.typed[path], { keepalive: true }).catch(() => { /* no line, or too long: it is in the tab's storage */ });
    }
  };
  leaving(flush);
  window.webcare.lasting = { open: (kept) => { book = kept; }, adopt, changed, done };
})();

/* Whether the line holds, on every page: the sign, the live stream that resumes by itself, and forms that are not sent into the
   void. What people do to cases meanwhile waits by itself: queue.js. Texts of long forms are kept besides: keep.js. */
"use strict";
(() => {
  const { $, $$ } = window.webcare;

  /* -- the sign -- */
  let stream = null, broken = false;
  const lost = (is) => {
    broken = is;
    for (const sign of $$(".offline")) sign.hidden = !is;
  };
  const say = (text) => $("#toast").replaceChildren(Object.assign(document.createElement("p"), { className: "late", textContent: text }));

  /* -- the live stream: what was missed is fetched again, since it may have changed to and fro meanwhile.
     A stream that is open when the network goes or comes may never notice: it is opened anew, as its own script does after an error. -- */
  const refetch = () => {
    for (const part of $$("[hx-trigger*='sse:']")) window.htmx.trigger(part, /sse:[\w-]+/.exec(part.getAttribute("hx-trigger"))[0]);
  };
  const anew = () => {
    if (stream?.readyState !== EventSource.OPEN) return;
    stream.close();
    stream.onerror(new Event("error"));
  };
  document.addEventListener("htmx:sseError", () => lost(true));
  document.addEventListener("htmx:sseClose", (event) => { if (event.detail.type === "message") stream = null; });
  document.addEventListener("htmx:sseOpen", (event) => {
    stream = event.detail.source;
    /* Not within the event: its own script would then believe that this stream is there, and listen to no other. */
    if (!navigator.onLine) { queueMicrotask(anew); return; }
    const missed = broken || stream.woke;
    stream.woke = false;
    lost(false);
    if (missed) refetch();
  });
  window.addEventListener("offline", () => { lost(true); anew(); });
  window.addEventListener("online", () => { if (stream) anew(); else lost(false); });

  /* -- forms and links that load a page: without a line the browser's own page would take the place of what was typed -- */
  const unsent = () => say($(".offline").dataset.unsent);
  let sure = null;
  const askFirst = async (form, button) => {
    try {
      await fetch($("link[rel=icon]").href, { cache: "no-store" });
    } catch {
      unsent();
      return;
    }
    sure = form;
    form.requestSubmit(button);
  };
  document.addEventListener("submit", (event) => {
    const form = event.target, checked = sure === form;
    sure = null;
    if (event.defaultPrevented || form.getAttribute("method") === "dialog") return;
    if (navigator.onLine && (!broken || checked)) return;
    event.preventDefault();
    if (navigator.onLine) askFirst(form, event.submitter);
    else unsent();
  });
  const here = (link) => link.pathname === location.pathname && link.search === location.search && link.hash;
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (!link || event.defaultPrevented || navigator.onLine || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (link.origin !== location.origin || link.target || here(link)) return;
    event.preventDefault();
    say($(".offline").textContent);
  });
})();

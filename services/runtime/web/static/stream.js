/* The live stream of a page lets its connection go while nobody looks at the page. A browser has no more than six connections to a host
   (HTTP/1.1), and each tab would hold one for good: the seventh would wait for ever. A tab that is opened in the background takes none
   before it is seen; one that was left lets go after a while. Who comes back gets what was missed: line.js fetches it (`woke`).
   It stands between htmx and the browser's EventSource, with what htmx and line.js use of that. */
"use strict";
(() => {
  const RESTS_AFTER = 15000;
  const streams = new Set();
  let asleep = document.hidden, timer = null;

  class Stream {
    constructor(url) {
      Object.assign(this, { url, woke: asleep, heard: [], inner: null, onopen: null, onerror: null });
      streams.add(this);
      this.open();
    }
    get readyState() { return this.inner ? this.inner.readyState : EventSource.CLOSED; }
    open() {
      if (asleep) return;
      const inner = this.inner = new EventSource(this.url);
      inner.onopen = (event) => this.onopen?.(event);
      inner.onerror = (event) => {
        if (inner.readyState === EventSource.CLOSED) streams.delete(this); /* htmx makes another one */
        this.onerror?.(event);
      };
      for (const [name, listener] of this.heard) inner.addEventListener(name, listener);
    }
    rest() {
      this.inner?.close();
      Object.assign(this, { inner: null, woke: true });
    }
    close() {
      streams.delete(this);
      this.inner?.close();
    }
    addEventListener(name, listener) {
      this.heard.push([name, listener]);
      this.inner?.addEventListener(name, listener);
    }
    removeEventListener(name, listener) {
      this.heard = this.heard.filter(([one, other]) => one !== name || other !== listener);
      this.inner?.removeEventListener(name, listener);
    }
  }

  const sleep = () => {
    asleep = true;
    for (const one of streams) one.rest();
  };
  const wake = () => {
    if (!asleep) return;
    asleep = false;
    for (const one of streams) one.open();
  };
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (document.hidden) timer = setTimeout(sleep, RESTS_AFTER);
    else wake();
  });
  window.htmx.createEventSource = (url) => new Stream(url);
})();

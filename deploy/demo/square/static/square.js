// The square's only script: new posts appear as they are written, forms post without leaving the page.
"use strict";
(() => {
  const words = document.body.dataset;
  const threads = document.getElementById("threads");
  const news = document.getElementById("news");
  const toast = document.getElementById("toast");
  const waiting = new Set();
  document.documentElement.classList.add("script");

  // Time: "just now" and minutes for an hour, then what the server wrote.
  const relative = new Intl.RelativeTimeFormat(document.documentElement.lang, { style: "short", numeric: "always" });
  function tellTime(root) {
    for (const time of root.querySelectorAll("time")) {
      time.dataset.full ??= time.textContent;
      const minutes = Math.floor((Date.now() - Date.parse(time.dateTime)) / 60000);
      time.textContent = minutes < 1 ? words.justNow : minutes < 60 ? relative.format(-minutes, "minute") : time.dataset.full;
    }
  }

  // Names are remembered in this browser only.
  const remembered = () => { try { return localStorage.getItem("square-name") || ""; } catch { return ""; } };
  const remember = (name) => { try { localStorage.setItem("square-name", name); } catch { /* private browsing: not kept */ } };
  function fillName(root) {
    for (const input of root.querySelectorAll("input[name=name]")) if (!input.value) input.value = remembered();
  }

  async function fetchThread(id) {
    const answer = await fetch(`/threads/${encodeURIComponent(id)}?view=${words.view}`);
    if (answer.status !== 200) return null;
    const template = document.createElement("template");
    template.innerHTML = await answer.text(); // our own templates, which escape what people wrote
    const thread = template.content.firstElementChild;
    tellTime(thread);
    fillName(thread);
    return thread;
  }

  const onPage = (id) => document.getElementById(`t-${id}`);

  // Only the posts are replaced: somebody may be typing in the form under them.
  function refresh(old, thread) {
    const known = new Set([...old.querySelectorAll(".post")].map((post) => post.id));
    for (const post of thread.querySelectorAll(".post")) if (!known.has(post.id)) post.classList.add("fresh");
    old.querySelector(".posts").replaceWith(thread.querySelector(".posts"));
  }

  async function show(id) {
    const thread = await fetchThread(id);
    if (!thread) return;
    const old = onPage(id);
    if (old) return refresh(old, thread);
    document.getElementById("empty")?.remove();
    thread.classList.add("fresh");
    threads.prepend(thread);
  }

  function tellNews() {
    news.hidden = waiting.size === 0;
    news.textContent = waiting.size === 1 ? words.newOne : words.newOther.replace("#", waiting.size);
  }

  async function bring() {
    const ids = [...waiting];
    waiting.clear();
    tellNews();
    for (const id of ids) await show(id);
  }

  function announce(organisation, post) {
    const link = document.createElement("a");
    link.href = `/posts/${encodeURIComponent(post.conversation)}#p-${encodeURIComponent(post.id)}`;
    link.textContent = words.look;
    const text = document.createElement("span");
    text.textContent = words.answered.replace("#", organisation);
    toast.replaceChildren(text, link);
    toast.hidden = false;
    clearTimeout(announce.timer);
    announce.timer = setTimeout(() => { toast.hidden = true; }, 12000);
  }

  // Reading further down is not disturbed: there a button says how many posts wait at the top.
  async function onPost(post) {
    if (post.organisation) announce(post.organisation, post);
    if (onPage(post.conversation)) return show(post.conversation);
    if (!post.first || words.view === "single" || new URLSearchParams(location.search).has("before")) return;
    if (scrollY < 120 && !waiting.size) return show(post.conversation);
    const thread = await fetchThread(post.conversation);
    if (thread) { waiting.add(post.conversation); tellNews(); }
  }

  function listen() {
    const live = document.getElementById("live");
    const say = (on) => { live.hidden = false; live.classList.toggle("on", on); live.textContent = on ? words.live : words.offline; };
    let queue = Promise.resolve();
    const source = new EventSource(`/events?after=${words.seq}`);
    source.addEventListener("open", () => say(true));
    source.addEventListener("error", () => {
      say(false);
      if (source.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 5000);
    });
    source.addEventListener("post", (event) => {
      const post = JSON.parse(event.data);
      queue = queue.then(() => onPost(post)).catch(() => say(false));
    });
    addEventListener("pagehide", () => source.close());
  }

  async function send(form) {
    const said = form.querySelector(".said");
    const button = form.querySelector("button.primary");
    button.disabled = true;
    const name = form.elements.namedItem("name").value;
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { Accept: "application/json" } });
      const result = await answer.json();
      said.classList.toggle("wrong", !answer.ok);
      said.textContent = answer.ok ? words.sent : Object.values(result.errors ?? {}).join(" ") || words.failed;
      if (!answer.ok) return;
      remember(name);
      form.elements.namedItem("text").value = "";
      if (form.id !== "write") { said.textContent = ""; form.closest("details").open = false; }
      else if (words.view === "single" || words.view === "private" || form.elements.namedItem("private").checked) location.href = result.url;
      else scrollTo({ top: 0 });
    } catch {
      said.classList.add("wrong");
      said.textContent = words.failed;
    } finally {
      button.disabled = false;
    }
  }

  function openReply(link) {
    const details = link.closest(".thread").querySelector("details");
    const form = details.querySelector("form");
    form.action = `/posts/${encodeURIComponent(link.dataset.to)}/replies`;
    form.querySelector(".whom").textContent = words.replyTo.replace("#", link.dataset.name);
    details.open = true;
    form.elements.namedItem("text").focus();
  }

  document.addEventListener("submit", (event) => {
    if (!event.target.matches("#write, .reply form")) return;
    event.preventDefault();
    send(event.target);
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.answer");
    if (!link) return;
    event.preventDefault();
    openReply(link);
  });

  tellTime(document);
  fillName(document);
  setInterval(() => tellTime(document), 30000);
  if (!threads) return;
  news.addEventListener("click", () => { scrollTo({ top: 0 }); bring(); });
  listen();
})();

/* Names in a note: after an "@" the people of the team to choose from, and a gentle word when an "@word" names nobody.
   Who is named is route's to say (`route/domain/naming.py`); this reads a text in the same way. */
"use strict";
(() => {
  const { $, $$ } = window.webcare;
  const LETTER = "\\p{L}\\p{N}_";
  const AT = new RegExp(`(?<![${LETTER}@.])@(?=[${LETTER}])`, "gu");
  const TYPED = new RegExp(`(?<![${LETTER}@.])@([${LETTER}.'’ -]{0,60})$`, "u");
  const GOES_ON = new RegExp(`^-?[${LETTER}]`, "u");
  const WORD = new RegExp(`^[${LETTER}.'’-]*[${LETTER}]`, "u");
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const words = (text) => text.split(/\s+/).filter(Boolean);

  const box = () => $("#text-note");
  const list = () => $("#names");
  const options = () => $$("#names [role=option]");
  const listed = () => options().filter((one) => !one.hidden);

  /* -- the list: `from` is where the "@" stands that it is for, `left` the one that was left alone or is done -- */
  let from = -1, left = -1;
  const close = () => {
    if (!list() || list().hidden) return;
    list().hidden = true;
    box().removeAttribute("aria-activedescendant");
    $("#names-told").textContent = "";
  };
  const point = (option) => {
    for (const one of options()) one.setAttribute("aria-selected", String(one === option));
    box().setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  };
  const fits = ({ dataset: { id, name } }, asked) => [id, name, ...words(name)].some((one) => plain(one).startsWith(asked));
  const open = () => {
    const area = box(), typed = area.selectionStart === area.selectionEnd && TYPED.exec(area.value.slice(0, area.selectionStart));
    if (!typed || area.readOnly) { left = -1; close(); return; }
    if (typed.index === left) { close(); return; }
    from = typed.index;
    for (const one of options()) one.hidden = one.dataset.me !== undefined || !fits(one, plain(typed[1]));
    const found = listed(), told = $("#names-told");
    if (!found.length) { close(); return; }
    list().hidden = false;
    told.textContent = (found.length === 1 ? told.dataset.one : told.dataset.other).replace("#", String(found.length));
    point(found[0]);
  };
  const step = (by) => {
    const found = listed(), at = found.findIndex((one) => one.getAttribute("aria-selected") === "true");
    point(found[(at + by + found.length) % found.length]);
  };
  const leave = () => { left = from; close(); };
  const choose = (option = $("#names [aria-selected=true]")) => {
    const area = box();
    area.setRangeText(`@${option.dataset.handle} `, from, area.selectionStart, "end");
    leave();
    area.focus();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  };

  /* -- who is named by nothing: what is being typed just now is let be -- */
  const known = () => {
    const people = options().map(({ dataset: { id, name } }) => [id, plain(name)]);
    const theirs = (rows) => rows.reduce((all, [name, id]) => (name ? all.set(name, all.has(name) ? "" : id) : all), new Map());
    return new Map([...theirs(people.map(([id, name]) => [words(name)[0], id])), ...theirs(people.map(([id, name]) => [name, id])), ...people.map(([id]) => [id, id])]);
  };
  const tell = (typing) => {
    const area = box(), sign = $("#unnamed"), text = plain(area.value), all = known();
    const caret = typing ? plain(area.value.slice(0, area.selectionStart)).length : -1;
    const fitting = (start) => [...all.keys()].filter((one) => text.startsWith(one, start) && !GOES_ON.test(text.slice(start + one.length)));
    const names = (start) => Boolean(all.get(fitting(start).sort((a, b) => b.length - a.length)[0]));
    const starts = [...text.matchAll(AT)].map((hit) => hit.index + 1).filter((start) => !names(start));
    const unknown = starts.map((start) => [start, WORD.exec(text.slice(start))[0]]).filter(([start, word]) => start + word.length !== caret);
    const said = [...new Set(unknown.map(([, word]) => `@${word}`))].join(", ");
    const told = said && list().hidden ? sign.dataset.text.replace("#", said) : "";
    if (sign.textContent !== told) sign.textContent = told;
  };

  document.addEventListener("input", (event) => { if (event.target === box() && list()) { open(); tell(true); } });
  document.addEventListener("focusout", (event) => { if (event.target === box() && list()) { close(); tell(false); } });
  /* Before the page's own keys: Enter is a line, Escape leaves the text, where there is no list. */
  document.addEventListener("keydown", (event) => {
    if (event.target !== box() || !list() || list().hidden) return;
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const act = { ArrowDown: () => step(1), ArrowUp: () => step(-1), Enter: () => choose(), Tab: () => choose(), Escape: leave }[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }, true);
  document.addEventListener("mousedown", (event) => { if (event.target.closest("#names")) event.preventDefault(); });
  document.addEventListener("click", (event) => {
    const option = event.target.closest("#names [role=option]");
    if (option) choose(option);
  });
})();

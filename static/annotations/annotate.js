// Keys, focus, text selection, and the outbox. Everything else is HTML, forms and htmx.
// A key only ever clicks a real button: the button that carries it in data-key. The page works without this file.
(() => {
  "use strict"; const root = document.documentElement;
  const $ = (selector, scope = document) => scope.querySelector(selector);
  const $$ = (selector, scope = document) => [...scope.querySelectorAll(selector)], points = (text) => [...text];
  const FIELD = "input[role=combobox], textarea, select", story = () => $("#story");
  const focused = () => $(".item.is-focus");
  const item = (id) => (id ? document.getElementById("item-" + id) : null);
  const say = (words) => { const live = $("#live"); if (live) live.textContent = words; };
  const visible = (el) => el && (el.offsetParent !== null || getComputedStyle(el).position === "fixed");

  const afterPaint = (go) => {  // or, where nothing is painted, in a tenth of a second
    let left = true; const once = () => left && go(left = false);
    requestAnimationFrame(() => setTimeout(once)); setTimeout(once, 100);
  };

  // -- focus
  let current = focused()?.dataset.item ?? "";
  function marksOf(el) {
    if (el?.dataset.number) return $$(`#story mark[data-quotes~="${el.dataset.number}"]`);
    const [start, end] = (el?.dataset.evidence ?? "0-0").split("-").map(Number);
    return $$("#story mark.evidence").filter((m) => +m.dataset.start >= start && +m.dataset.start < end);
  }
  // The card that comes next is laid out unseen, so that a key only has to show it.
  let warming = 0, addressed = 0;
  function warm() {
    const next = neighbour(1, true);
    for (const el of $$(".item")) el.classList.toggle("is-next", el === next);
  }
  function paint() {
    for (const mark of $$("#story mark.focus")) mark.classList.remove("focus", "first", "last");
    const el = item(current);
    for (const other of $$(".item.is-focus")) if (other !== el) other.classList.remove("is-focus");
    if (!el) return null;
    el.classList.add("is-focus");
    const among = (list) => (list ?? "").split(" ").includes(el.dataset.number);
    for (const mark of marksOf(el)) {
      mark.classList.add("focus");
      for (const end of ["first", "last"]) mark.classList.toggle(end, among(mark.dataset[end]));
    }
    clearTimeout(warming); warming = setTimeout(warm, 50);
    const thin = $$(".item"), from = thin.indexOf(el);  // this one's buttons; those of the next five when no decision is on its way
    for (const line of thin.slice(from, from + (sending ? 1 : 6)).map((near) => $(".line[hx-get]:not([data-asked])", near))) if (line) { line.dataset.asked = ""; htmx.trigger(line, "open"); }
    return el;
  }
  function toMiddle(el) {
    const { top, bottom } = ([marksOf(el)[0], el].find(visible) ?? el).getBoundingClientRect();
    if (top < innerHeight / 3 || Math.min(bottom, top + 120) > (innerHeight * 2) / 3)
      scrollBy({ top: top - innerHeight * (innerWidth < 720 ? 0.18 : 0.36) });
  }
  function focusItem(el, { scroll = true } = {}) {
    if (el?.matches(".later")) htmx.ajax("GET", el.getAttribute("hx-get") + "&go=on", { source: el, target: el, swap: el.getAttribute("hx-swap") }).catch(() => {});
    if (!el?.dataset.item) return;
    current = el.dataset.item; paint();
    if (scroll) toMiddle(el); el.focus({ preventScroll: true });
    clearTimeout(addressed); addressed = setTimeout(() => history.replaceState(null, "", here()), 300);  // costs as much as a picture
  }
  function neighbour(step, onlyOpen, from = item(current)) {
    const all = $$(".item, .later");  // what is drawn, and stretches of a long text that are not yet
    const at = all.indexOf(from);
    for (let n = 1; n <= all.length; n += 1) {
      const el = all[(at + step * n + all.length * 2) % all.length];
      if (el && el !== from && (!onlyOpen || ("open" in el.dataset && !el.classList.contains("is-sending")))) return el;
    }
    return null;
  }
  function here() {  // this page's address, with the card in focus
    const url = new URL(location.pathname + location.search, location.href);
    return item(current) && url.searchParams.set("focus", current), url.href;
  }
  const moves = { next: [1, true], previous: [-1, true], later: [1, true], "next-any": [1, false], "previous-any": [-1, false] };
  // -- selection
  // Offsets are code points: data-start of a piece of text + the code points up to the border.
  const pieces = (scope = story()) => $$("[data-start]", scope);
  function boundaries(text) {  // between graphemes, in code points
    const found = [0];
    for (const { segment } of new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text))
      found.push(found.at(-1) + points(segment).length);
    return found;
  }
  function selected() {
    const selection = getSelection();
    if (!story() || !selection.rangeCount || selection.isCollapsed) return null;
    const range = selection.getRangeAt(0);
    const touched = pieces().filter((el) => range.intersectsNode(el)); if (!touched.length) return null;
    const part = document.createRange();
    const until = (el, node, offset) => (part.setStart(el, 0), part.setEnd(node, offset), points(part.toString()).length);
    const [first, last] = [touched[0], touched.at(-1)];
    let start = +first.dataset.start;
    if (first.contains(range.startContainer)) start += until(first, range.startContainer, range.startOffset);
    let end = +last.dataset.start + points(last.textContent).length;
    if (last.contains(range.endContainer)) end = +last.dataset.start + until(last, range.endContainer, range.endOffset);
    return tidy(start, end);
  }
  function tidy(start, end) {  // whole graphemes, no white space at the ends, and the exact words
    const inside = pieces().filter((el) => +el.dataset.start <= end && +el.dataset.start + points(el.textContent).length >= start);
    const from = inside[0]?.closest("p"), to = inside.at(-1)?.closest("p");
    if (!from || end <= start) return null;
    const scope = pieces().filter((el) => {
      const p = el.closest("p");
      return p === from || p === to || (from.compareDocumentPosition(p) & 4 && to.compareDocumentPosition(p) & 2);
    });
    const base = +scope[0].dataset.start, text = scope.map((el) => el.textContent).join("");
    const stops = boundaries(text), chars = points(text);
    let a = stops.findLast((n) => n <= start - base) ?? 0;
    let b = stops.find((n) => n >= end - base) ?? chars.length;
    for (; a < b && /\s/.test(chars[a]); a += 1); for (; b > a && /\s/.test(chars[b - 1]); b -= 1);
    return a < b ? { start: base + a, end: base + b, exact: chars.slice(a, b).join("") } : null;
  }
  function select(start, end) {
    const place = (offset, closing) => {
      const el = pieces().findLast((p) => (closing ? +p.dataset.start < offset : +p.dataset.start <= offset));
      return [el.firstChild, points(el.textContent).slice(0, offset - +el.dataset.start).join("").length];
    };
    const [node, at] = place(start, false), [last, to] = place(end, true); getSelection().setBaseAndExtent(node, at, last, to);
  }
  function afterCaret() {  // from the cursor, or the end that is being moved, to the end of the quote in focus
    const { anchorNode: node, anchorOffset: at } = getSelection(), el = node?.parentElement?.closest("#story [data-start]");
    return tidy(root.dataset.mode === "edit" ? edited.end : el ? +el.dataset.start + points(node.data.slice(0, at)).length : NaN, +focused()?.dataset.parts.split("-").at(-1));
  }
  const mode = (name) => { for (const bar of $$(".bar--edit, .bar--select, .bar--main")) bar.hidden = !bar.classList.contains("bar--" + name); root.dataset.mode = name; };
  document.addEventListener("selectionchange", () => root.dataset.mode !== "edit" && $(".bar--select") && mode(selected() ? "select" : "main"));
  function fill(form, span) {  // true when the form now names these words
    for (const name of span ? ["start", "end", "exact"] : []) form.elements[name].value = span[name]; return !!span;
  }
  // ------------------------------------------------------- edit boundaries
  let edited = { start: 0, end: 0, part: 0 };
  function editBoundaries(el) {
    const parts = (el?.dataset.parts ?? "").split(" ").filter(Boolean).map((p) => p.split("-").map(Number));
    if (!parts.length) return;
    const part = root.dataset.mode === "edit" ? (edited.part + 1) % parts.length : 0;
    edited = { start: parts[part][0], end: parts[part][1], part }; mode("edit"); select(edited.start, edited.end);
    say("Editing boundaries. Arrows move the end by a word, Shift the start, Alt by a character. Enter keeps, Escape drops.");
  }
  function moveBoundary(back, atStart, byCharacter) {
    const p = pieces().findLast((el) => +el.dataset.start <= (atStart ? edited.start : edited.end - 1))?.closest("p");
    const scope = pieces().filter((el) => [p, p?.closest("section").nextElementSibling?.querySelector("p"),
      p?.closest("section").previousElementSibling?.querySelector("p")].includes(el.closest("p")));
    const base = +scope[0].dataset.start, text = scope.map((el) => el.textContent).join("");
    const words = () => [...text.matchAll(/\S+/g)].map((m) => points(text.slice(0, m.index + (atStart ? 0 : m[0].length))).length);
    const stops = byCharacter ? boundaries(text) : words();
    const at = (atStart ? edited.start : edited.end) - base;
    const to = back ? stops.findLast((n) => n < at) : stops.find((n) => n > at);
    if (to === undefined) return;
    const next = { ...edited, [atStart ? "start" : "end"]: base + to };
    if (next.start < next.end) { edited = next; select(edited.start, edited.end); }
  }
  const leaveMode = () => { getSelection().removeAllRanges(); mode("main"); item(current)?.focus({ preventScroll: true }); };
  const acts = {
    keys: () => { const map = $("#keys"); if (map?.open) map.close(); else map?.showModal(); },
    close: () => $("dialog[open]")?.close(), edit: () => editBoundaries(focused()), drop: leaveMode,
    keep: () => {
      const form = $("form[data-span]", focused() ?? document);
      const span = selected() ?? tidy(edited.start, edited.end);
      if (!form || !fill(form, span)) return;
      form.elements.ordinal.value = edited.part; form.dataset.filled = "";
      leaveMode(); $('[value="content"]', form).click();
    },
  };
  // ----------------------------------------------------------------- keys
  let held = null, deciding = null;
  const decide = () => { const button = deciding; deciding = null; if (button) { sending -= 1; button.click(); showState(); } };
  function press(key) {
    const open = $("dialog[open]"); const match = `[data-key~="${CSS.escape(key)}"]`;
    const usable = (el) => !el.disabled && !el.closest(".item:not(.is-focus)") && !el.closest("[hidden]") && (!open || open.contains(el));
    const button = $$(match).filter(usable).sort((a, b) => !!b.closest(".item") - !!a.closest(".item"))[0];
    const thin = !button && key.length === 1 && $(".line[hx-get]", focused() ?? document.createElement("p"));
    held = thin ? { card: current, key } : null;  // its buttons are on their way: pressed when they are there
    // A decision takes as long as some pictures: the card is seen to have heard the key before it is worked on.
    if (!button?.matches(".item [data-advance]")) button?.click();
    else { deciding = button; sending += 1; button.closest(".item").classList.add("is-sending"); showState(); afterPaint(decide); }
    // At once: the next letter is typed before the browser says that the details are open.
    if (button?.matches("[data-finder][open] > summary")) $(FIELD, button.parentElement)?.focus();
    return !!button;
  }
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
    decide(); const at = event.target;  // a key that is quicker than a picture is for the next card
    if (at.matches?.("[role=combobox]") && comboboxKey(event, at)) return;
    if (at.matches?.("input, textarea, select, [contenteditable]")) return event.key === "Escape" && item(current)?.focus();
    if (root.dataset.mode === "edit" && /^Arrow(Left|Right)$/.test(event.key))
      return event.preventDefault(), moveBoundary(event.key === "ArrowLeft", event.shiftKey, event.altKey);
    if (event.altKey) return; let key = event.key === " " ? "Space" : event.key;
    if (/^\p{L}$/u.test(key)) key = event.shiftKey ? "Shift+" + key.toUpperCase() : key.toLowerCase();
    if (event.key.length === 1 && root.dataset.keys === "off") return;
    if ((key === "Enter" || key === "Space") && at.closest?.("a, button, summary") && root.dataset.mode !== "edit") return;
    if (key === "Escape" && $("dialog[open]")) return; if (key === "Escape" && root.dataset.mode !== "edit") { leaveMode(); return; }
    const digit = event.code.match(/^Digit(\d)$/)?.[1];  // Shift+1 is another sign on each keyboard
    const keys = digit && event.shiftKey ? ["Shift+" + digit, key] : [key, digit ?? ""];
    if (keys.some((one) => one && press(one))) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button, a, summary"), { act, move, press: key } = button?.dataset ?? {};
    if (!button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (act && acts[act]) { event.preventDefault(); acts[act](); return; }
    if (move) { event.preventDefault(); focusItem(neighbour(...moves[move])); return; }
    if (key) { press(key); return; }
    if (button.matches(".item .line")) { event.preventDefault(); focusItem(button.closest(".item")); return; }
    const form = button.form;
    if (form?.matches("[data-span]")) {
      const filled = "filled" in form.dataset, span = filled ? null : form.dataset.span === "caret" ? afterCaret() : selected();
      delete form.dataset.filled;
      if (filled) return; else if (fill(form, span)) leaveMode();
      else if (form.dataset.span === "optional") fill(form, { start: "", end: "", exact: "" });
      else if (form.closest(".item") && !form.closest("details").open) {
        event.preventDefault();
        form.closest("details").open = true;
        form.elements.exact.focus();
        say($(".hint", form)?.textContent ?? "Select words in the text first, or write them here.");
      } else if (!span) for (const name of ["start", "end"]) form.elements[name].value = "";
    }
    if (form?.elements.next_version) form.elements.next_version.value = $(`#item-${form.elements.next.value} [name=version]`)?.value ?? form.elements.next_version.value;
    const left = waiting().length;
    if (!("undo" in (form?.dataset ?? {})) || !(left || sending)) return;
    event.preventDefault();
    if (left) toast(`Not undone: ${left} still to be saved`); else after = () => button.click();
  });
  // On a phone the card in focus is swiped: the buttons say which way.
  let touch = null;
  document.addEventListener("touchstart", ({ target, touches }) => {
    touch = touches.length === 1 && target.closest(".is-focus .full") && !target.closest("textarea, input, .picks, .btn-set") ? touches[0] : null;
  }, { passive: true });
  document.addEventListener("touchend", ({ changedTouches: [up] }) => {
    const x = touch ? up.clientX - touch.clientX : 0, y = touch ? up.clientY - touch.clientY : 0;
    if (Math.abs(x) > 80 && Math.abs(y) < 40) $(`.is-focus [data-swipe=${x > 0 ? "right" : "left"}]`)?.click();
  }, { passive: true });
  // A click on words in the text brings their card into focus.
  document.addEventListener("click", (event) => {
    const mark = event.target.closest?.("#story mark[data-quotes]");
    if (!mark || !getSelection().isCollapsed) return;
    const numbers = mark.dataset.quotes.split(" "), here = numbers.indexOf(item(current)?.dataset.number);  // again: the quote around it
    focusItem($(`.item[data-number="${numbers.at(here < 0 ? -1 : here - 1)}"]`), { scroll: false });
  });
  // ------------------------------------------------------------- combobox
  document.addEventListener("toggle", ({ target }) => target.matches?.("[data-finder][open]") && $(FIELD, target)?.focus(), true);
  function comboboxKey(event, input) {
    const options = $$("[role=option]", input.form);
    const at = options.findIndex((el) => el.classList.contains("is-active"));
    const activate = (index) => {
      options.forEach((el, n) => { el.classList.toggle("is-active", n === index); el.setAttribute("aria-selected", n === index); });
      if (options[index]) input.setAttribute("aria-activedescendant", options[index].id);
      options[index]?.scrollIntoView({ block: "nearest" });
    };
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (options.length) activate((at + step + options.length) % options.length);
    } else if (event.key === "Enter" && options.length) (options[at] ?? options[0]).click();
    else if (event.key === "n" && at >= 0) $("[data-new]", input.form)?.click();
    else if (event.key === "Escape") { input.closest("details").open = false; item(current)?.focus(); }
    else return false;
    return event.preventDefault(), true;
  }
  // ------------------------------------------------- saving and the outbox
  const store = (name) => `on-record.${name}.${document.body.dataset.user ?? ""}`;
  const stored = (name) => { try { return JSON.parse(localStorage.getItem(store(name)) ?? "[]"); } catch { return []; } };
  const put = (name, list) => localStorage.setItem(store(name), JSON.stringify(list));
  const waiting = () => stored("outbox"), keep = (list) => put("outbox", list);
  const refusals = () => stored("refused"), setAside = (list) => { put("refused", list); showState(); };
  const idOf = (url) => url.match(/[0-9a-f]{8}-[0-9a-f-]{27}/)?.[0] ?? "", versionOf = (entry) => entry.body.find(([name]) => name === "version")?.[1];
  const leaving = new Set(); let sending = 0, after = null, flushing = false, overlapped = false, saves = 0, drawn = 0, settled = false;
  function showState() {
    showRefusals();
    const el = $("#saved"); if (!el) return;
    const left = waiting().length, refused = refusals().length;
    el.classList.toggle("is-waiting", sending > 0 && !left);
    el.classList.toggle("is-failed", left + refused > 0);
    const words = left ? (navigator.onLine ? `Not saved: ${left} will be retried` : `${left} waiting for the network`)
      : sending ? "Saving …" : refused ? `${refused} not kept: see above` : "All saved";
    if (el.textContent !== words) el.textContent = words;
  }
  // Decisions that were refused after waiting stay on every page until somebody has read them.
  function showRefusals() {
    const list = refusals(), place = $("#refused");
    if (!place || place.dataset.shown === JSON.stringify(list)) return; place.dataset.shown = JSON.stringify(list);
    place.replaceChildren(...list.map((entry, at) => {
      const drawn = $("#refused-line").content.cloneNode(true), [what, why] = $$("p", drawn);
      what.textContent = `Not kept: ${entry.what}`; why.prepend(entry.why + " ");
      $("a", drawn).href = entry.page;
      $("button", drawn).addEventListener("click", () => setAside(refusals().filter((_, n) => n !== at)));
      return drawn;
    }));
  }
  const toast = (words) => { $("#toast").replaceChildren($("#failed-line").content.cloneNode(true)); $("#toast span").textContent = words; };
  // The form that asked; after a swap it is no longer in the page, and htmx tells a parent instead.
  const saving = ({ detail: { requestConfig: { elt, verb } } }) => verb === "post" && elt.closest("form[data-save], form[data-undo]");
  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = saving(event), { target, requestConfig: { verb } } = event.detail;
    if (verb === "get" && target === story()) drawn = saves;
    if (form && !leaving.delete(form)) begin(form);
  });
  function begin(form) {
    form.closest("dialog")?.close(); form.closest(".item")?.classList.add("is-sending");
    saves += 1; sending += 1; overlapped ||= sending > 1; showState();
  }
  // The next card first, then the form: a yes, a no or a digit is seen before it is sent.
  document.addEventListener("htmx:confirm", (event) => {
    const { elt: form, triggeringEvent, issueRequest, etc } = event.detail, button = triggeringEvent?.submitter, card = form.closest(".item");
    if (!card || !button || !("advance" in button.dataset)) return;
    event.preventDefault(); if (leaving.has(form)) return;  // a double click
    leaving.add(form); begin(form);
    if (button.name) etc.values = { [button.name]: button.value };  // htmx forgets a button that has lost the focus
    if (card === focused()) focusItem(neighbour(1, true, card) ?? card);
    afterPaint(() => { issueRequest(true); if (leaving.delete(form)) { sending -= 1; showState(); } });
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = saving(event);
    if (!form) return;
    sending -= 1;
    const { xhr, requestConfig } = event.detail;
    const card = item(form.closest(".item")?.dataset.item);
    const signedOut = xhr.status === 401 || xhr.getResponseHeader("HX-Refresh"), failed = xhr.status === 0 || xhr.status >= 500;
    if (form.matches("[data-undo]")) {  // never sent again by itself: it would take back another decision
      const verb = requestConfig.path.includes("redo") ? "redone" : "undone";
      if (failed) toast(`Not ${verb}: ${xhr.status ? "the server could not do it" : "no connection"}`);
    } else if (failed || signedOut) {
      const id = idOf(requestConfig.path), button = requestConfig.triggeringEvent?.submitter;
      const label = [...(button?.childNodes ?? [])].filter((n) => n.nodeName !== "KBD").map((n) => n.textContent.trim()).join(" ").trim();
      keep([...waiting(), {
        url: requestConfig.path, body: [...requestConfig.formData.entries()].map(([k, v]) => [k, String(v)]),
        what: [label, form.closest(".item")?.getAttribute("aria-label")].filter(Boolean).join(", "),
        page: location.pathname + (item(id) ? `?focus=${id}#item-${id}` : ""),
      }]);
      card?.classList.add("is-waiting");
      if (!signedOut) setTimeout(flush, 4000);
    } else if (xhr.status >= 400) focusItem(card);
    else if (form.closest(".conflict-card")) setAside(refusals().filter((entry) => idOf(entry.url) !== idOf(requestConfig.path)));
    card?.classList.remove("is-sending"); showState();
    if (!sending && overlapped) { overlapped = false; setTimeout(refresh); }
    if (!sending && after) { const next = after; after = null; setTimeout(next); }
  });
  // Answers to decisions made at once may come in any order: draw what the server has, when nothing is on its way.
  document.addEventListener("htmx:beforeSwap", ({ detail: d }) => {
    if (d.requestConfig.verb !== "get" || d.target !== story()) return;
    if (sending || $(".conflict-card")) { d.shouldSwap = false; overlapped = true; }
    else if (drawn !== saves) { d.shouldSwap = false; setTimeout(refresh); }  // decided and answered while this was on its way
  });
  // One at a time, and one more for all who ask meanwhile: htmx never answers for a request that it puts off.
  let drawing = Promise.resolve(), asked = null;
  const draw = () => htmx.ajax("GET", here(), { target: "#story", select: "#story", selectOOB: "#progress,#voices,#filters,#done", swap: "morph:outerHTML" }).catch(() => {});
  const refresh = () => asked ??= drawing.then(() => (asked = null, drawing = !sending && story() ? draw() : drawing));
  // Somebody else decided something: drawn as soon as nothing is being typed, chosen or sent here.
  const busy = () => sending || flushing || root.dataset.mode === "edit" || selected() || $("dialog[open], .is-focus details[open], .conflict-card")
    || document.activeElement?.matches(FIELD);
  const changedElsewhere = () => (busy() ? setTimeout(changedElsewhere, 2000) : refresh());
  document.addEventListener("changed-elsewhere", changedElsewhere);
  async function flush() {
    if (flushing || !waiting().length) return;
    flushing = true; const conflicts = []; let sent = 0;
    const sendAll = async () => {
      await new Promise((go) => setTimeout(go, 200));  // until this tab sees what another one has just sent
      for (let entry; (entry = waiting()[0]); sent += 1) {
        const data = new URLSearchParams(entry.body.filter(([name]) => name !== "csrfmiddlewaretoken"));
        const headers = { "HX-Request": "true", "X-CSRFToken": $("input[name=csrfmiddlewaretoken]")?.value ?? "" };
        const answer = await fetch(entry.url, { method: "POST", body: data, headers, signal: AbortSignal.timeout(15000) }).catch(() => null);
        const text = await answer?.text().catch(() => null);
        const unheard = typeof text !== "string" || answer.status >= 500 || answer.status === 401 || answer.headers.get("HX-Refresh");
        if (unheard) { setTimeout(flush, 5000); return; }
        settle(entry, answer, text);
        if (answer.status === 409) conflicts.push([idOf(entry.url), text]);
      }
    };
    // One tab at a time: another one would send the same decisions.
    await (navigator.locks ? navigator.locks.request("on-record.outbox", sendAll) : sendAll());
    flushing = false; showState();
    if (sent) await refresh();
    for (const [id, text] of conflicts) if (item(id)) htmx.swap(item(id), text, { swapStyle: "morph:outerHTML" }, { contextElement: story() ?? item(id) });
  }
  function settle(entry, answer, text) {
    const id = idOf(entry.url), drawn = new DOMParser().parseFromString(text, "text/html");
    if (!answer.ok) {
      const why = $(".conflict-card h3, .toast span", drawn)?.textContent ?? `The server refused it (${answer.status}).`;
      put("refused", [...refusals(), { what: entry.what || "a decision", why, page: entry.page || "/", url: entry.url }]);
    }
    // A later decision on the same card saw what this one made of it.
    const version = answer.ok && $(`#item-${id} input[name=version]`, drawn)?.value;
    const follows = (later) => version && idOf(later.url) === id && versionOf(later) === versionOf(entry);
    const body = (later) => later.body.map(([k, v]) => [k, k === "version" && follows(later) ? version : v]);
    keep(waiting().slice(1).map((later) => ({ ...later, body: body(later) })));
  }
  document.addEventListener("htmx:afterSettle", ({ target }) => {
    if (target.matches?.("dialog:not([open])")) target.showModal();
    settled = settled || !queueMicrotask(redrawn);  // once for all that one answer has swapped
  });
  // What an answer only repeats is left alone: drawing it again would lay out the page.
  document.addEventListener("htmx:oobBeforeSwap", ({ detail: d }) => { d.shouldSwap = !d.target.isEqualNode(d.fragment.firstElementChild); });
  function redrawn() {
    settled = false;
    const lost = !document.activeElement || document.activeElement === document.body || document.activeElement.matches(".item");
    const el = paint();
    if (held?.card === current && el && !$(".line[hx-get]", el)) press(held.key);
    if (el && lost && root.dataset.mode !== "edit") el.focus({ preventScroll: true });
    for (const input of $$("input[role=combobox]")) input.setAttribute("aria-expanded", String(!!$("[role=option]", input.form)));
  }
  document.addEventListener("focus-item", (event) => setTimeout(() => focusItem(item(event.detail.id))));
  addEventListener("online", flush); addEventListener("storage", showState);
  addEventListener("beforeunload", (event) => { if (sending || waiting().length) event.preventDefault(); });
  if (item(current)) { paint(); toMiddle(item(current)); }
  showState(); flush();
})();

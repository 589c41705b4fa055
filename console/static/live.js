// News of the page somebody looks at: said in a bar, shown when they ask, never by itself.
"use strict";

(() => {
  const bar = document.querySelector(".fresh");
  const block = () => document.querySelector("[data-live]");
  if (!bar || !block()) return;

  const PACE = 5_000;
  const POLL = 30_000;
  let after = block().dataset.after;
  let source = null;
  let polling = null;
  let waiting = null;
  let looked = 0;

  const keys = (one) => [...one.querySelectorAll("[data-item]")].map((item) => item.dataset.item);

  function say(element, text) {
    element.className = "btn";
    element.textContent = text;
    bar.replaceChildren(element);
  }

  function over() {
    rest();
    const link = document.createElement("a");
    link.href = `/sign-in?back=${encodeURIComponent(location.pathname)}`;
    say(link, bar.dataset.over);
  }

  async function look() {
    waiting = null;
    looked = Date.now();
    let answer;
    let text;
    try {
      // No activity of a person: it keeps nobody signed in.
      answer = await fetch(location.href, { headers: { "X-Background": "1" }, cache: "no-store" });
      text = await answer.text();
    } catch {
      return; // the page is left, or the network is away: the next news comes
    }
    if (answer.status === 401) return over();
    const page = new DOMParser().parseFromString(text, "text/html");
    const found = page.querySelector("[data-live]");
    if (!answer.ok || !found) return;
    const shown = new Set(keys(block()));
    const there = keys(found);
    const fresh = there.filter((key) => !shown.has(key));
    if (!fresh.length && there.length === shown.size) return bar.replaceChildren();
    const button = document.createElement("button");
    button.type = "button";
    button.addEventListener("click", () => show(page, new Set(fresh)));
    say(button, fresh.length ? bar.dataset.new.replace("{n}", fresh.length) : bar.dataset.changed);
  }

  function show(page, fresh) {
    const old = block();
    const ticked = new Set([...old.querySelectorAll("[type=checkbox]:checked")].map((one) => one.value));
    const parts = document.querySelectorAll("[data-part]");
    for (const part of parts) {
      const other = page.querySelector(`[data-part="${part.dataset.part}"]`);
      if (other) part.replaceWith(document.importNode(other, true));
    }
    const now = document.importNode(page.querySelector("[data-live]"), true);
    for (const box of now.querySelectorAll("[type=checkbox]")) box.checked = ticked.has(box.value);
    for (const item of now.querySelectorAll("[data-item]")) {
      item.classList.toggle("fresh-item", fresh.has(item.dataset.item));
    }
    old.replaceWith(now);
    bar.replaceChildren();
    now.tabIndex = -1;
    now.focus({ preventScroll: true });
  }

  function soon() {
    waiting ??= setTimeout(look, Math.max(200, looked + PACE - Date.now()));
  }

  function poll() {
    source = null;
    polling ??= setInterval(look, POLL);
  }

  function listen() {
    if (source || polling) return;
    if (!("EventSource" in window)) return poll();
    const address = new URL(block().dataset.live, location.href);
    address.searchParams.set("after", after);
    source = new EventSource(address);
    source.addEventListener("message", (event) => {
      after = event.data;
      soon();
    });
    source.addEventListener("over", over);
    source.addEventListener("error", () => {
      if (source?.readyState !== EventSource.CLOSED) return;
      poll();
      soon();
    });
  }

  function rest() {
    source?.close();
    clearInterval(polling);
    clearTimeout(waiting);
    source = polling = waiting = null;
  }

  // A page that nobody looks at listens to nothing: browsers open few connections to one host.
  document.addEventListener("visibilitychange", () => (document.hidden ? rest() : listen()));
  window.addEventListener("pagehide", rest);
  window.addEventListener("pageshow", () => document.hidden || listen());
})();

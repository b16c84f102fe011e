// The console, live. Every page works without this script: it only fetches again what the server would render anyway.
"use strict";

const PAUSE_MS = 2000;
const PRESENCE_MS = 60000;
const page = document.querySelector("#queue, #incident");
const queueBox = document.getElementById("queue");
const incidentBox = document.getElementById("incident");
const transcript = document.getElementById("transcript");
const live = document.getElementById("live");
const plainTitle = document.title;
let clockOffset = 0;
let isPressed = false;
let isWaiting = false;
let poll = 0;
let isOver = false;
let seenCrises = null;

function tell(state, words) {
  if (live && live.textContent !== words) {
    live.dataset.state = state;
    live.textContent = words;
  }
}

function end(words) {
  isOver = true;
  window.clearInterval(poll);
  tell("lost", words);
}

// --- Fetching fragments ---------------------------------------------------------------------------------------------
async function fetchFragment(url, isBackground) {
  const headers = isBackground ? { "X-Vigil-Background": "1" } : {};
  const response = await fetch(url, { headers, credentials: "same-origin" });
  if (response.headers.get("X-Vigil-Fragment") !== "1") {
    if (response.redirected || response.status === 403) {
      end("Not live: you are signed out. Reload the page to sign in.");
    }
    throw new Error("no fragment");
  }
  return response.text();
}

function swap(box, html) {
  const kept = document.activeElement && document.activeElement.dataset.keep;
  const template = document.createElement("template");
  template.innerHTML = html;
  box.replaceChildren(template.content);
  if (kept) {
    const again = box.querySelector(`[data-keep="${CSS.escape(kept)}"]`);
    if (again) { again.focus(); }
  }
}

async function refreshQueue(isBackground = true) {
  if (isOver || !page) { return; }
  if (isPressed) { isWaiting = true; return; } // a row must not move away from under a finger
  const html = await fetchFragment(queueBox ? queueBox.dataset.url : incidentBox.dataset.queue, isBackground);
  if (queueBox) { swap(queueBox, html); } else { showStrip(html); }
  readClock();
  tick();
  announce();
}

function showStrip(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const fresh = template.content.querySelector(".strip");
  const old = incidentBox.querySelector(".strip");
  if (fresh && old) { old.replaceWith(fresh); }
  const row = template.content.querySelector(`[data-incident="${CSS.escape(incidentBox.dataset.incident)}"]`);
  if (row && (row.dataset.severity !== incidentBox.dataset.severity || row.dataset.status !== incidentBox.dataset.status)) {
    showMoved();
  }
}

function showMoved() {
  const moved = document.getElementById("moved");
  if (moved) {
    moved.querySelector("a").href = window.location.pathname;
    moved.hidden = false;
  }
}

function announce() {
  const strip = document.querySelector(".strip[data-crises]");
  if (!strip) { return; }
  const crises = Number(strip.dataset.crises);
  document.title = crises ? `(${crises} crisis) ${plainTitle}` : plainTitle;
  if (seenCrises !== null && crises > seenCrises) { tell("live", `Live. A new crisis waits (${crises}).`); }
  seenCrises = crises;
}

async function refreshTranscript() {
  if (!transcript || isOver) { return; }
  const list = transcript.querySelector(".transcript");
  const wasAtEnd = !list || list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  const old = transcript.querySelector(".lines").dataset;
  swap(transcript, await fetchFragment(transcript.dataset.url, true));
  const fresh = transcript.querySelector(".lines").dataset;
  if (fresh.version !== incidentBox.dataset.version || fresh.handled !== old.handled) { showMoved(); }
  if (wasAtEnd) { toEnd(); }
}

function toEnd() {
  const list = transcript && transcript.querySelector(".transcript");
  if (list) { list.scrollTop = list.scrollHeight; }
}

// --- Live -----------------------------------------------------------------------------------------------------------
function listen() {
  const source = new EventSource(page.dataset.events);
  source.addEventListener("open", () => {
    window.clearInterval(poll);
    poll = 0;
    tell("live", "Live");
  });
  source.addEventListener("queue", () => { refreshQueue().catch(lose); });
  source.addEventListener("transcript", (event) => {
    const shown = transcript && transcript.querySelector(".lines").dataset.stamp;
    if (transcript && event.data !== shown) { refreshTranscript().catch(lose); }
  });
  source.addEventListener("ended", () => {
    source.close();
    end("Not live: you are signed out. Reload the page to sign in.");
  });
  source.addEventListener("error", () => {
    lose();
    if (source.readyState === EventSource.CLOSED && !isOver) {
      window.setTimeout(listen, PAUSE_MS); // refused, not dropped: the browser does not try again by itself
    }
  });
}

function lose() {
  if (isOver) { return; }
  tell("lost", "Not live: the list is fetched every 2 seconds, trying to be live again.");
  if (!poll) {
    poll = window.setInterval(() => { pollOnce().catch(() => {
      if (!isOver) { tell("lost", "Not live: Vigil cannot be reached. What you see may be old."); }
    }); }, PAUSE_MS);
  }
}

async function pollOnce() {
  await refreshQueue();
  tell("lost", "Not live: the list is fetched every 2 seconds, trying to be live again.");
}

// --- Time limits ----------------------------------------------------------------------------------------------------
function readClock() {
  const box = document.querySelector("[data-now]");
  if (box) { clockOffset = Date.parse(box.dataset.now) - Date.now(); }
}

function clock(seconds) {
  const pad = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours ? `${hours}:${pad(minutes)}:${pad(seconds % 60)}` : `${minutes}:${pad(seconds % 60)}`;
}

function tick() {
  for (const due of document.querySelectorAll("[data-due]")) {
    const left = Math.trunc((Date.parse(due.dataset.due) - Date.now() - clockOffset) / 1000);
    due.textContent = left >= 0 ? `breach in ${clock(left)}` : `overdue by ${clock(-left)}`;
    due.classList.toggle("due-overdue", left < 0);
  }
}

// --- Keys -----------------------------------------------------------------------------------------------------------
const keysOn = document.getElementById("keys-on");

function isWriting(target) {
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;
}

function onKey(event) {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target instanceof HTMLTextAreaElement) {
    event.target.form.requestSubmit();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isWriting(event.target) || !keysOn.checked) { return; }
  const key = CSS.escape(event.key.toLowerCase());
  const presses = document.querySelector(`[data-key="${key}"]`);
  const focuses = document.querySelector(`[data-focus="${key}"]`);
  if (!presses && !focuses) { return; }
  event.preventDefault();
  if (presses) { presses.click(); }
  if (focuses && !focuses.matches(":disabled")) { focuses.focus(); }
}

function openKeys() {
  document.getElementById("keys").showModal();
}

function goToResolve(event) {
  const form = document.getElementById("resolve");
  if (form) {
    event.preventDefault();
    form.scrollIntoView({ block: "center" });
    form.querySelector("select").focus();
  }
}

// --- Forms that stay on the page ------------------------------------------------------------------------------------
async function sendInline(event) {
  event.preventDefault();
  const form = event.currentTarget;
  if (form.dataset.busy) { return; }
  form.dataset.busy = "1";
  const told = form.querySelector(".told");
  const textarea = form.querySelector("textarea");
  told.classList.remove("failed");
  told.textContent = "Sending …";
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new FormData(form),
      headers: { Accept: "application/json" },
      credentials: "same-origin",
    });
    const body = await answer.json();
    if (!answer.ok) { throw new Error(body.detail); }
    textarea.value = "";
    told.textContent = body.words;
    refreshTranscript().catch(lose);
  } catch (error) {
    told.classList.add("failed");
    told.textContent = `Not sent: ${error.message || "Vigil cannot be reached"}. Your words are still here.`;
  }
  delete form.dataset.busy;
  textarea.focus();
}

// --- Unsent words: no key and no link throws them away unasked -------------------------------------------------------
let isLeaving = false;

function guardUnsent(event) {
  const unsent = [...document.querySelectorAll("form textarea")].some((area) => area.value.trim() !== "");
  if (unsent && !isLeaving) { event.preventDefault(); }
}

function onSubmit(event) {
  if (!event.target.matches("[data-inline]")) { isLeaving = event.target.querySelector("textarea") !== null; }
}

// --- Presence: a page that refreshes itself keeps nobody signed in, hands on it do ------------------------------------
let presentAt = Date.now();

function onPresence() {
  if (Date.now() - presentAt > PRESENCE_MS && !isOver) {
    presentAt = Date.now();
    refreshQueue(false).catch(lose);
  }
}

function begin() {
  for (const button of document.querySelectorAll('[data-key="?"]')) {
    button.hidden = false;
    button.addEventListener("click", openKeys);
  }
  for (const link of document.querySelectorAll('a[href="#resolve"]')) { link.addEventListener("click", goToResolve); }
  for (const form of document.querySelectorAll("form[data-inline]")) { form.addEventListener("submit", sendInline); }
  keysOn.checked = window.localStorage.getItem("vigil-keys") !== "off";
  keysOn.addEventListener("change", () => window.localStorage.setItem("vigil-keys", keysOn.checked ? "on" : "off"));
  document.addEventListener("keydown", onKey);
  for (const kind of ["keydown", "pointerdown", "scroll"]) { document.addEventListener(kind, onPresence, { passive: true }); }
  document.addEventListener("pointerdown", () => { isPressed = true; });
  for (const kind of ["pointerup", "pointercancel"]) {
    document.addEventListener(kind, () => {
      isPressed = false;
      if (isWaiting) { isWaiting = false; refreshQueue().catch(lose); }
    });
  }
  document.addEventListener("submit", onSubmit);
  window.addEventListener("beforeunload", guardUnsent);
  readClock();
  window.setInterval(tick, 1000);
  toEnd();
  if (page) { tell("off", "Connecting …"); listen(); }
}

begin();

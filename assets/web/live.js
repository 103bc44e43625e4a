// Moves entries while the service works on them. Without it a page is right when it is loaded, and stays so until the next load.
'use strict';

const source = new EventSource('/api/events');
const stageWords = {
  pending: 'not begun', running: 'in progress', done: 'done', known: 'known already', failed: 'failed',
  waiting: 'waits', interrupted: 'interrupted',
};

addEventListener('pagehide', () => source.close());

source.addEventListener('entry', (event) => {
  const entry = read(event.data);
  if (!entry) return;
  const places = [...document.querySelectorAll(`[data-entry="${CSS.escape(entry.id)}"]`)];
  // Titles and notes are not in the message: they are fetched when there is a new one.
  const ended = entry.finished && places.some((shown) => shown.dataset.state !== entry.status);
  for (const shown of places) show(shown, entry);
  if (ended || (places.length === 0 && isWholeList())) reload();
});

// The service lost count of what this page has seen: ask for all of it.
source.addEventListener('resync', reload);

// A broken message must not stop the ones after it.
function read(text) {
  try {
    const entry = JSON.parse(text);
    return typeof entry?.id === 'string' ? entry : null;
  } catch {
    return null;
  }
}

function show(shown, entry) {
  for (const { stage, state } of entry.stages ?? []) showStage(shown, stage, state);
  shown.dataset.state = entry.status;
  write(shown.querySelector('[data-status]'), entry.status);
  write(shown.querySelector('[data-sentence]'), entry.sentence);
}

function showStage(shown, stage, state) {
  if (!Object.hasOwn(stageWords, state)) return;
  const segment = shown.querySelector(`[data-stage="${CSS.escape(stage)}"]`);
  if (!segment) return;
  segment.dataset.state = state;
  write(segment.querySelector('[data-word]'), stageWords[state]);
}

// Only a change is written: a screen reader says again what is written again.
function write(place, text) {
  if (place && typeof text === 'string' && place.textContent !== text) place.textContent = text;
}

// The newest links, whatever their database and status: a link that is saved now belongs on top of it.
function isWholeList() {
  return location.pathname === '/entries' && location.search === '';
}

// What no event tells of is looked at again and again while it is in progress.
(function lookAgain() {
  const shown = document.querySelector('[data-again]');
  if (!shown) return;
  setTimeout(() => {
    reload();
    lookAgain();
  }, Number(shown.dataset.again) * 1000);
})();

let reloading = null;
const BREATH_MS = 2000;

// Changes come in bursts: one load at a time, a breath between two, and one more when something came meanwhile.
function reload() {
  if (reloading) {
    reloading.again = true;
    return;
  }
  reloading = { again: false };
  replaceMain().catch(() => {}).finally(() => setTimeout(() => {
    const { again } = reloading;
    reloading = null;
    if (again) reload();
  }, BREATH_MS));
}

async function replaceMain() {
  const answer = await fetch(location.href, { cache: 'no-store', headers: { accept: 'text/html' } });
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('main');
  const shown = document.querySelector('main');
  // Whoever is writing in a form keeps the page as it is.
  if (!fresh || shown.querySelector('form :is(input, textarea, select):focus')) return;
  const open = [...shown.querySelectorAll('details[open][id]')].map(({ id }) => id);
  const focused = shown.contains(document.activeElement) ? document.activeElement.id : '';
  shown.replaceWith(document.adoptNode(fresh));
  for (const id of open) document.getElementById(id)?.setAttribute('open', '');
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

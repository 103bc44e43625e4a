// Moves the page while its rows move, and takes pasted links and dropped files. Without it every form still works.
'use strict';

const $ = (selector, from = document) => from.querySelector(selector);
document.documentElement.classList.add('js');

// --- What the page says ------------------------------------------------------------------------------

function say(words) {
  $('#announce').textContent = words;
}

function warn(words) {
  const notice = $('#notice');
  notice.textContent = words;
  notice.hidden = !words;
  if (words) notice.scrollIntoView({ block: 'nearest' });
}

const parsed = (html) => new DOMParser().parseFromString(html, 'text/html');

function problemIn(html) {
  return $('#problem', parsed(html))?.textContent ?? 'That did not work. Reload the page and try again.';
}

// --- Live --------------------------------------------------------------------------------------------

let source = null;
let due = null;

function listen() {
  if (source) return;
  source = new EventSource('/live');
  source.addEventListener('change', soon);
  source.addEventListener('open', () => { connected(true); soon(); });
  source.addEventListener('error', () => connected(false));
}

// A hidden window gives its connection back: a browser has only six for one host.
function pause() {
  source?.close();
  source = null;
}

function connected(yes) {
  const live = $('#live');
  live.hidden = false;
  live.classList.toggle('lost', !yes);
  $('span', live).textContent = yes ? 'Live' : 'The sandbox is not running';
}

// Changes come in bursts; one look shows all of them.
function soon() {
  due ??= setTimeout(() => { due = null; refresh().catch(() => connected(false)); }, 120);
}

async function refresh() {
  if ($('#table')) await refreshTable();
  else if ($('#page')) await refreshPage();
}

async function fetched(path) {
  const answer = await fetch(path, { cache: 'no-store' });
  return answer.ok ? parsed(await answer.text()) : null;
}

async function refreshTable() {
  const fresh = $('#table', await fetched('/table') ?? document);
  const shown = $('#table');
  if (fresh === shown) return;
  const rows = (table) => [...table.querySelectorAll('tbody tr[id]')];
  const before = new Map(rows(shown).map((row) => [row.id, row]));
  tell(rows(fresh), before);
  const [body, next] = [$('.database > tbody', shown), $('.database > tbody', fresh)];
  const sameColumns = body && next && $('thead', shown).isEqualNode($('thead', fresh));
  if (!sameColumns) return shown.replaceWith(fresh);
  // Row by row, so that focus, scroll and selection stay where nothing changed.
  const focused = focusPath();
  const kept = rows(fresh).map((row) => {
    const old = before.get(row.id);
    if (old && old.isEqualNode(row)) return old;
    row.classList.add('moved');
    return row;
  });
  kept.forEach((row, at) => { if (body.children[at] !== row) body.insertBefore(row, body.children[at] ?? null); });
  while (body.children.length > kept.length) body.lastElementChild.remove();
  focusAgain(focused);
}

function tell(rows, before) {
  for (const row of rows) {
    const old = before.get(row.id);
    if (!old) say('A new row was saved.');
    else if (old.dataset.status !== row.dataset.status) say(`${row.dataset.name}: ${row.dataset.told}`);
  }
}

// Only links and buttons of a row can hold the focus; both are found again by what they lead to.
function focusPath() {
  const at = document.activeElement;
  if (at?.matches('tbody a[href]')) return `tbody a[href="${CSS.escape(at.getAttribute('href'))}"]`;
  if (at?.matches('tbody form button')) return `form[action="${CSS.escape(at.form.getAttribute('action'))}"] button`;
  return null;
}

function focusAgain(path) {
  if (path && !document.activeElement?.matches(path)) $(path)?.focus();
}

async function refreshPage() {
  const shown = $('#page');
  const fresh = $('#page', await fetched(location.pathname) ?? document);
  if (fresh === shown || !fresh) return;
  if (shown.dataset.status !== fresh.dataset.status) say(`${fresh.dataset.name}: ${fresh.dataset.told}`);
  for (const part of ['h1', '.state', '.properties', '.body', '.comments']) swap(part, shown, fresh);
  Object.assign(shown.dataset, fresh.dataset);
}

// Part by part, so that a playing clip plays on and an open toggle stays open.
function swap(part, shown, fresh) {
  const [old, next] = [$(part, shown), $(part, fresh)];
  if (old && next) {
    const toggles = (from) => [...from.querySelectorAll('details')];
    const open = toggles(old).map((toggle) => toggle.open);
    toggles(old).forEach((toggle) => { toggle.open = false; });
    const same = old.isEqualNode(next);
    const target = same ? old : next;
    toggles(target).forEach((toggle, at) => { toggle.open = open[at] ?? false; });
    if (!same) old.replaceWith(next);
  } else if (next) {
    const after = part === '.state' ? $('h1', shown) : shown.lastElementChild;
    after.after(next);
  } else {
    old?.remove();
  }
}

// --- Saving ------------------------------------------------------------------------------------------

async function post(path, body) {
  // A redirect is what success looks like; there is no need to follow it.
  const answer = await fetch(path, { method: 'POST', body, redirect: 'manual' });
  const done = answer.type === 'opaqueredirect';
  warn(done ? '' : problemIn(await answer.text()));
  return done;
}

async function save(link) {
  const done = await post('/rows', new URLSearchParams({ link }));
  if (done) leaveRowPage();
  return done;
}

function send(files) {
  const form = new FormData();
  for (const file of files) form.append('clip', file);
  const box = $('#progress');
  const bar = $('#sent');
  const request = new XMLHttpRequest();
  request.open('POST', '/clips');
  request.upload.addEventListener('progress', (event) => {
    if (bar && event.lengthComputable) bar.value = (100 * event.loaded) / event.total;
  });
  request.addEventListener('loadend', () => {
    if (box) box.hidden = true;
    const done = request.status === 200;
    warn(done ? '' : request.status ? problemIn(request.responseText) : 'The file did not arrive. Drop it once more.');
    if (done) leaveRowPage();
  });
  if (box) [box.hidden, bar.value] = [false, 0];
  request.send(form);
}

// On a row's page a new row is out of sight.
function leaveRowPage() {
  if ($('#table')) soon();
  else location.assign('/');
}

document.addEventListener('submit', async (event) => {
  const form = event.target;
  if (form.id === 'file') {
    event.preventDefault();
    send($('#clip').files);
    form.reset();
  } else if (form.id === 'save') {
    event.preventDefault();
    if (await save($('#link').value)) form.reset();
  } else if ('quiet' in form.dataset) {
    event.preventDefault();
    await post(form.getAttribute('action'), new URLSearchParams(new FormData(form)));
    soon();
  }
});

$('#clip')?.addEventListener('change', (event) => {
  if (event.target.files.length) event.target.form.requestSubmit();
});

const isLink = (words) => /^https?:\/\/\S+$/i.test(words);

document.addEventListener('paste', (event) => {
  if (event.target.closest?.('input, textarea')) return;
  const words = event.clipboardData.getData('text').trim();
  if (event.clipboardData.files.length) send(event.clipboardData.files);
  else if (isLink(words)) save(words);
  else return;
  event.preventDefault();
});

// --- Dropping ----------------------------------------------------------------------------------------

const drop = $('#drop');
const takes = (event) => ['Files', 'text/uri-list'].some((kind) => event.dataTransfer?.types.includes(kind));
let ownDrag = false;

document.addEventListener('dragstart', () => { ownDrag = true; });
document.addEventListener('dragend', () => { ownDrag = false; });
document.addEventListener('dragover', (event) => {
  if (ownDrag || !takes(event)) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = 'copy';
  drop.hidden = false;
});
document.addEventListener('dragleave', (event) => { if (!event.relatedTarget) drop.hidden = true; });
document.addEventListener('drop', (event) => {
  if (ownDrag || !takes(event)) return;
  event.preventDefault();
  drop.hidden = true;
  const link = event.dataTransfer.getData('text/uri-list').split('\n')[0].trim();
  if (event.dataTransfer.files.length) send(event.dataTransfer.files);
  else if (isLink(link)) save(link);
});

// --- Start -------------------------------------------------------------------------------------------

document.addEventListener('visibilitychange', () => { if (document.hidden) pause(); else listen(); });
window.addEventListener('pagehide', pause);
window.addEventListener('pageshow', () => { if (!document.hidden) listen(); });

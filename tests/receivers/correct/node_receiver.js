// A correct receiver on Node's own http, without packages: one file that grows, synced before it answers.
//
// node node_receiver.js --port 8000 --log told.ndjson --authorization 'Bearer secret'

'use strict';

const crypto = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');

const WORDS = {
  clevertap: {Initiated: 0, Completed: 1},
  reachfive: {RUNNING: 0, SUCCESS: 1, FAILED: 2, FAILURE: 2},
};
const COUNTS = ['total_succeeded', 'total_failed', 'total_operations'];
const INDIA = 330 * 60 * 1000; // the CleverTap account's zone is India's: no summer time
const MOST = 1024 * 1024; // bytes of a body

class Refused extends Error {
  constructor(status, why) {
    super(why);
    this.status = status;
  }
}

const chosen = {};
for (let place = 2; place < process.argv.length; place += 2) {
  chosen[process.argv[place].slice(2)] = process.argv[place + 1];
}

// what is understood

function dayFirst(text) {
  const match = /^(\d{1,2})\/(\d{1,2})\/(\d{4}) (\d{1,2}):(\d{2}):(\d{2})[ \u00a0\u202f]?([AP])M$/i.exec(text);
  if (!match) throw new Refused(422, 'no such time');
  const [day, month, year, hour, minute, second] = match.slice(1, 7).map(Number);
  const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
  if (month < 1 || month > 12 || day < 1 || day > days || hour < 1 || hour > 12 || minute > 59 || second > 59) {
    throw new Refused(422, 'no such time');
  }
  const half = /p/i.test(match[7]) ? 12 : 0;
  return Date.UTC(year, month - 1, day, (hour % 12) + half, minute, second) - INDIA;
}

function iso(text) {
  const wanted = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
  const moment = wanted.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(moment)) throw new Refused(422, 'no such time');
  return moment;
}

function time(value, read) {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string') throw new Refused(422, 'no such time');
  return read(value);
}

function word(value, known) {
  if (typeof value !== 'string' || !Object.hasOwn(known, value)) throw new Refused(422, 'no such status');
  return value;
}

function text(value) {
  if (value !== undefined && value !== null && typeof value !== 'string') throw new Refused(422, 'no text');
  return value ?? null;
}

function identified(value, alsoNumbers) {
  const number = alsoNumbers && Number.isSafeInteger(value);
  if (!number && (typeof value !== 'string' || !value.trim())) throw new Refused(422, 'no id');
  return String(value);
}

function clevertap(fields) {
  if (fields.is_test === true && !('Export Request Id' in fields)) return null;
  const status = word(fields.Status, WORDS.clevertap);
  const id = identified(fields['Export Request Id'], true);
  return {provider: 'clevertap', id, status, at: time(fields['Date and Time'], dayFirst), kind: 'export'};
}

function reachfive(fields) {
  const status = word(fields.status, WORDS.reachfive);
  const note = {provider: 'reachfive', id: identified(fields.id, false), status, at: time(fields.updated_at, iso)};
  for (const count of COUNTS) {
    const value = fields[count] ?? null;
    if (value !== null && !Number.isSafeInteger(value)) throw new Refused(422, 'no count');
    note[count] = value;
  }
  return {...note, kind: text(fields.type) ?? 'export', name: text(fields.definition_name)};
}

function parsed(body) {
  let value;
  try {
    value = JSON.parse(new TextDecoder('utf-8', {fatal: true}).decode(body));
  } catch {
    throw new Refused(400, 'no JSON');
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw new Refused(400, 'no object');
  return value;
}

// what is kept

const told = new Map(); // provider and id → key of a note → note

function place(note) {
  const weight = WORDS[note.provider][note.status];
  return [note.at ?? (weight ? Infinity : -Infinity), weight];
}

function keep(note) {
  const whose = `${note.provider}/${note.id}`;
  if (!told.has(whose)) told.set(whose, new Map());
  const notes = told.get(whose);
  const same = `${note.status} ${note.at}`;
  if (notes.has(same)) return false;
  notes.set(same, note);
  return true;
}

if (fs.existsSync(chosen.log)) {
  for (const line of fs.readFileSync(chosen.log, 'utf8').split('\n')) if (line) keep(JSON.parse(line));
}
const log = fs.openSync(chosen.log, 'a');

function state(whose) {
  const notes = [...(told.get(whose)?.values() ?? [])];
  if (!notes.length) return null;
  const places = notes.map((note) => [...place(note), note]);
  const [, , latest] = places.sort((a, b) => (a[0] === b[0] ? a[1] - b[1] : a[0] - b[0])).at(-1);
  const ends = notes.filter((note) => place(note)[1]).length;
  const at = latest.at === null ? null : new Date(latest.at).toISOString();
  return {...latest, at, effects: ends, runs: Math.max(ends, notes.length - ends)};
}

// what is asked

function allowed(request) {
  const given = [];
  for (let at = 0; at < request.rawHeaders.length; at += 2) {
    if (request.rawHeaders[at].toLowerCase() === 'authorization') given.push(request.rawHeaders[at + 1]);
  }
  const hash = (value) => crypto.createHash('sha256').update(value).digest();
  return given.length === 1 && crypto.timingSafeEqual(hash(given[0]), hash(chosen.authorization));
}

function hook(request, provider, body, size) {
  if (request.method !== 'POST') throw new Refused(405, 'only POST');
  if (!allowed(request)) throw new Refused(401, 'who is it?');
  if ((request.headers['content-encoding'] ?? 'identity') !== 'identity') throw new Refused(415, 'not read here');
  if (size > MOST) throw new Refused(413, 'too large');
  const note = (provider === 'clevertap' ? clevertap : reachfive)(parsed(body));
  if (note && note.kind === 'export' && keep(note)) {
    fs.writeSync(log, `${JSON.stringify(note)}\n`);
    fs.fdatasyncSync(log);
  }
  return [200, {}];
}

function routed(request, body, size) {
  const [, first, second, ...rest] = request.url.split('/');
  if (first === 'hooks' && (second === 'clevertap' || second === 'reachfive')) return hook(request, second, body, size);
  if (request.method !== 'GET') return [405, {}];
  if (first === 'healthz') return [200, {}];
  const found = first === 'exports' ? state(`${second}/${decodeURIComponent(rest.join('/'))}`) : null;
  return found ? [200, found] : [404, {}];
}

const server = http.createServer((request, response) => {
  const pieces = [];
  let size = 0;
  request.on('data', (piece) => {
    size += piece.length;
    if (size <= MOST) pieces.push(piece); // what is too large is read to its end, not kept
  });
  request.on('end', () => {
    if (!request.complete) return;
    let answer;
    try {
      answer = routed(request, Buffer.concat(pieces), size);
    } catch (error) {
      answer = [error instanceof Refused ? error.status : 500, {error: error.message}];
    }
    const words = Buffer.from(JSON.stringify(answer[1]));
    response.writeHead(answer[0], {'Content-Type': 'application/json', 'Content-Length': words.length});
    response.end(words);
  });
  request.on('error', () => {});
});
server.listen(Number(chosen.port ?? 0), '127.0.0.1', 256, () => console.log(`listening on ${server.address().port}`));
process.on('SIGTERM', () => process.exit(0));

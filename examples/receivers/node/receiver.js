// Receives credits from the service jetpay, and answers its questions about customers. Node 20, nothing else.
//
//     export WEBHOOK_SECRETS="whsec_..."        # two, with a space between, while you rotate them
//     node receiver.js 8000
//
// POST /webhooks: Standard Webhooks 1.0.0. POST /lookup: the same signature. Amounts are integers in minor units (tiyn).
//
// Node 20 has no database, so this example keeps its books in a file that it only appends to. Run one process: it opens the books
// only when it has its port, so that a second start on that port ends and touches nothing. With a database of your own, insert into
// a table whose unique key is the webhook's id, and answer 200 after the commit.
'use strict';

const crypto = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');

const MOST = 64 * 1024; // bytes of a body
const TOLERANCE = 5 * 60; // seconds

const SECRETS = (process.env.WEBHOOK_SECRETS ?? '')
  .split(/\s+/)
  .filter((secret) => secret !== '')
  .map((secret) => Buffer.from(secret.replace(/^whsec_/, ''), 'base64'));
if (SECRETS.length === 0 || SECRETS.some((secret) => secret.length < 24)) {
  console.error('WEBHOOK_SECRETS: write whsec_ and the base64 of 24 to 64 random bytes'); // Anyone can sign with an empty one.
  process.exit(1);
}

// Your customers, and what each owed before the first credit came here. Put a query of your own in its place.
const DEBTS = new Map([['7123456789', 125000]]);

// What is booked: the ids of webhooks, and the sum of each customer.
const booked = new Set();
const paid = new Map();

function book({ id, customer_id, amount }) {
  booked.add(id);
  paid.set(customer_id, (paid.get(customer_id) ?? 0) + amount);
}

/** Opens the books. A last line without an end was cut by a crash: its webhook was not answered, and comes again. */
function openBooks(path) {
  const file = fs.openSync(path, 'a+');
  const text = fs.readFileSync(path);
  const whole = text.lastIndexOf('\n') + 1;
  if (whole < text.length) fs.ftruncateSync(file, whole);
  for (const line of text.subarray(0, whole).toString().split('\n')) {
    if (line) book(JSON.parse(line));
  }
  return { file, end: whole };
}

let books; // There are none before the server listens.

/** Writes an entry, waits for the disk, and counts it. A write that fails is taken out, so that the file stays readable. */
function keep(entry) {
  const line = Buffer.from(JSON.stringify(entry) + '\n');
  try {
    let written = 0;
    while (written < line.length) written += fs.writeSync(books.file, line, written);
    fs.fsyncSync(books.file);
  } catch (error) {
    fs.ftruncateSync(books.file, books.end);
    throw error;
  }
  books.end += line.length;
  book(entry);
}

/** Whether one of the secrets signed these bytes, within the last five minutes. */
function signed(headers, body) {
  const id = headers['webhook-id'] ?? '';
  const timestamp = headers['webhook-timestamp'] ?? '';
  if (!/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > TOLERANCE) return false;
  const given = (headers['webhook-signature'] ?? '').split(' ').map((it) => Buffer.from(it));
  let good = false;
  for (const secret of SECRETS) {
    const mac = crypto.createHmac('sha256', secret).update(`${id}.${timestamp}.`).update(body);
    const expected = Buffer.from(`v1,${mac.digest('base64')}`);
    for (const signature of given) {
      // The length is no secret.
      if (signature.length === expected.length && crypto.timingSafeEqual(signature, expected)) good = true;
    }
  }
  return good;
}

/** Books an entry once. There is no `await` between the look and the write, so two requests cannot both book it. */
function accept(id, event) {
  if (!event.type.startsWith('entry.')) return; // An alarm, for example: show it to a person.
  const { customer_id, amount, currency } = event.data;
  const texts = [customer_id, currency].every((it) => typeof it === 'string');
  if (!texts || !Number.isSafeInteger(amount)) throw new TypeError('entry');
  if (!booked.has(id)) keep({ id, customer_id, amount, currency });
}

/** The body of PUT /v1/customers/{customer_id}, or null when there is no such customer. */
function customer(id) {
  if (!DEBTS.has(id)) return null;
  const debt = Math.max(DEBTS.get(id) - (paid.get(id) ?? 0), 0);
  return { contracts: [{ id, number: id, payment: debt }] };
}

/** The status and the content of the answer. */
function respond(request, body) {
  if (!signed(request.headers, body)) return [401, {}];
  let message;
  try {
    message = JSON.parse(body);
    if (request.url === '/lookup') {
      const found = customer(message.customer_id);
      const unknown = { error: { code: 'unknown_customer', message: 'there is no such customer' } };
      return found ? [200, found] : [404, unknown];
    }
    if (request.url === '/webhooks') {
      accept(request.headers['webhook-id'], message);
      return [200, {}];
    }
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return [400, {}];
    console.error(`the books: ${error.code}`);
    return [503, {}]; // The service sends it again.
  }
  // Not a 404 with unknown_customer: a wrong path says nothing about a customer.
  return [404, { error: { code: 'no_such_path' } }];
}

const server = http.createServer((request, response) => {
  const chunks = [];
  let length = 0;
  const answer = ([status, content]) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(content));
  };
  request.on('data', (chunk) => {
    length += chunk.length;
    if (length <= MOST) chunks.push(chunk);
  });
  request.on('end', () => {
    if (request.method !== 'POST') answer([405, {}]);
    else if (length > MOST) answer([413, {}]);
    else answer(respond(request, Buffer.concat(chunks)));
  });
});

// On this machine alone: put a web server with TLS in front.
// Another process that has this port has these books too: then there is an error here, before they are opened. No request is read
// before they are.
server.listen(Number(process.argv[2]), '127.0.0.1', () => {
  books = openBooks(process.env.DATABASE ?? 'receiver.jsonl');
});

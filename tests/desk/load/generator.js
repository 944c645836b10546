/**
 * Loads an order desk: many clients over mutual TLS and AES, each asking at its own pace whether it was answered or not.
 * Plain JavaScript with none of the product's code: it runs as a process of its own beside the desk that it measures.
 *
 *   node tests/desk/load/generator.js --port 6226 --certs certs [--clients 200] [--signed-in 200] [--rate 20] [--seconds 10]
 *
 * Clients that are signed in place orders, the others ask who they are. Prints a line a minute, and at the end one JSON
 * object: what was asked, answered and refused, latencies in ms from the moment at which a request was due.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    certs: { type: 'string', default: 'certs' },
    passphrase: { type: 'string', default: '1234567890123456' },
    clients: { type: 'string', default: '200' },
    'signed-in': { type: 'string' },
    rate: { type: 'string', default: '20' },
    seconds: { type: 'string', default: '10' },
  },
});
const clients = Number(values.clients);
const signedIn = Number(values['signed-in'] ?? clients);
const everyMs = 1000 / Number(values.rate);
const seconds = Number(values.seconds);
const key = Buffer.from(values.passphrase, 'utf8');
const file = (name) => readFileSync(join(values.certs, name));
const identity = { ca: file('ca.crt'), cert: file('client.crt'), key: file('client.key') };

/** Latencies by request, and everything that went wrong. */
const latencies = { order: [], whoami: [] };
const totals = { asked: 0, answered: 0, refused: 0, lost: 0, orders: 0 };
const ids = new Set();

class Client {
  constructor(name) {
    this.name = name;
    this.sent = 0;
    this.received = 0;
    this.waiting = [];
    this.rest = Buffer.alloc(0);
    this.socket = connect({ host: '127.0.0.1', port: Number(values.port), ...identity });
    this.socket.setNoDelay(true);
    this.greeted = new Promise((resolve, reject) => {
      this.greet = resolve;
      this.socket.on('error', reject).on('close', () => {
        totals.lost += this.isDone ? 0 : 1;
        reject(new Error('closed'));
      });
    });
    this.socket.on('data', (chunk) => this.take(chunk));
  }

  take(chunk) {
    this.rest = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    for (let at = this.rest.indexOf(10); at >= 0; at = this.rest.indexOf(10)) {
      const line = JSON.parse(this.rest.subarray(0, at).toString('utf8'));
      this.rest = this.rest.subarray(at + 1);
      if (line.type === 'hello') {
        this.nonce = line.nonce;
        this.greet();
      } else this.waiting.shift()(line.type === 'error' ? line : this.opened(line));
    }
  }

  ask(request) {
    const n = this.sent++;
    const iv = randomBytes(12);
    const aes = createCipheriv('aes-128-gcm', key, iv, { authTagLength: 16 });
    aes.setAAD(Buffer.from(`${this.nonce}|c|${n}`, 'ascii'));
    const ct = Buffer.concat([aes.update(JSON.stringify(request), 'utf8'), aes.final()]).toString('base64');
    const envelope = { n, mode: 'gcm', iv: iv.toString('base64'), ct, tag: aes.getAuthTag().toString('base64') };
    this.socket.write(JSON.stringify(envelope) + '\n');
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  opened({ n, iv, ct, tag }) {
    if (n !== this.received++) throw new Error(`line ${n} came out of turn`);
    const aes = createDecipheriv('aes-128-gcm', key, Buffer.from(iv, 'base64'), { authTagLength: 16 });
    aes.setAAD(Buffer.from(`${this.nonce}|s|${n}`, 'ascii'));
    aes.setAuthTag(Buffer.from(tag, 'base64'));
    return JSON.parse(Buffer.concat([aes.update(Buffer.from(ct, 'base64')), aes.final()]).toString('utf8'));
  }

  async enter() {
    const password = `load test ${this.name}`;
    for (;;) {
      const made = await this.ask({ type: 'create-account', user: this.name, password });
      if (made.type === 'ok') return;
      const answer = await this.ask({ type: 'sign-in', user: this.name, password });
      if (answer.type === 'ok') return;
      if (answer.code !== 'too-many-tries') throw new Error(`${this.name}: ${answer.message}`);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  /** Asks at its pace until the end. */
  async load(type, startAt, endAt) {
    const answers = [];
    for (let due = startAt; due < endAt; due += everyMs) {
      const wait = due - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      const request =
        type === 'order' ? { type, item: 'green tea', quantity: 1, key: `${this.name}-${due}` } : { type };
      totals.asked++;
      answers.push(this.ask(request).then((answer) => this.note(type, answer, performance.now() - due)));
    }
    await Promise.all(answers);
    this.isDone = true;
    this.socket.end();
  }

  note(type, answer, ms) {
    totals.answered++;
    latencies[type].push(ms);
    if (answer.type !== 'ok') totals.refused++;
    else if (type === 'order') {
      totals.orders++;
      ids.add(answer.order.id);
    }
  }
}

function told(list) {
  const sorted = [...list].sort((one, other) => one - other);
  const at = (share) =>
    Number((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1));
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), most: at(1) };
}

const all = Array.from({ length: clients }, (_, i) => new Client(`load-${i}`));
await Promise.all(all.map(({ greeted }) => greeted));
await Promise.all(all.slice(0, signedIn).map((client) => client.enter()));
const startAt = performance.now() + 200;
/** Longer runs say how they do. */
const report = setInterval(() => console.log(JSON.stringify({ ...totals, order: told(latencies.order) })), 60_000);
await Promise.all(
  all.map((client, i) => {
    const from = startAt + (i / clients) * everyMs;
    return client.load(i < signedIn ? 'order' : 'whoami', from, from + seconds * 1000);
  }),
);
clearInterval(report);
const doubled = totals.orders - ids.size;
console.log(JSON.stringify({ ...totals, doubled, order: told(latencies.order), whoami: told(latencies.whoami) }));

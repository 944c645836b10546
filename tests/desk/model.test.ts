/**
 * Random conversations of several users against a model that a child could keep on paper, with restarts and crashes in
 * between: a crash is a copy of the store's files as they lay on the disk at that moment.
 */
import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { ROLES, type Request, type Role } from '../../src/core/desk/messages.ts';
import { createPasswords } from '../../server/desk/passwords.ts';
import { createRequests } from '../../server/desk/requests.ts';
import { createTrail } from '../../server/desk/trail.ts';
import type { Reply, Visitor } from '../../server/desk/visitor.ts';
import { openStore } from '../../server/store/sqlite-store.ts';
import type { Store } from '../../server/store/store.ts';

const RUNS = process.env['TRUSTWALK_LONG'] === undefined ? 25 : 2_000;
const USERS = ['ann', 'bea', 'cas'] as const;
const PASSWORDS = ['first good password', 'second good password'] as const;
const KEYS = [undefined, 'k1', 'k2'] as const;

const seat = fc.nat(3);
const user = fc.constantFrom(...USERS);
const password = fc.constantFrom(...PASSWORDS);
type Step =
  | { readonly kind: 'ask'; readonly seat: number; readonly request: Request }
  | { readonly kind: 'crash' | 'restart' | 'hang-up'; readonly seat: number };
const asks = fc
  .oneof(
    fc.record({ type: fc.constant('create-account' as const), user, password }),
    fc.record({ type: fc.constant('sign-in' as const), user, password }),
    fc.record({ quantity: fc.integer({ min: 1, max: 9 }), key: fc.constantFrom(...KEYS) }).map(({ quantity, key }) => ({
      ...{ type: 'order' as const, item: 'tea', quantity },
      ...(key === undefined ? {} : { key }),
    })),
    fc.constantFrom({ type: 'orders' as const }, { type: 'all-orders' as const }, { type: 'whoami' as const }),
    fc.record({ type: fc.constant('change-password' as const), old: password, new: password }),
    fc.record({ type: fc.constant('set-role' as const), user, role: fc.constantFrom(...ROLES) }),
  )
  .chain((request) => seat.map((at): Step => ({ kind: 'ask', seat: at, request })));
const breaks = fc
  .constantFrom('crash' as const, 'restart' as const, 'hang-up' as const)
  .chain((kind) => seat.map((at): Step => ({ kind, seat: at })));
const steps = fc.array(fc.oneof({ weight: 9, arbitrary: asks }, { weight: 1, arbitrary: breaks }), {
  minLength: 5,
  maxLength: 60,
});

/** Seats 0 and 1 show the certificate of ann, 2 that of bea, 3 that of cas. */
const SUBJECTS = ['CN=ann', 'CN=ann', 'CN=bea', 'CN=cas'];

class Model {
  readonly accounts = new Map<string, { password: string; version: number; subject: string; role: Role }>();
  readonly orders: { user: string; quantity: number; key: string | undefined }[] = [];
  readonly signedIn: ({ user: string; version: number } | null)[] = [null, null, null, null];

  expected(at: number, request: Request): object {
    const inside = this.signedIn[at] ?? null;
    const account = inside === null ? undefined : this.accounts.get(inside.user);
    const who = account !== undefined && account.version === inside?.version ? inside.user : null;
    const role = who === null ? null : (account?.role ?? null);
    const subject = SUBJECTS[at] ?? '';
    switch (request.type) {
      case 'create-account': {
        if (this.accounts.has(request.user)) return { code: 'name-taken' };
        this.accounts.set(request.user, { password: request.password, version: 0, subject, role: 'customer' });
        this.signedIn[at] = { user: request.user, version: 0 };
        return { type: 'ok', user: request.user, role: 'customer' };
      }
      case 'sign-in': {
        const known = this.accounts.get(request.user);
        if (known?.password !== request.password) return { code: 'bad-credentials' };
        if (known.subject !== subject) return { code: 'wrong-certificate' };
        this.signedIn[at] = { user: request.user, version: known.version };
        return { type: 'ok', role: known.role };
      }
      case 'whoami':
        return { type: 'ok', user: who, role, subject };
      default:
        return who === null || account === undefined
          ? { code: 'unauthenticated' }
          : this.#asUser(at, who, account, request);
    }
  }

  #asUser(at: number, who: string, account: { password: string; version: number; role: Role }, request: Request) {
    const { role } = account;
    switch (request.type) {
      case 'order': {
        const same = (one: { user: string; key: string | undefined }) => one.user === who && one.key === request.key;
        const known = request.key === undefined ? -1 : this.orders.findIndex(same);
        if (known < 0) this.orders.push({ user: who, quantity: request.quantity, key: request.key });
        const at = known < 0 ? this.orders.length - 1 : known;
        return { type: 'ok', order: { id: at + 1, quantity: this.orders[at]?.quantity, user: who } };
      }
      case 'orders':
        return { type: 'ok', orders: this.#told((one) => one.user === who) };
      case 'all-orders':
        return role === 'customer' ? { code: 'forbidden' } : { type: 'ok', orders: this.#told(() => true) };
      case 'change-password':
        if (request.old !== account.password) return { code: 'bad-credentials' };
        account.password = request.new;
        account.version++;
        this.signedIn[at] = { user: who, version: account.version };
        return { type: 'ok' };
      case 'set-role': {
        if (role !== 'manager') return { code: 'forbidden' };
        const other = this.accounts.get(request.user);
        if (other === undefined) return { code: 'bad-request' };
        other.role = request.role;
        return { type: 'ok', user: request.user, role: request.role };
      }
      default:
        throw new Error(`the model does not know ${request.type}`);
    }
  }

  #told(which: (order: { user: string }) => boolean): object[] {
    return this.orders
      .map(({ user: name, quantity }, at) => ({ id: at + 1, user: name, quantity }))
      .filter((order) => which(order));
  }
}

const folder = mkdtempSync(join(tmpdir(), 'trustwalk-model-'));
afterAll(() => rmSync(folder, { recursive: true }));
let starts = 0;

/** The desk's requests on a store in a file; time passes so fast that no failure is remembered. */
class Real {
  #path = join(folder, String(++starts), 'desk.db');
  store: Store = openStore(this.#path);
  #visitors = this.#seats();
  #answer = this.#opened();
  static #now = 0;

  #seats(): Visitor[] {
    return SUBJECTS.map((subject, at) => ({
      peer: { subject, serial: `0${at}`, sha256: 'ab'.repeat(32) },
      signedIn: null,
    }));
  }

  #opened() {
    const now = () => (Real.#now += 3_600_000);
    const random = (bytes: number) => randomBytes(bytes);
    const passwords = createPasswords(random, { cost: 16, blockSize: 8, parallel: 1 });
    const log = () => undefined;
    const trail = createTrail({ store: this.store, now, log });
    return createRequests({ store: this.store, now, random, log, trail, authority: null, passwords });
  }

  ask(at: number, request: Request): Promise<Reply> {
    return this.#answer(this.#visitors[at] as Visitor, request);
  }

  hangUp(at: number): void {
    (this.#visitors[at] as Visitor).signedIn = null;
  }

  restart(isCrash: boolean): void {
    if (isCrash) {
      const to = join(folder, String(++starts));
      mkdirSync(to);
      for (const end of ['', '-wal']) cpSync(this.#path + end, join(to, 'desk.db') + end);
      this.store.close();
      this.#path = join(to, 'desk.db');
    } else this.store.close();
    this.store = openStore(this.#path);
    this.#visitors = this.#seats();
    this.#answer = this.#opened();
  }
}

test('whatever users do, the desk answers as the model does, over restarts and crashes', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (path) => {
      const [model, real] = [new Model(), new Real()];
      // The first manager is made on the machine itself.
      model.expected(3, { type: 'create-account', user: 'cas', password: PASSWORDS[0] });
      await real.ask(3, { type: 'create-account', user: 'cas', password: PASSWORDS[0] });
      await real.store.setRole('cas', 'manager');
      Object.assign(model.accounts.get('cas') ?? {}, { role: 'manager' });
      try {
        for (const step of path) {
          if (step.kind === 'ask') {
            const answer = await real.ask(step.seat, step.request);
            expect(answer).toMatchObject(model.expected(step.seat, step.request));
          } else if (step.kind === 'hang-up') {
            real.hangUp(step.seat);
            model.signedIn[step.seat] = null;
          } else {
            real.restart(step.kind === 'crash');
            model.signedIn.fill(null);
          }
        }
        expect(real.store.orderCount(null)).toBe(model.orders.length);
      } finally {
        real.store.close();
      }
    }),
    { numRuns: RUNS },
  );
});

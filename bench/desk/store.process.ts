/** The desk's store without desk and network: so many callers order, one after the other each. Prints orders a second. */
import { join } from 'node:path';
import { openStore } from '../../server/store/sqlite-store.ts';

const [folder = '.', callers = '1', ms = '1000'] = process.argv.slice(2);
const store = openStore(join(folder, `store-${process.pid}.db`));
const password = { cost: 2, blockSize: 1, parallel: 1, salt: new Uint8Array(16), hash: new Uint8Array(32) };
const account = { user: 'alice', role: 'customer' as const, subject: 'CN=alice', password, passwordVersion: 0 };
await store.addAccount({ ...account, createdAt: 0 });
const order = { item: 'green tea', quantity: 1, user: 'alice', serial: '0a', fingerprint: 'ab'.repeat(32), key: null };
let placed = 0;
const startedAt = performance.now();
const endAt = startedAt + Number(ms);
const order1 = async () => {
  for (; performance.now() < endAt; placed++) await store.addOrder({ ...order, time: Date.now() });
};
await Promise.all(Array.from({ length: Number(callers) }, order1));
const seconds = (performance.now() - startedAt) / 1000;
store.close();
console.log(String(placed / seconds));

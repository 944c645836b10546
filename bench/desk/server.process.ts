/** The order desk alone, on a free port, in a folder of its own. Prints its port; ends with its standard input. */
import { join } from 'node:path';
import { ensureCerts } from '../../server/desk/certs.ts';
import { openDeskPort } from '../../server/desk-port.ts';
import { DEFAULT_OPTIONS, STORE_FILE } from '../../server/options.ts';
import { createRandom } from '../../server/random.ts';
import { openStore } from '../../server/store/sqlite-store.ts';

const [folder = '.'] = process.argv.slice(2);
const certs = await ensureCerts(join(folder, 'certs'), Date.now(), () => undefined);
const store = openStore(join(folder, STORE_FILE));
const log = (line: string) => console.error(line);
const parts = { certs, store, now: Date.now, random: createRandom(), log };
const { listener, close } = await openDeskPort({ ...DEFAULT_OPTIONS, deskPort: 0 }, parts);
console.log(String(listener.port));
process.stdin.resume().on('end', () => void close().then(() => process.exit(0)));

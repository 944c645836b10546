import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, linkSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DESK_LIMITS } from '../../src/core/desk/limits.ts';
import { ROLES } from '../../src/core/desk/messages.ts';
import { eventTold } from '../desk/lists.ts';
import { DEFAULT_OPTIONS, STORE_FILE } from '../options.ts';
import { StartError } from '../start-error.ts';
import { openStore } from '../store/sqlite-store.ts';
import { type Store, StoreFailed } from '../store/store.ts';
import { eventTold as eventText } from './client/words.ts';
import { type Command, type Terminal, UsageError, readOptions } from './usage.ts';

const HELP = `trustwalk desk: looks after the order desk on its own machine, also while it runs.

  trustwalk desk set-role USER ROLE [--data DIR]
      makes somebody ${ROLES.join(', ')}; the first manager is made here
  trustwalk desk audit [--last N] [--json] [--data DIR]
      who signed in with which certificate from where, what was refused and why
  trustwalk desk backup -o FILE [--data DIR]
      a whole copy of the store, in a new file, while the desk goes on working

  --data DIR    the folder that the desk was started with (.data)
  --last N      the newest N lines (${DESK_LIMITS.listed})
  --json        one JSON object a line

To go back to a backup, stop the desk and put the file in the place of DIR/${STORE_FILE};
remove DIR/${STORE_FILE}-wal and DIR/${STORE_FILE}-shm.`;

export const desk: Command = {
  says: 'roles, audit trail and backup of the order desk, on its own machine',
  help: HELP,
  async run(args, terminal) {
    const [what, ...rest] = args;
    const action = what === undefined || !Object.hasOwn(ACTIONS, what) ? undefined : ACTIONS[what];
    if (action === undefined) throw new UsageError(`desk takes one of: ${Object.keys(ACTIONS).join(', ')}`);
    try {
      await action(rest, terminal);
      return 0;
    } catch (error) {
      if (!(error instanceof StoreFailed)) throw error;
      throw new StartError(`the store cannot be used (${error.message}).`);
    }
  },
};

const DATA = { data: { type: 'string', default: DEFAULT_OPTIONS.data } } as const;

const ACTIONS: Readonly<Record<string, (args: string[], terminal: Terminal) => Promise<void>>> = {
  async 'set-role'(args, { out }) {
    const { values, words } = readOptions('desk', args, DATA, 2);
    const [user, wished] = words;
    const role = ROLES.find((known) => known === wished);
    if (user === undefined || role === undefined)
      throw new UsageError(
        `desk set-role takes a user and one of ${ROLES.join(', ')}: trustwalk desk set-role alice manager`,
      );
    await withStore(values.data, async (store) => {
      if (!(await store.setRole(user, role))) throw new StartError(`there is no account ${JSON.stringify(user)}.`);
      const nobody = { subject: null, serial: null, fingerprint: null, address: null };
      const detail = `${user} is now ${role}, by the command line of this machine`;
      await store.addEvent({ time: Date.now(), event: 'set-role', code: null, user: null, ...nobody, detail });
    });
    out(`${user} is now ${role}.`);
  },

  async audit(args, { out }) {
    const { values } = readOptions('desk', args, {
      ...DATA,
      last: { type: 'string', default: String(DESK_LIMITS.listed) },
      json: { type: 'boolean', default: false },
    });
    if (!/^[1-9]\d{0,8}$/.test(values.last))
      throw new UsageError(`--last takes a number from 1, not "${values.last}".`);
    await withStore(values.data, async (store) => {
      const events = store.events({ most: Number(values.last) }).map(eventTold);
      for (const event of events) out(values.json ? JSON.stringify(event) : eventText(event));
    });
  },

  async backup(args, { out }) {
    const { values } = readOptions('desk', args, { ...DATA, output: { type: 'string', short: 'o' } });
    const path = values.output;
    if (path === undefined) throw new UsageError('desk backup takes a new file: trustwalk desk backup -o FILE');
    await withStore(values.data, async (store) => backUp(store, path));
    out(`The store is in ${path}.`);
  },
};

async function withStore(folder: string, use: (store: Store) => Promise<void>): Promise<void> {
  const path = join(folder, STORE_FILE);
  if (!existsSync(path)) throw new StartError(`there is no store ${path}. Name the desk's folder with --data DIR.`);
  const store = openStore(path);
  try {
    await use(store);
  } finally {
    store.close();
  }
}

/** Whole or not at all, readable by its owner alone, and never over a file that is there. */
function backUp(store: Store, path: string): void {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    closeSync(openSync(draft, 'wx', 0o600)); // SQLite fills an empty file that is there, and keeps its mode
    store.copyTo(draft);
    const file = openSync(draft, 'r+');
    fsyncSync(file);
    closeSync(file);
    linkSync(draft, path);
  } catch (error) {
    if (error instanceof StoreFailed) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new StartError(
      code === 'EEXIST' ? `${path} is there already. Name a new file.` : `cannot write ${path} (${code}).`,
    );
  } finally {
    rmSync(draft, { force: true });
  }
}

import { isIPv6 } from 'node:net';
import { passphraseKey } from '../../src/core/aes/envelope.ts';
import { banner } from '../banner.ts';
import { type Running, startTrustwalk } from '../main.ts';
import { DEFAULT_OPTIONS, type ServeOptions } from '../options.ts';
import { type Command, UsageError, portOf, readOptions } from './usage.ts';

const HELP = `trustwalk serve: the site and its bridge, and the order desk.

  trustwalk [serve] [options]

  --port N          of the site and the bridge (6227); 0 picks a free one
  --desk-port N     of the order desk (6226); 0 picks a free one
  --host HOST       a loopback address (127.0.0.1)
  --certs DIR       the desk's own PKI, made at the first start (certs)
  --data DIR        the desk's accounts and orders, the handshake log, and the relay's key (.data)
  --passphrase S    16 bytes under which the desk's lines are AES-encrypted; given a second
                    time, the old one, which is taken as well until all clients have the new
  --weak-modes      the desk also takes CBC and ECB, which notice no change
  --no-open         never opens a browser; it does not open one anyway
  --help            this text

When everything listens, the last line printed is: ready {"url":…,"deskPort":…,"certs":…}`;

const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];

/** After this time a stop that hangs is cut short; two seconds are promised. */
const STOP_MS = 1_800;

export const serve: Command = {
  says: 'the site, the bridge and the order desk (the default)',
  help: HELP,
  async run(args, { out, error }) {
    const options = serveOptions(args);
    const stop = stopOnSignal();
    const running = await startTrustwalk(options, error);
    stop.ends(running);
    out(banner(running, options));
    return null;
  },
};

function serveOptions(args: string[]): ServeOptions {
  const { values } = readOptions('serve', args, {
    port: { type: 'string', default: String(DEFAULT_OPTIONS.port) },
    'desk-port': { type: 'string', default: String(DEFAULT_OPTIONS.deskPort) },
    host: { type: 'string', default: DEFAULT_OPTIONS.host },
    certs: { type: 'string', default: DEFAULT_OPTIONS.certs },
    data: { type: 'string', default: DEFAULT_OPTIONS.data },
    passphrase: { type: 'string', multiple: true, default: [DEFAULT_OPTIONS.passphrase] },
    'weak-modes': { type: 'boolean', default: false },
    'no-open': { type: 'boolean', default: false },
  });
  const { host, certs, data } = values;
  const [passphrase = DEFAULT_OPTIONS.passphrase, ...oldPassphrases] = values.passphrase;
  if (!LOOPBACK.includes(host))
    throw new UsageError(`--host takes a loopback address (${LOOPBACK.join(', ')}), not "${host}".`);
  for (const one of values.passphrase) {
    const key = passphraseKey(one);
    if (!key.ok) throw new UsageError(`--passphrase: ${key.error.why}`);
  }
  const port = portOf('--port', values.port);
  const deskPort = portOf('--desk-port', values['desk-port']);
  if (port === deskPort && port !== 0)
    throw new UsageError(`--port and --desk-port are both ${port}; they must differ.`);
  return {
    port,
    deskPort,
    host: isIPv6(host) ? '::1' : host,
    certs,
    data,
    passphrase,
    oldPassphrases,
    weakModes: values['weak-modes'],
  };
}

/** The first Ctrl-C ends everything in order, the second at once. */
function stopOnSignal(): { ends(running: Running): void } {
  let running: Running | null = null;
  let isStopping = false;
  const stop = () => {
    if (isStopping || running === null) process.exit(130);
    isStopping = true;
    setTimeout(() => process.exit(1), STOP_MS).unref();
    void running.close().then(() => process.exit(0));
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  return { ends: (started) => (running = started) };
}

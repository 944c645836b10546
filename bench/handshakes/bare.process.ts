/**
 * The shortest server of Node's that asks for certificates: no tap, no log, a word for everybody who is accepted.
 * Argument: the folder with `ca.crt`, `server.crt` and `server.key`. Prints its port; ends with its standard input.
 */
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createServer } from 'node:tls';

const [folder = '.'] = process.argv.slice(2);
const file = (name: string) => readFileSync(join(folder, name));
const own = { ca: file('ca.crt'), cert: file('server.crt'), key: file('server.key') };
const server = createServer({ ...own, requestCert: true, rejectUnauthorized: true }, (socket) => {
  socket.on('error', () => socket.destroy());
  socket.write('welcome\n');
  socket.on('data', () => undefined);
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
process.stdin.resume().on('end', () => process.exit());

/**
 * A client that makes mutual handshakes with one server, several at a time, and leaves after the first application data
 * of the server: in TLS 1.3 nothing else tells that its certificate was accepted. Arguments: the folder with `ca.crt`,
 * `client.crt` and `client.key`, the port, how many, and what it says first ('' for nothing).
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, createSecureContext } from 'node:tls';

const AT_ONCE = 4;

const [folder = '.', port = '', count = '', first = ''] = process.argv.slice(2);
const file = (name: string) => readFileSync(join(folder, name));
const secureContext = createSecureContext({
  ca: file('ca.crt'),
  cert: file('client.crt'),
  key: file('client.key'),
  minVersion: 'TLSv1.3',
});

async function handshake(): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port: Number(port), servername: 'localhost', secureContext });
  if (first !== '') socket.once('secureConnect', () => socket.write(first));
  await once(socket, 'data');
  socket.end();
  socket.resume();
  await once(socket, 'close');
}

let left = Number(count);
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (; left > 0;) {
      left -= 1;
      await handshake();
    }
  }),
);

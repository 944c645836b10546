import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { leaveTimeForLastWords } from './last-words.ts';

test('what a socket wrote before it was destroyed is read, though its peer writes in the same turn', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const leaving = connect((server.address() as AddressInfo).port, '127.0.0.1').pause();
  const [staying] = (await once(server, 'connection')) as [Socket];
  const read: string[] = [];
  staying.on('data', (bytes: Buffer) => read.push(bytes.toString()));
  staying.on('error', () => undefined);
  leaveTimeForLastWords(leaving);
  staying.write('unread');
  await new Promise((resolve) => setTimeout(resolve, 50));
  leaving.write('last words');
  leaving.destroy();
  staying.write('too late');
  await new Promise((resolve) => staying.once('close', resolve));
  expect(read).toEqual(['last words']);
  expect(leaving.destroyed).toBe(true);
  server.close();
});

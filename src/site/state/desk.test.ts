import { expect, test } from 'vitest';
import { openSslCommand } from './desk.ts';

test('the command names the port and the three files', () => {
  expect(openSslCommand({ port: 6226, certs: 'certs' })).toBe(
    [
      'openssl s_client',
      '    -connect 127.0.0.1:6226',
      '    -CAfile certs/ca.crt',
      '    -cert certs/client.crt',
      '    -key certs/client.key',
    ].join(' \\\n'),
  );
});

test('a folder with spaces or quotes stays one word for the shell', () => {
  // checked with `printf '%s' '/tmp/it'\''s here/ca.crt'` in sh
  expect(openSslCommand({ port: 1, certs: "/tmp/it's here/" })).toContain(
    String.raw`-CAfile '/tmp/it'\''s here/ca.crt'`,
  );
});

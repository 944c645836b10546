import { expect, test } from 'vitest';
import { banner } from './banner.ts';

const address = { url: 'http://127.0.0.1:6227/?token=abc', deskPort: 6226, certs: '/home/me/certs' };
const options = { host: '127.0.0.1', passphrase: '1234567890123456', oldPassphrases: [], weakModes: false };
const lines = (change = {}) => banner(address, { ...options, ...change }).split('\n');

test('the last line is for programs: ready, and one JSON object', () => {
  const [word, json = ''] = (lines().at(-1) ?? '').split(/ (.*)/s);
  expect(word).toBe('ready');
  expect(JSON.parse(json)).toEqual(address);
});

test('it names the page, the desk and a client line that can be copied', () => {
  const text = lines().join('\n');
  expect(text).toContain('http://127.0.0.1:6227/?token=abc\n');
  expect(text).toContain('127.0.0.1:6226');
  expect(text).toContain('npx trustwalk client 127.0.0.1 6226 1234567890123456\n');
});

test('the public passphrase is said to be one; a passphrase of the operator is not repeated', () => {
  expect(lines().join('\n')).toContain('example from a public document');
  const text = lines({ passphrase: 'sixteen-bytes-ok' }).join('\n');
  expect(text).not.toContain('example');
  expect(text).not.toContain('sixteen-bytes-ok');
  expect(text).toContain('npx trustwalk client 127.0.0.1 6226 PASSPHRASE');
});

test('an old passphrase that is still taken is told of, but not repeated', () => {
  const text = lines({ oldPassphrases: ['sixteen-bytes-ok'] }).join('\n');
  expect(text).toContain('old passphrase is still taken');
  expect(text).not.toContain('sixteen-bytes-ok');
});

test('weak modes are warned of, and only when they are on', () => {
  expect(lines().join()).not.toContain('weak');
  expect(lines({ weakModes: true }).join()).toContain('--weak-modes');
});

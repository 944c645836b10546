import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';
import { afterEach, expect, test } from 'vitest';
import { lessons, readLessons } from './lessons-plugin.ts';

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

test('every lesson of the course can be read', () => {
  const root = fileURLToPath(new URL('..', import.meta.url));
  expect(readLessons(join(root, 'lessons'), root).map(({ id }) => id)).toContain('key-pair');
});

test('problems name file and line', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trustwalk-lessons-'));
  folders.push(folder);
  writeFileSync(join(folder, '01-bad.md'), '# No head\n');
  expect(() => readLessons(folder, folder)).toThrow('01-bad.md:1: a lesson begins with its front matter');
});

const LESSON = `---
id: one
title: First title
question: Q?
minutes: 1
needs: []
kills: K
scenarios: []
---
## A {#a}
`;

test('an edited lesson is read anew while the site is being worked on', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'trustwalk-lessons-'));
  folders.push(folder);
  const file = join(folder, '01-one.md');
  writeFileSync(file, LESSON);
  const server = await createServer({
    ...{ configFile: false, root: folder, logLevel: 'silent', plugins: [lessons(folder, folder)] },
    server: { middlewareMode: true, ws: false },
  });
  try {
    const title = async () => (await server.ssrLoadModule('virtual:lessons'))['lessons'][0].title as string;
    expect(await title()).toBe('First title');
    writeFileSync(file, LESSON.replace('First', 'Second'));
    server.watcher.emit('all', 'change', file); // the watcher itself takes its time, and is Vite's to test
    expect(await title()).toBe('Second title');
    const one = await server.ssrLoadModule('virtual:lesson/one');
    expect(one['default']).toMatchObject({ id: 'one', steps: [{ id: 'a', title: 'A' }] });
  } finally {
    await server.close();
  }
});

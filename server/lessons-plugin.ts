/**
 * Vite plugin: serves the lessons as data. `virtual:lessons` lists them and loads each on demand, `virtual:lesson/<id>`
 * is one lesson. A file that is no lesson fails the build, or the page in development, with file and line.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import type { Plugin } from 'vite';
import type { Problem } from '../src/core/course/lesson.ts';
import { headOf, parseLesson } from '../src/core/course/parse-lesson.ts';
import { VOCABULARY, type CourseLesson } from '../src/core/world/vocabulary.ts';

const LIST = 'virtual:lessons';
const ONE = 'virtual:lesson/';
/** Rollup's mark for modules that are no files. */
const resolved = (id: string) => `\0${id}`;

/**
 * @param folder of the lessons' files
 * @param root that file names in problems are relative to
 */
export function lessons(folder: string, root: string): Plugin {
  const isLesson = (path: string) => path.startsWith(folder) && path.endsWith('.md');
  return {
    name: 'trustwalk-lessons',
    resolveId: (id) => (id === LIST || id.startsWith(ONE) ? resolved(id) : null),
    load(id) {
      if (!id.startsWith(resolved('virtual:lesson'))) return null;
      const all = readLessons(folder, root);
      for (const name of lessonFiles(folder)) this.addWatchFile(join(folder, name));
      if (id === resolved(LIST)) return listModule(all);
      const wanted = all.find((lesson) => resolved(ONE + lesson.id) === id);
      return wanted ? `export default ${JSON.stringify(wanted)};` : this.error(`there is no lesson ${id}`);
    },
    configureServer(server) {
      server.watcher.add(folder);
      server.watcher.on('all', (_event, path) => {
        if (!isLesson(path)) return;
        for (const [id, module] of server.moduleGraph.idToModuleMap)
          if (id.startsWith(resolved('virtual:lesson'))) server.moduleGraph.invalidateModule(module);
        server.ws.send({ type: 'full-reload' });
      });
    },
  };
}

/**
 * Reads every lesson of a folder, in the order of their numbers.
 *
 * @throws Error that names every problem with file and line
 */
export function readLessons(folder: string, root: string): CourseLesson[] {
  const problems: Problem[] = [];
  const found = lessonFiles(folder).flatMap((name) => {
    const path = join(folder, name);
    const parsed = parseLesson(readFileSync(path, 'utf8'), relative(root, path), VOCABULARY);
    if (parsed.kind === 'lesson') return [parsed.lesson];
    problems.push(...parsed.problems);
    return [];
  });
  if (problems.length > 0)
    throw new Error(problems.map(({ file, line, text }) => `${file}:${line}: ${text}`).join('\n'));
  // Numbered by place: file numbers only order them, and may leave gaps for lessons to come.
  return found.map((lesson, index) => ({ ...lesson, number: index + 1 }));
}

function lessonFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.md') && basename(name) !== 'README.md')
    .sort();
}

function listModule(all: readonly CourseLesson[]): string {
  const loads = all.map(({ id }) => `  ${JSON.stringify(id)}: () => import(${JSON.stringify(ONE + id)}),`).join('\n');
  return `export const lessons = ${JSON.stringify(all.map(headOf))};\nexport const load = {\n${loads}\n};\n`;
}

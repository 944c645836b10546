/**
 * Reads a lesson's file: Markdown with directives in, data out. What the file may say is in three tables (`blocks.ts`,
 * `checks.ts`, and the world's vocabulary); anything else is a problem with its line.
 */
import type { Root, RootContent } from 'mdast';
import { directiveFromMarkdown } from 'mdast-util-directive';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { frontmatterFromMarkdown } from 'mdast-util-frontmatter';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { directive } from 'micromark-extension-directive';
import { frontmatter } from 'micromark-extension-frontmatter';
import { gfm } from 'micromark-extension-gfm';
import { parseFrontMatter, type FrontMatter } from './front-matter.ts';
import type { LessonHead, Parsed, Problem, Step } from './lesson.ts';
import { sourceOf } from './markdown.ts';
import { StepReader } from './read-step.ts';
import type { Vocabulary } from './vocabulary.ts';

const STEP_ID = /\s*\{#([a-z][a-z0-9-]*)\}\s*$/;

/**
 * Reads one lesson.
 *
 * @param text the file's content
 * @param file its path, for problems; its name begins with the lesson's number and ends with its id
 * @returns the lesson, or every problem found
 */
export function parseLesson<C>(text: string, file: string, vocabulary: Vocabulary<C>): Parsed<C> {
  const root = treeOf(text);
  const problems: Problem[] = [];
  const complain = (line: number, what: string) => problems.push({ file, line, text: what });
  const head = readHead(root, file, vocabulary, complain);
  const reader = new StepReader<C>(text, vocabulary, complain);
  const steps: Step<C>[] = [];
  for (const part of sectionsOf(root, complain)) {
    const title = sourceOf({ position: part.heading.position }, text).replace(/^#+\s*/, '');
    const id = STEP_ID.exec(title)?.[1];
    if (id === undefined) complain(lineOf(part.heading), 'a step needs an id: ## Heading {#id}');
    if (steps.some((step) => step.id === id)) complain(lineOf(part.heading), `two steps are called "${id}"`);
    const head = { id: id ?? '', title: title.replace(STEP_ID, ''), line: lineOf(part.heading) };
    steps.push(reader.read(head, part.content));
  }
  if (steps.length === 0) complain(1, 'a lesson needs at least one step: ## Heading {#id}');
  if (head) scenarioProblems(head, reader.scenarios, complain);
  if (problems.length > 0 || !head) return { kind: 'problems', problems: problems.sort((a, b) => a.line - b.line) };
  return { kind: 'lesson', lesson: { ...head, steps } };
}

/** What a list shows of a lesson. */
export function headOf({ id, file, number, title, question, minutes }: LessonHead): LessonHead {
  return { id, file, number, title, question, minutes };
}

function treeOf(text: string): Root {
  return fromMarkdown(text, {
    extensions: [frontmatter(), gfm(), directive()],
    mdastExtensions: [frontmatterFromMarkdown(), gfmFromMarkdown(), directiveFromMarkdown()],
  });
}

const lineOf = (node: { position?: { start: { line: number } } | undefined }) => node.position?.start.line ?? 1;

function readHead<C>(
  root: Root,
  file: string,
  vocabulary: Vocabulary<C>,
  complain: (line: number, text: string) => void,
): (FrontMatter & { file: string; number: number }) | null {
  const name = /(?:^|\/)(\d{2})-([a-z0-9-]+)\.md$/.exec(file);
  if (!name) complain(1, 'a lesson is called NN-name.md');
  const [first] = root.children;
  if (first?.type !== 'yaml') {
    complain(1, 'a lesson begins with its front matter between --- lines');
    return null;
  }
  const parsed = parseFrontMatter(first.value);
  if (parsed.kind === 'problems') {
    for (const text of parsed.texts) complain(1, text);
    return null;
  }
  const { value } = parsed;
  if (name && name[2] !== value.id) complain(1, `the id "${value.id}" is not the one in the file's name`);
  for (const need of value.needs) if (!vocabulary.isNeed(need)) complain(1, `needs: "${need}" is nothing to make`);
  for (const id of value.scenarios) if (!vocabulary.scenarios.has(id)) complain(1, `there is no scenario "${id}"`);
  return { ...value, file, number: Number(name?.[1] ?? 0) };
}

interface Section {
  readonly heading: RootContent;
  readonly content: RootContent[];
}

function sectionsOf(root: Root, complain: (line: number, text: string) => void): Section[] {
  const sections: Section[] = [];
  for (const node of root.children) {
    if (node.type === 'yaml') continue;
    if (node.type === 'heading' && node.depth === 2) sections.push({ heading: node, content: [] });
    else if (node.type === 'heading' && node.depth !== 3) complain(lineOf(node), 'headings are ## (a step) or ###');
    else if (sections.length === 0) complain(lineOf(node), 'text stands before the first step');
    else sections.at(-1)?.content.push(node);
  }
  return sections;
}

function scenarioProblems(
  head: FrontMatter,
  used: ReadonlyMap<string, number>,
  complain: (line: number, text: string) => void,
): void {
  for (const [id, line] of used)
    if (!head.scenarios.includes(id)) complain(line, `scenario "${id}" is not in the front matter`);
  for (const id of head.scenarios) if (!used.has(id)) complain(1, `scenario "${id}" is in no step`);
}

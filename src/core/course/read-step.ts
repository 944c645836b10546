/** Reads the content of one step: its nodes, checks, bets, play and runs. */
import type { RootContent } from 'mdast';
import type { ContainerDirective, LeafDirective } from 'mdast-util-directive';
import * as v from 'valibot';
import { BLOCKS, isBlockName, type BlockName } from './blocks.ts';
import { problemsOfCall } from './checks.ts';
import { callsOf, parseExpression, type Expression } from './expression.ts';
import type { Bet, Block, Check, Node, ShellRun, Step } from './lesson.ts';
import { inlineOf, nodeOf, plainText, type Source } from './markdown.ts';
import { parsePlay } from './play.ts';
import type { Vocabulary } from './vocabulary.ts';

type Directive = ContainerDirective | LeafDirective;
type Parent = BlockName | null;

/** One reader per lesson: ids and block numbers count through the whole file. */
export class StepReader<C> {
  /** scenarios that blocks and play name, with the line of the first mention */
  readonly scenarios = new Map<string, number>();
  readonly #vocabulary: Vocabulary<C>;
  readonly #source: Source;
  readonly #complain: (line: number, text: string) => void;
  readonly #ids = new Set<string>();
  #blocks = 0;
  #checks: Check[] = [];
  #bets: Bet[] = [];
  #play: C[] = [];
  #runs: ShellRun[] = [];

  constructor(text: string, vocabulary: Vocabulary<C>, complain: (line: number, text: string) => void) {
    this.#vocabulary = vocabulary;
    this.#complain = complain;
    this.#source = { text, problem: (node, what) => complain(node.position?.start.line ?? 1, what) };
  }

  read(head: Pick<Step, 'id' | 'title' | 'line'>, content: readonly RootContent[]): Step<C> {
    [this.#checks, this.#bets, this.#play, this.#runs] = [[], [], [], []];
    const nodes = this.#nodes(content, null);
    return { ...head, nodes, checks: this.#checks, bets: this.#bets, play: this.#play, runs: this.#runs };
  }

  #nodes(content: readonly RootContent[], parent: Parent): Node[] {
    return content.flatMap((node) => {
      if (node.type === 'leafDirective' || node.type === 'containerDirective') return this.#block(node, parent) ?? [];
      if (node.type === 'code' && this.#takeCode(node.lang ?? '', node.meta ?? '', node.value, lineOf(node))) return [];
      return nodeOf(node, this.#source) ?? [];
    });
  }

  /** Takes `play` out of the text; notes what the suite is to run. */
  #takeCode(lang: string, meta: string, value: string, line: number): boolean {
    if (lang === 'play') this.#readPlay(value, line + 1);
    else if (meta === 'run' && (lang === 'sh' || lang === 'py')) this.#runs.push({ lang, value, line });
    else if (meta !== '') this.#complain(line, `a code block cannot be "${lang} ${meta}"`);
    return lang === 'play';
  }

  #readPlay(text: string, firstLine: number): void {
    for (const entry of parsePlay(text, firstLine, this.#vocabulary.positional)) {
      if (entry.kind === 'problem') {
        this.#complain(entry.line, entry.text);
        continue;
      }
      const read = this.#vocabulary.readCommand(entry.fields);
      if (read.kind === 'problem') this.#complain(entry.line, read.text);
      else this.#play.push(read.command);
      const { scenario } = entry.fields;
      if (typeof scenario === 'string') this.#note(scenario, entry.line);
    }
  }

  #note(scenario: string, line: number): void {
    if (!this.#vocabulary.scenarios.has(scenario)) this.#complain(line, `there is no scenario "${scenario}"`);
    else if (!this.scenarios.has(scenario)) this.scenarios.set(scenario, line);
  }

  #block(node: Directive, parent: Parent): Block | null {
    const line = lineOf(node);
    const { name } = node;
    if (!isBlockName(name)) {
      this.#complain(line, `there is no block "${name}"`);
      return null;
    }
    const { shape, params: schema, parent: allowed } = BLOCKS[name];
    if (shape !== (node.type === 'leafDirective' ? 'leaf' : 'container'))
      this.#complain(line, `"${name}" is a ${shape}: ${shape === 'leaf' ? `::${name}` : `:::${name} … :::`}`);
    if (!fits(allowed, parent))
      this.#complain(line, `"${name}" cannot stand ${parent ? `in "${parent}"` : 'by itself'}`);
    const parsed = v.safeParse(schema, { ...node.attributes });
    if (!parsed.success) {
      for (const issue of parsed.issues)
        this.#complain(line, `"${name}" ${v.getDotPath(issue) ?? ''}: ${issue.message}`);
      return null;
    }
    const index = this.#blocks++;
    const children = node.type === 'containerDirective' ? this.#nodes(node.children, name) : [];
    const label = node.type === 'leafDirective' ? plainText(inlineOf(node.children, this.#source)) : '';
    // The schema belongs to the name, which a union of rows cannot express.
    const block = { type: 'block', name, label, params: parsed.output, children, index } as Block;
    this.#collect(block, line);
    return block;
  }

  #collect(block: Block, line: number): void {
    if ('id' in block.params) this.#takeId(block.params.id, line);
    if (block.name === 'stage' && block.params.scenario !== undefined) this.#note(block.params.scenario, line);
    if (block.name === 'check') {
      if (block.label === '') this.#complain(line, 'a check needs words: ::check[What holds now]{that="…"}');
      const that = this.#expression(block.params.that, line);
      if (that) this.#checks.push({ label: block.label, that, line });
    }
    if (block.name === 'predict') {
      const { id, of = null } = block.params;
      const choices = block.children.flatMap((child) => {
        if (child.type !== 'block' || child.name !== 'choice') return [];
        const condition = this.#expression(child.params.if, line);
        return condition ? [{ label: child.label, if: condition }] : [];
      });
      if (choices.length < 2) this.#complain(line, `the bet "${id}" needs at least two choices`);
      this.#bets.push({ id, of, choices, line });
    }
  }

  #takeId(id: string, line: number): void {
    if (this.#ids.has(id)) this.#complain(line, `the id "${id}" is used twice`);
    this.#ids.add(id);
  }

  #expression(text: string, line: number): Expression | null {
    const result = parseExpression(text);
    if (result.kind === 'problem') {
      this.#complain(line, `"${text}", character ${result.at + 1}: ${result.text}`);
      return null;
    }
    for (const problem of callsOf(result.expression).flatMap(problemsOfCall)) this.#complain(line, problem);
    return result.expression;
  }
}

function fits(allowed: (typeof BLOCKS)[BlockName]['parent'], parent: Parent): boolean {
  if (allowed === 'top') return parent === null;
  if (allowed === 'step') return parent === null || parent === 'deeper' || parent === 'teacher';
  return allowed === parent;
}

function lineOf(node: { position?: { start: { line: number } } | undefined }): number {
  return node.position?.start.line ?? 1;
}

/** What lessons may say about this world: the commands of `commands.ts`, the scenarios, what can be needed. */
import * as v from 'valibot';
import type { Lesson } from '../course/lesson.ts';
import type { Vocabulary } from '../course/vocabulary.ts';
import { SCENARIOS } from '../scenarios/scenarios.ts';
import { Command } from './commands.ts';
import { parseNeed } from './needs.ts';

export type CourseLesson = Lesson<Command>;

/** Parameters that a command in a `play` block takes without their name. */
const POSITIONAL = {
  predict: ['id', 'choice'],
  desk: ['do'],
  gate: ['do', 'what'],
  act: ['do'],
} as const satisfies Partial<Record<Command['type'], readonly string[]>>;

export const VOCABULARY: Vocabulary<Command> = {
  scenarios: new Set(SCENARIOS.map(({ id }) => id)),
  positional: POSITIONAL,
  readCommand(fields) {
    const parsed = v.safeParse(Command, fields);
    if (parsed.success) return { kind: 'command', command: parsed.output };
    const [issue] = parsed.issues;
    const where = v.getDotPath(issue);
    return { kind: 'problem', text: `"${fields['type']}"${where ? ` ${where}` : ''}: ${issue.message}` };
  },
  isNeed: (text) => parseNeed(text) !== null,
};

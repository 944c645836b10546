/** The head of a lesson's file, between `---` lines. */
import * as v from 'valibot';
import { parseDocument } from 'yaml';

const Text = v.pipe(v.string(), v.minLength(1), v.maxLength(300));
const Slug = v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{1,31}$/, 'small letters, digits and hyphens'));

export const FrontMatter = v.strictObject({
  id: Slug,
  title: Text,
  question: Text,
  minutes: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(60)),
  needs: v.array(Text),
  kills: Text,
  scenarios: v.array(Slug),
});
export type FrontMatter = v.InferOutput<typeof FrontMatter>;

export type FrontMatterResult =
  | { readonly kind: 'front-matter'; readonly value: FrontMatter }
  | { readonly kind: 'problems'; readonly texts: readonly string[] };

/**
 * Reads the head of a lesson.
 *
 * @param yaml the text between the `---` lines
 */
export function parseFrontMatter(yaml: string): FrontMatterResult {
  const document = parseDocument(yaml);
  if (document.errors.length > 0)
    return { kind: 'problems', texts: document.errors.map((error) => error.message.split('\n')[0] ?? error.code) };
  const parsed = v.safeParse(FrontMatter, document.toJS());
  if (parsed.success) return { kind: 'front-matter', value: parsed.output };
  return {
    kind: 'problems',
    texts: parsed.issues.map((issue) => `${v.getDotPath(issue) ?? 'front matter'}: ${issue.message}`),
  };
}

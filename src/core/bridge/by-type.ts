import * as v from 'valibot';

type Message = v.StrictObjectSchema<v.ObjectEntries & { readonly type: v.LiteralSchema<string, undefined> }, undefined>;
/** One message, or variants of one that share its type. */
type Option = Message | v.VariantSchema<string, [Message, ...Message[]], undefined>;

/**
 * One of these messages, found by its type. Valibot's variant asks one option after the other, which is most of the work
 * of checking a small message; it is left with what has no type of ours, for it says best what is wrong.
 */
export function byType<const O extends readonly Option[]>(
  options: O,
): v.GenericSchema<v.InferInput<O[number]>, v.InferOutput<O[number]>> {
  const known = new Map(options.map((option) => [typeOf(option), option]));
  const any = v.variant('type', options);
  return v.lazy((input) => {
    const isMessage = typeof input === 'object' && input !== null && 'type' in input;
    return (isMessage && known.get(input.type as string)) || any;
  }) as v.GenericSchema<v.InferInput<O[number]>, v.InferOutput<O[number]>>;
}

function typeOf(option: Option): string {
  return 'options' in option ? typeOf(option.options[0]) : option.entries.type.literal;
}

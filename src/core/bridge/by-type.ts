import * as v from 'valibot';

type Message = v.StrictObjectSchema<v.ObjectEntries & { readonly type: v.LiteralSchema<string, undefined> }, undefined>;
/** One message, or variants of one that share its type. */
type Option = Message | v.VariantSchema<string, [Message, ...Message[]], undefined>;
type Messages = v.VariantSchema<'type', readonly Option[], undefined>;

/**
 * The same messages, found by their type. Valibot's variant asks one option after the other, which is most of the work
 * of checking a small message; it is left with what has no type of ours, for it says best what is wrong.
 */
export function byType<M extends Messages>(messages: M): v.GenericSchema<v.InferInput<M>, v.InferOutput<M>> {
  const options = new Map(messages.options.map((option) => [typeOf(option), option]));
  return v.lazy((input) => {
    const isMessage = typeof input === 'object' && input !== null && 'type' in input;
    return (isMessage && options.get(input.type as string)) || messages;
  }) as v.GenericSchema<v.InferInput<M>, v.InferOutput<M>>;
}

function typeOf(option: Option): string {
  return 'options' in option ? typeOf(option.options[0]) : option.entries.type.literal;
}

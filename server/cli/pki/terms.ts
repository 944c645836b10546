/** What the signer decides, on the command line of `issue` and `sign`. */
import { LIFETIME_OPTIONS, lifetimeOf, useOf, wholeNumber } from './options.ts';

export const TERMS_OPTIONS = {
  ...LIFETIME_OPTIONS,
  for: { type: 'string' },
  subject: { type: 'string' },
  san: { type: 'string', multiple: true },
  serial: { type: 'string' },
  cdp: { type: 'string', multiple: true },
  'path-len': { type: 'string' },
  permit: { type: 'string', multiple: true },
  exclude: { type: 'string', multiple: true },
} as const;

export const TERMS_HELP = `  --days N | --minutes N | --not-after TIME   how long it lives (365 days); also --not-before TIME
  --serial HEX       (127 random bits)
  --cdp URL          where the CA's list of revoked certificates is found
  --path-len N       for a CA: how many CAs may stand below it
  --permit NAME, --exclude NAME   for a CA: names that certificates below may and may not have, as for pki init`;

type Text = string | undefined;
export interface TermsValues {
  readonly days?: Text;
  readonly minutes?: Text;
  readonly 'not-before'?: Text;
  readonly 'not-after'?: Text;
  readonly for?: Text;
  readonly subject?: Text;
  readonly san?: string[] | undefined;
  readonly serial?: Text;
  readonly cdp?: string[] | undefined;
  readonly 'path-len'?: Text;
  readonly permit?: string[] | undefined;
  readonly exclude?: string[] | undefined;
}

/** As the core takes them; what was not given is left out. @throws UsageError */
export function termsOf(values: TermsValues) {
  const { subject, san, serial, cdp = [], permit = [], exclude = [], 'path-len': pathLength } = values;
  return {
    ...lifetimeOf(values),
    ...{ crlUrls: cdp, permitted: permit, excluded: exclude },
    ...(values.for === undefined ? {} : { for: useOf(values.for) }),
    ...(subject === undefined ? {} : { subject }),
    ...(san === undefined ? {} : { names: san.flatMap((names) => names.split(/,(?=\S)/)) }),
    ...(serial === undefined ? {} : { serial: serial.replace(/^0x|:/gi, '') }),
    ...(pathLength === undefined ? {} : { pathLength: wholeNumber('--path-len', pathLength, 0, 999) }),
  };
}

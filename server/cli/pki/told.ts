/** How the PKI commands tell what they have made. */
import type { CertificateFacts } from '../../../src/core/pki/facts.ts';
import type { Grant } from '../../../src/core/pki/grant.ts';
import { printable } from '../../../src/core/capture/printable.ts';

export const asJson = (value: unknown): string => JSON.stringify(value, null, 2);

/** A certificate in a few lines, and the files that were written. */
export function told(what: string, facts: CertificateFacts, files: Readonly<Record<string, string>>): string[] {
  return [
    `${what}: ${printable(facts.subject)}`,
    `  serial      ${facts.serial}`,
    `  issuer      ${printable(facts.issuer)}`,
    `  valid       ${facts.notBefore} to ${facts.notAfter}`,
    ...(facts.names.length > 0 ? [`  names       ${printable(facts.names.join(', '))}`] : []),
    ...Object.entries(files).map(([name, path]) => `  ${name.padEnd(11)} ${path}`),
  ];
}

const MARKS: Readonly<Record<Grant['outcome'], string>> = {
  granted: 'granted as asked',
  changed: 'changed',
  refused: 'not granted',
  added: 'added',
};

/** Each wish of a request, and what became of it. */
export function grantLines(grants: readonly Grant[]): string[] {
  return grants.map(({ what, asked, granted, outcome }) => {
    const value = outcome === 'changed' ? `${asked} -> ${granted}` : (granted ?? asked ?? '');
    return `  ${what.padEnd(18)} ${MARKS[outcome].padEnd(17)} ${printable(value)}`;
  });
}

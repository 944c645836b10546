import { EXAMPLE_PASSPHRASE } from '../src/core/desk/example-passphrase.ts';
import type { ServeOptions } from './options.ts';

/** What is told of a running server. */
export interface Address {
  /** of the page, with the token */
  readonly url: string;
  readonly deskPort: number;
  readonly certs: string;
}

/**
 * What `trustwalk serve` prints when everything listens. Its last line is for programs: `ready` and a JSON object.
 * A passphrase of the operator's own is not repeated.
 */
export function banner(
  { url, deskPort, certs }: Address,
  {
    host,
    passphrase,
    oldPassphrases,
    weakModes,
  }: Pick<ServeOptions, 'host' | 'passphrase' | 'oldPassphrases' | 'weakModes'>,
): string {
  const isExample = passphrase === EXAMPLE_PASSPHRASE;
  return [
    '',
    `  Trustwalk    ${url}`,
    `  Order desk   ${host}:${deskPort}, certificates in ${certs}`,
    `  Its client   npx trustwalk client ${host} ${deskPort} ${isExample ? EXAMPLE_PASSPHRASE : 'PASSPHRASE'}`,
    '',
    ...(isExample ? ['  This passphrase is an example from a public document. Choose your own with --passphrase'] : []),
    ...(weakModes ? ['  --weak-modes: the desk also takes CBC and ECB, which are here to be broken.'] : []),
    ...(oldPassphrases.length > 0
      ? ['  The old passphrase is still taken. Leave it out when all clients have the new one.']
      : []),
    '  Ctrl-C ends everything.',
    '',
    `ready ${JSON.stringify({ url, deskPort, certs })}`,
  ].join('\n');
}

import { printable } from '../../../src/core/capture/printable.ts';
import { show as trees } from '../../../src/core/pki/pki.ts';
import { treeLines } from '../../../src/core/pki/show/tree.ts';
import { readOptions, UsageError, type Terminal } from '../usage.ts';
import { must } from './failure.ts';
import { readBytes } from './files.ts';
import { passphraseOf } from './options.ts';
import { asJson } from './told.ts';

export const SHOW_HELP = `trustwalk pki show: prints what is in a certificate, request, list, key or PKCS#12 file.

  trustwalk pki show FILE|- [options]

  FILE               PEM, with one or several blocks, or DER; - reads standard input
  --passin WHERE     opens an encrypted key or PKCS#12 file: pass:WORDS, env:NAME or file:PATH
  --json

Of a private key its kind and public half are shown; the secret half never is.

Exit status: 0 shown, 1 it cannot be read, 2 wrong usage.`;

export function show(args: string[], terminal: Terminal): number {
  const options = { passin: { type: 'string' }, json: { type: 'boolean', default: false } } as const;
  const { values, words } = readOptions('pki show', args, options, 1);
  const [file] = words;
  if (file === undefined) throw new UsageError('pki show takes a file: trustwalk pki show FILE');
  const passphrase = values.passin === undefined ? null : passphraseOf('--passin', values.passin);
  const shown = must(trees({ file: readBytes(file), passphrase }), file);
  if (values.json) terminal.out(asJson(shown));
  else for (const tree of shown) for (const line of treeLines(tree)) terminal.out(printable(line));
  return 0;
}

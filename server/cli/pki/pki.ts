/** `trustwalk pki`: keys, certificates and lists from the shell. */
import { endWithReader } from '../inspect/print.ts';
import { type Command, type Terminal, UsageError } from '../usage.ts';
import { CRL_HELP, crl } from './crl.ts';
import { EXPLAIN_HELP, explain } from './explain.ts';
import { INIT_HELP, init } from './init.ts';
import { ISSUE_HELP, issue } from './issue.ts';
import { REVOKE_HELP, revoke } from './revoke.ts';
import { SHOW_HELP, show } from './show.ts';
import { SIGN_HELP, sign } from './sign.ts';

interface Verb {
  readonly says: string;
  readonly help: string;
  run(args: string[], terminal: Terminal): Promise<number> | number;
}

const VERBS: Readonly<Record<string, Verb>> = {
  init: { says: 'makes a certificate authority', help: INIT_HELP, run: init },
  issue: { says: 'makes a key, a request and a certificate signed by the CA', help: ISSUE_HELP, run: issue },
  sign: { says: "signs somebody else's request", help: SIGN_HELP, run: sign },
  revoke: { says: "puts a certificate on the CA's list of revoked ones", help: REVOKE_HELP, run: revoke },
  crl: { says: 'signs that list anew', help: CRL_HELP, run: crl },
  show: { says: 'prints what is in a file', help: SHOW_HELP, run: show },
  explain: { says: 'says whether a certificate is to be trusted, and why', help: EXPLAIN_HELP, run: explain },
};

const HELP = [
  'trustwalk pki: certificates from the shell.',
  '',
  ...Object.entries(VERBS).map(([name, { says }]) => `  trustwalk pki ${name.padEnd(9)}${says}`),
  '',
  'Each has a --help of its own. They work in the folder of the order desk, certs/, unless --certs names another.',
  'Private keys get mode 0600, are never replaced without --force, and go to standard output only when asked.',
  '',
  'Exit status: 0 done, 1 refused or failed, 2 wrong usage.',
].join('\n');

export const pki: Command = {
  says: 'makes, signs, revokes, shows and explains certificates',
  help: HELP,
  /** `trustwalk pki issue --help` asks for the help of the verb. */
  helpFor: ([name = '']) => (Object.hasOwn(VERBS, name) ? (VERBS[name]?.help ?? HELP) : HELP),
  async run([name, ...args], terminal) {
    const verb = name !== undefined && Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
    if (verb !== undefined) {
      endWithReader();
      return verb.run(args, terminal);
    }
    const known = Object.keys(VERBS).join(', ');
    throw new UsageError(
      name === undefined
        ? `pki takes one of ${known}. See: trustwalk pki --help`
        : `there is no pki ${name}; there are ${known}.`,
    );
  },
};

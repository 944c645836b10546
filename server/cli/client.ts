import { MODES, type Mode, passphraseKey } from '../../src/core/aes/envelope.ts';
import { type Answers, answersFrom } from './answers.ts';
import { readFiles } from './client/files.ts';
import { visit, visitInJson } from './client/visit.ts';
import { WORD_LIST } from './client/words.ts';
import { type DeskLink, Refused, connectToDesk } from './desk-link.ts';
import { type Command, type Terminal, UsageError, portOf, readOptions } from './usage.ts';

const HELP = `trustwalk client: signs in at an order desk and places orders.

  trustwalk client HOST PORT PASSPHRASE [options]

  PASSPHRASE    the desk's, exactly 16 bytes
  --cert FILE   the client's certificate (certs/client.crt)
  --key FILE    its private key (certs/client.key)
  --ca FILE     the only authority that is trusted (certs/ca.crt)
  --mode MODE   gcm, or cbc and ecb at a desk with --weak-modes (gcm)
  --json        for scripts: each line read is a word from the list below or a request in JSON,
                each gets one answer in JSON on one line; exit status 1 when one was refused

Words:
${WORD_LIST}

Without a terminal the same answers are read as lines from standard input:
  create, a user name, a password, then words such as: order tea 2`;

export const client: Command = {
  says: "the order desk's client",
  help: HELP,
  async run(args, terminal) {
    const { values, words } = readOptions(
      'client',
      args,
      {
        cert: { type: 'string', default: 'certs/client.crt' },
        key: { type: 'string', default: 'certs/client.key' },
        ca: { type: 'string', default: 'certs/ca.crt' },
        mode: { type: 'string', default: 'gcm' },
        json: { type: 'boolean', default: false },
      },
      3,
    );
    const [host, port, passphrase] = words;
    if (host === undefined || port === undefined || passphrase === undefined)
      throw new UsageError('client takes a host, a port and a passphrase: trustwalk client 127.0.0.1 6226 PASSPHRASE');
    const address = { host, port: portOf('client', port, 1) };
    const key = passphraseKey(passphrase);
    if (!key.ok) throw new UsageError(key.error.why);
    const mode = modeOf(values.mode);
    const answers = answersFrom(process.stdin, process.stdout);
    try {
      const link = await connectToDesk(address, readFiles(values), key.value, mode);
      const typing = { answers: whileConnected(answers, link, terminal), paths: values };
      const status = await (values.json ? visitInJson : visit)(link, typing, terminal);
      link.close();
      return status;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      terminal.error(`trustwalk: ${error.message}`);
      return 1;
    } finally {
      answers.close();
    }
  },
};

/**
 * The same answers, but whoever sits at a terminal hears at once when the desk ends the connection. Lines of a pipe each
 * get their answer, the last of them the desk's last word.
 */
function whileConnected(answers: Answers, { lost }: DeskLink, { out }: Terminal): Answers {
  if (!answers.isTerminal) return answers;
  return {
    ...answers,
    async ask(...asked) {
      try {
        return await Promise.race([answers.ask(...asked), lost]);
      } catch (reason) {
        out(''); // what is said now does not stand behind the prompt
        throw reason;
      }
    },
  };
}

function modeOf(text: string): Mode {
  const mode = MODES.find((known) => known === text);
  if (mode === undefined) throw new UsageError(`--mode takes ${MODES.join(', ')}, not "${text}".`);
  return mode;
}

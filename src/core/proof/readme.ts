/** `README.txt` and the predictions of a proof: for people. */
import { toUtf8 } from '../bytes/utf8.ts';
import { printable } from '../capture/printable.ts';
import { dissectionOf, outcomeOf } from '../world/outcome.ts';
import type { ProofCertificates } from './certificates.ts';
import { changesOf } from './changes.ts';
import type { Prediction, Proof, ProofFile } from './proof.ts';

const CLIENTS = { page: 'the client in the page', node: 'Node' } as const;
const SERVERS = { node: 'Node', openssl: 'openssl s_server' } as const;

const FILES: readonly (readonly [path: RegExp, says: string])[] = [
  [/^capture\.pcapng$/, 'every record as it was on the wire, with its time; the secrets are inside'],
  [/^capture-client-side/, 'what the client sent and what reached it; the secrets are inside'],
  [/^capture-server-side/, 'what reached the server and what it sent; the secrets are inside'],
  [/^keys/, 'the secrets, as SSLKEYLOGFILE has them'],
  [/^run\.json$/, 'what trustwalk inspect --json says of the captures, and what the programs said of themselves'],
  [/^ladder\.svg$/, 'the run as a picture'],
  [/^predictions/, 'what was predicted, and what happened'],
  [/^certificates\//, 'what was sent and what was trusted, one certificate a file'],
  [/^crl\.pem$/, 'the revocation lists that were enforced'],
  [/^reproduce\.sh$/, 'plays the run again with openssl, curl or python3: bash reproduce.sh'],
  [/^SHA256SUMS$/, 'check sums: sha256sum -c SHA256SUMS'],
];

/** @param paths of the other files, as they stand in the bundle */
export function readme(proof: Proof, certificates: ProofCertificates, paths: readonly string[]): ProofFile {
  const { run } = proof;
  const lines = [
    `Proof of run ${run.label}, made with Trustwalk`,
    '',
    ...facts(proof),
    '',
    ...changesOf(run),
    ...(changesOf(run).length > 0 ? [''] : []),
    'Whoever has this bundle can read all that was said in this run. Private keys are not in it.',
    '',
    'Certificates',
    ...certificateLines(certificates),
    '',
    'Files',
    ...paths.map((path) => `  ${path}: ${FILES.find(([pattern]) => pattern.test(path))?.[1] ?? ''}`),
    '',
    'Drop the bundle on "Open a capture" of Trustwalk, or open a capture in Wireshark. The check sums tell whether a file',
    'was damaged on the way. They do not tell who made it.',
    '',
  ];
  return { path: 'README.txt', bytes: toUtf8(lines.map(printable).join('\n')) };
}

function facts({ run }: Proof): string[] {
  const { version, cipherSuite, group } = dissectionOf(run);
  const { accepted, noticedBy, at, alert, reason } = outcomeOf(run);
  const verdict =
    accepted !== null
      ? `Both accepted; the server let in ${accepted.subject}.`
      : noticedBy === null
        ? 'Nobody has given a verdict.'
        : `The ${noticedBy} refused${at === null ? '' : `, at ${at}`}.`;
  return [
    `${[version, cipherSuite, group].filter((fact) => fact !== null).join(', ') || `TLS ${run.version}, never agreed`}`,
    `Client: ${CLIENTS[run.client]}. Server: ${SERVERS[run.engine]}. Asked for: ${run.serverName}.`,
    `Begun at ${run.startedAt} (milliseconds since 1970), ${run.records.length + run.held.length} records.`,
    verdict,
    ...(alert === null ? [] : [`On the wire: alert ${alert.name} (${alert.code}), from the ${alert.from}.`]),
    ...(reason === null
      ? []
      : [`Said by the ${reason.side} of itself: ${[reason.code, reason.text].filter(Boolean).join('. ')}`]),
  ];
}

function certificateLines({ all, sent, trusted }: ProofCertificates): string[] {
  const subjects = new Map(all.map(({ name, x509 }) => [name, x509.subject]));
  const pile = (what: string, names: readonly string[]) =>
    names.length === 0
      ? [`  ${what}: none`]
      : names.map((name) => `  ${what}: ${name}.pem, ${subjects.get(name) ?? ''}`);
  return [
    ...pile('sent by the server', sent.server),
    ...pile('sent by the client', sent.client),
    ...pile('trusted by the client', trusted.client),
    ...pile('trusted by the server', trusted.server),
  ];
}

/** `predictions.txt` for people and `predictions.json` for programs; none where nothing was predicted. */
export function predictionFiles(predictions: readonly Prediction[]): ProofFile[] {
  if (predictions.length === 0) return [];
  const text = predictions.map((prediction) => `${predictionLines(prediction).map(printable).join('\n')}\n`).join('\n');
  return [
    { path: 'predictions.txt', bytes: toUtf8(text) },
    { path: 'predictions.json', bytes: toUtf8(printable(JSON.stringify({ predictions }))) },
  ];
}

function predictionLines({ lesson, question, choices, predicted, happened }: Prediction): string[] {
  const said = (choice: number) => choices[choice - 1] ?? `choice ${choice}`;
  return [
    `${lesson}: ${question}`,
    ...choices.map((choice, index) => `  ${index + 1}. ${choice}`),
    `  predicted: ${predicted}. ${said(predicted)}`,
    `  happened:  ${happened === null ? 'not known' : `${happened}. ${said(happened)}`}`,
  ];
}

/**
 * `reproduce.sh`: the run once more, with openssl at both ends. No private key is part of a proof; so the script makes
 * new ones, and with them certificates that say the very same as those of the run.
 */
import { printable } from '../capture/printable.ts';
import { toUtf8 } from '../bytes/utf8.ts';
import type { Run } from '../bridge/run.ts';
import { dissectionOf, outcomeOf } from '../world/outcome.ts';
import { changesOf } from './changes.ts';
import type { ProofCertificates } from './certificates.ts';
import { lineageOf, type Descent } from './lineage.ts';
import { listLines, listsOf, type ProofList } from './lists.ts';
import type { Proof, ProofFile } from './proof.ts';
import { quoted } from '../bytes/quoted.ts';
import { BEGINNING, BOTH_ENDS, PLAY, TWINS } from './reproduce/shell.ts';
import { extensionLine, keyOptions, signingOptions } from './x509.ts';

/** @param certificates those of the same proof */
export function reproduceScript(proof: Proof, certificates: ProofCertificates): ProofFile {
  const { run, loaded } = proof;
  const lists = listsOf(loaded?.crls ?? [], certificates.all);
  const why = whyNot(proof, certificates, lists);
  const head = ['#!/usr/bin/env bash', `# Plays run ${run.label} of Trustwalk again.`];
  const lines =
    why === null
      ? [
          ...head,
          BEGINNING,
          ...settings(proof),
          TWINS,
          ...twins(certificates),
          ...piles(certificates),
          ...(lists ?? []).flatMap(listLines),
        ]
      : [...head, `echo ${quoted(`This run cannot be played again: ${why}`)}`, 'exit 2'];
  if (why === null) lines.push(BOTH_ENDS, PLAY);
  return { path: 'reproduce.sh', bytes: toUtf8(`${lines.join('\n')}\n`) };
}

function whyNot(
  { run, loaded }: Proof,
  { sent }: ProofCertificates,
  lists: readonly ProofList[] | null,
): string | null {
  if (sent.server.length === 0) return 'no certificate of the server was seen in it.';
  if (loaded === null) return 'what each side had loaded as trust anchors is not known any more.';
  if (lists === null) return 'a revocation list was enforced that no authority of this run has signed.';
  if (lists.length > 1) return 'several revocation lists were enforced, and openssl s_server takes one.';
  return dissectionOf(run).cipherSuite === null ? 'both sides never agreed on a cipher suite.' : null;
}

/** OpenSSL's spelling of the groups that it has. */
const GROUPS: Readonly<Record<string, string>> = {
  x25519: 'X25519',
  x448: 'X448',
  secp256r1: 'P-256',
  secp384r1: 'P-384',
  secp521r1: 'P-521',
};

const IS_ADDRESS = /^[\d.]+$|:/;
/** Names that need no quotes in a shell; ALPN itself allows any bytes (RFC 7301 §3.1). */
const IS_PLAIN = /^[\w./-]+$/;

function settings({ run }: Proof): string[] {
  const { version, cipherSuite, group, alpn, messages } = dissectionOf(run);
  const asked = messages.some(({ from, name }) => from === 'server' && name === 'CertificateRequest');
  const openssl = group === null ? undefined : GROUPS[group];
  const isAddress = IS_ADDRESS.test(run.serverName);
  return [
    '# --- what the run was ---',
    `NAME=${quoted(run.serverName)}`,
    `ASKS_FOR=${isAddress ? '-noservername' : '"-servername=$NAME"'}`,
    `CHECKS=${isAddress ? '"-verify_ip=$NAME"' : '"-verify_hostname=$NAME"'}`,
    `WHEN=${Math.floor(run.startedAt / 1000)} # seconds since 1970: certificates are judged as of then`,
    `VERSION=${version === 'TLS 1.3' ? '1.3' : '1.2'}`,
    `SUITE=${quoted(cipherSuite ?? '')}`,
    `GROUP=${quoted(openssl ? `-groups ${openssl}` : '')}`,
    `ALPN=${quoted(alpn !== null && IS_PLAIN.test(alpn) ? `-alpn ${alpn}` : '')}`,
    `ASKED=${quoted(asked ? '-Verify 5 -verify_return_error' : '')} # whether the server asks for a certificate`,
    ...outcome(run),
    '',
  ];
}

/** What came of it, as far as openssl can be held against it. */
function outcome(run: Run): string[] {
  const { accepted, noticedBy, alert } = outcomeOf(run);
  const changes = changesOf(run).map((change) => `# ${printable(change)}`);
  const then = accepted !== null ? 'established' : noticedBy !== null ? 'refused' : '';
  const own = alert !== null && alert.from === noticedBy ? alert.name : '';
  if (changes.length === 0) return [`THEN=${then}`, `THEN_BY=${noticedBy ?? ''}`, `THEN_ALERT=${own}`];
  return [
    '# Somebody was on the way in that run, which this script does not play:',
    ...changes,
    ...['THEN=', 'THEN_BY=', 'THEN_ALERT='],
  ];
}

function twins({ all }: ProofCertificates): string[] {
  const lineage = lineageOf(all);
  const made = new Set<string>();
  return lineage.flatMap((descent) => {
    const { signer, certificate } = descent;
    const isNew = signer.kind === 'stranger' && !made.has(signer.name);
    if (signer.kind === 'stranger') made.add(signer.name);
    const { issuerArgument, issuer, key } = certificate.x509;
    const stranger = isNew
      ? [
          `# ${printable(issuer)}: it signed a certificate of this run, and was not seen itself`,
          `stranger ${signer.name} ${quoted(issuerArgument)} ${keyOptions(key).join(' ')}`,
        ]
      : [];
    return [...stranger, ...twinLines(descent)];
  });
}

function twinLines({ certificate: { name, x509 }, signer }: Descent): string[] {
  const key = keyOptions(x509.key).join(' ');
  const digest = quoted(signingOptions(x509).join(' '));
  const by = signer.kind === 'self' ? name : signer.name;
  return [
    `# ${printable(x509.subject)}`,
    `twin ${name} ${by} ${x509.serial} ${digest} ${key} <<'EXTENSIONS'`,
    ...x509.extensions.flatMap((extension) => [`# ${extension.name}`, extensionLine(extension)]),
    'EXTENSIONS',
  ];
}

/** What each side sends and trusts, put together from the twins. */
function piles({ sent, trusted }: ProofCertificates): string[] {
  const pile = (file: string, names: readonly string[]) =>
    names.length === 0
      ? `: >"$W/${file}.pem"`
      : `cat ${names.map((name) => `"$W/${name}.pem"`).join(' ')} >"$W/${file}.pem"`;
  const own = (['server', 'client'] as const).flatMap((side) => {
    const [leaf] = sent[side];
    return [
      pile(`chain-of-${side}`, sent[side].slice(1)),
      ...(leaf === undefined ? [] : [`cp "$W/${leaf}.pem" "$W/${side}.pem"`, `cp "$W/${leaf}.key" "$W/${side}.key"`]),
    ];
  });
  const withChain =
    sent.client.length > 0 ? ['cat "$W/client.pem" "$W/chain-of-client.pem" >"$W/client-with-chain.pem"'] : [];
  return [
    ...own,
    ...withChain,
    pile('trusted-by-client', trusted.client),
    pile('trusted-by-server', trusted.server),
    '',
  ];
}

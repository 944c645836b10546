/** A captured connection dissected, as plain data: what `trustwalk inspect --json` prints. */
import { dissect } from '../tls/dissect.ts';
import type { Primitives } from '../primitives/primitives.ts';
import { PURE } from '../primitives/pure.ts';
import type { CertificateView, Dissection, Side, Verification } from '../tls/dissection.ts';
import type { Capture, CapturedConnection } from './capture.ts';
import { firstRecords } from './first-records.ts';
import { CAPTURE_LIMITS } from './limits.ts';
import { isMutual, outcomeOf } from './outcome.ts';

export interface InspectedConnection {
  readonly connection: CapturedConnection;
  readonly dissection: Dissection;
  readonly problems: readonly InspectionProblem[];
}

export interface InspectionProblem {
  /** position among the connections, or null: the whole file */
  readonly connection: number | null;
  /** with a connection: index of its record, or null; else number of the packet from 1, or null */
  readonly at: number | null;
  readonly text: string;
}

/**
 * Dissects one connection of a capture. A dissection is many times as large as its bytes: look at one, then the next.
 *
 * @param keyLog of the capture, or of a file beside it
 * @param primitives native ones where there are some
 */
export function inspect(
  capture: Capture,
  index: number,
  keyLog: string,
  primitives: Primitives = PURE,
): InspectedConnection | null {
  const connection = capture.connections[index];
  if (!connection) return null;
  const chunks = firstRecords(connection.chunks);
  const dissection = dissect(chunks, keyLog, primitives);
  const told = connection.problems.map(({ packet, text }) => ({
    connection: index,
    at: null,
    text: inPacket(text, packet),
  }));
  const found = dissection.problems.map(({ record, text }) => ({ connection: index, at: record, text }));
  const cut = chunks === connection.chunks ? [] : [{ connection: index, at: null, text: TOO_MANY }];
  return { connection, dissection, problems: [...told, ...cut, ...found] };
}

const TOO_MANY = `No more than ${CAPTURE_LIMITS.records} records of a connection are shown; there are more.`;

function inPacket(text: string, packet: number | null): string {
  return packet === null ? text : `${text} (Packet ${packet}.)`;
}

/** Problems of the file itself. */
export function fileProblems({ problems }: Capture): InspectionProblem[] {
  return problems.map(({ packet, text }) => ({ connection: null, at: packet, text }));
}

/**
 * The connection as JSON. Times are milliseconds since its first packet; lengths of records include their header of 5
 * bytes, those of messages theirs of 4; types are the registries' numbers; null is: not determinable.
 */
export function connectionJson({ connection, dissection }: InspectedConnection) {
  const { client, server, before } = connection;
  const { version, cipherSuite, serverName, alpn, resumed, verified, certificates, bytes } = dissection;
  return {
    ...{ client, server, version, cipherSuite, serverName, alpn },
    mutual: isMutual(dissection),
    resumed,
    outcome: outcomeOf(dissection),
    records: dissection.records.map(({ from, at, offset, length, type, plaintext, contentType }) => ({
      ...{ from, time: at, offset: offset + before[from], length, type },
      decrypted: plaintext !== null,
      contentType,
    })),
    messages: dissection.messages.map(({ from, type, name, length, encrypted }) => ({
      from,
      type,
      name,
      length,
      encrypted,
    })),
    alerts: dissection.alerts.map(({ from, level, code, name, encrypted }) => ({ from, level, code, name, encrypted })),
    verified: { certificateVerify: sides(verified.certificateVerify), finished: sides(verified.finished) },
    certificates: { client: certificates.client.map(facts), server: certificates.server.map(facts) },
    bytes,
  };
}

function sides(of: { readonly [S in Side]: Verification }): { readonly [S in Side]: boolean | null } {
  return { client: of.client.holds, server: of.server.holds };
}

function facts({ subject, issuer, serial, notBefore, notAfter, sha256 }: CertificateView) {
  return { subject, issuer, serial, notBefore, notAfter, sha256 };
}

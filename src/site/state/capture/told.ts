/** What the page says about files that it was given, where they are not simply shown. Pure: words only. */
import { counted } from '$core/bytes/counted.ts';
import { CAPTURE_FILE_LIMITS, sizeInWords } from './limits.ts';
import type { FileProblem } from './reader.ts';

export interface Told {
  /** `refused`: nothing of it was kept; `note`: good to know */
  readonly kind: 'refused' | 'note';
  readonly title: string;
  readonly text: string;
}

const CAPTURE_LIMIT = sizeInWords(CAPTURE_FILE_LIMITS.captureBytes);
const KEY_LOG_LIMIT = sizeInWords(CAPTURE_FILE_LIMITS.keyLogBytes);
const NOT_SENT = 'It was not sent anywhere and is not kept.';

const refused = (title: string, text: string): Told => ({ kind: 'refused', title, text });
const note = (title: string, text: string): Told => ({ kind: 'note', title, text });

export const TOLD = {
  empty: (name: string) => refused(`${name} is empty`, 'It has no bytes, so there is nothing to open.'),

  /** @param why a whole sentence */
  noCapture: (name: string, why: string) =>
    refused(
      `${name} cannot be opened`,
      `${why} ${NOT_SENT} What opens here are pcap and pcapng files, proof bundles, and key logs.`,
    ),

  /** @param why a whole sentence */
  noBundle: (name: string, why: string) =>
    refused(`${name} cannot be opened`, `${why} ${NOT_SENT} Of zip archives only proof bundles open here.`),

  tooLarge: (name: string, bytes: number) =>
    refused(
      `${name} is too large for this page`,
      `It has ${sizeInWords(bytes)}${bytes > CAPTURE_FILE_LIMITS.captureBytes ? '' : ', and more once it is unpacked'}; ` +
        `up to ${CAPTURE_LIMIT} are read here. Cut it first (editcap -c 100000 FILE PART), ` +
        'or read it with trustwalk inspect, which takes four times as much.',
    ),

  /** @param problems of the file: why nothing was found, perhaps */
  noTls: (name: string, packets: number, problems: readonly FileProblem[]) =>
    refused(
      `No TLS connection in ${name}`,
      [
        packets === 0
          ? 'It is a capture, but no packet of it could be read.'
          : `${counted(packets, 'packet')} ${packets === 1 ? 'was' : 'were'} read.`,
        ...problems.slice(0, 3).map(({ text }) => text),
      ].join(' '),
    ),

  unreadable: (name: string, why: string) =>
    refused(`${name} could not be read`, `The browser says: ${why} A folder cannot be opened, only files.`),

  cancelled: (name: string) => note('You cancelled it', `${name} was not opened. What was open still is.`),

  stopped: (why: string) => refused('The reading stopped', why),

  noKeyLogLine: () =>
    refused(
      'This text is no key log',
      'A line of a key log has a label, the client random in 64 hex digits, and a secret in hex: ' +
        'CLIENT_TRAFFIC_SECRET_0 5a31… 8f0c…. It was not kept.',
    ),

  keyLogTooLarge: (name: string, bytes: number) =>
    refused(`${name} is too large`, `It has ${sizeInWords(bytes)}; up to ${KEY_LOG_LIMIT} of a key log are read here.`),

  fitsNothing: (name: string) =>
    refused(
      `${name} fits no connection here`,
      'A line of it names its connection by the client random, and no connection of this capture has one of those. ' +
        'It was not kept.',
    ),

  held: (name: string) =>
    note(`${name} is held`, 'It has secrets, but no packets. Open the capture that it belongs to.'),

  fits: (name: string, fitting: number, all: number) =>
    note(`Opened with ${name}`, `It has secrets of ${fitting} of ${counted(all, 'connection')}.`),

  oneAtATime: (opened: string, others: number) =>
    note('One capture at a time', `${opened} is opened; ${counted(others, 'other capture')} stayed closed.`),
} as const;

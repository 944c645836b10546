/**
 * The order desk's envelope: each line inside TLS, encrypted once more under the desk's passphrase.
 *
 * `{"n":0,"mode":"gcm","iv":"…","ct":"…","tag":"…"}`: n counts the lines of one direction of one connection, and is
 * authenticated together with the direction and the greeting's nonce. A line that is repeated, left out, sent back or
 * brought from another connection is therefore refused. `cbc` and `ecb` authenticate nothing; they are for lessons.
 * `ctr` neither, and `none` does not even encrypt: only the desk of a lab takes these.
 */
import { cbc, ctr, ecb, gcm } from '@noble/ciphers/aes.js';
import * as v from 'valibot';
import { fromBase64, toBase64 } from '../bytes/base64.ts';
import { concat } from '../bytes/reader.ts';
import { done, refused, type Refusal, type Result } from '../bytes/result.ts';
import { toUtf8 } from '../bytes/utf8.ts';

/** What a desk with weak modes takes on its port. */
export const MODES = ['gcm', 'cbc', 'ecb'] as const;
/** What the desk of a lab takes. */
export const LAB_MODES = [...MODES, 'ctr', 'none'] as const;
export type Mode = (typeof LAB_MODES)[number];

/** Bytes of the initialisation vector, by mode. */
export const IV_BYTES = { gcm: 12, cbc: 16, ctr: 16, ecb: 0, none: 0 } as const satisfies Record<Mode, number>;
const TAG_BYTES = 16;
const KEY_BYTES = 16;

const Counter = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));
const Base64 = v.string();
export const Envelope = v.variant('mode', [
  v.strictObject({ n: Counter, mode: v.literal('gcm'), iv: Base64, ct: Base64, tag: Base64 }),
  v.strictObject({ n: Counter, mode: v.picklist(['cbc', 'ctr']), iv: Base64, ct: Base64 }),
  v.strictObject({ n: Counter, mode: v.literal('ecb'), ct: Base64 }),
  /** `pt`: the plaintext, for everybody to read */
  v.strictObject({ n: Counter, mode: v.literal('none'), pt: Base64 }),
]);
export type Envelope = v.InferOutput<typeof Envelope>;

export type OpenError = Refusal<'notEnvelope' | 'mode' | 'iv' | 'tag' | 'replay' | 'decrypt'>;

/** One direction of one connection. */
export interface Direction {
  /** 16 bytes, from {@link passphraseKey} */
  readonly key: Uint8Array;
  /** the greeting's nonce, as the greeting spells it */
  readonly nonce: string;
  /** who writes these lines */
  readonly from: 'client' | 'server';
}

/**
 * The AES-128 key that a passphrase is: its UTF-8 bytes, which must be 16.
 *
 * @returns the key; else `wrongLength`, telling how many bytes there are
 */
export function passphraseKey(passphrase: string): Result<Uint8Array, Refusal<'wrongLength'>> {
  const key = toUtf8(passphrase);
  if (key.length === KEY_BYTES) return done(key);
  const characters = [...passphrase].length;
  const has = characters === key.length ? `${characters}` : `${key.length} (${characters} characters)`;
  return refused('wrongLength', `The passphrase must be exactly 16 bytes long, and this one has ${has}.`);
}

/** AES-128-GCM (NIST SP 800-38D) with a 12-byte iv and a 16-byte tag. Where a platform has a faster one, it is handed in. */
export interface AesGcm {
  seal(key: Uint8Array, iv: Uint8Array, authenticated: Uint8Array, plaintext: Uint8Array): SealedBytes;
  /** @returns the plaintext; null when the tag does not fit */
  open(key: Uint8Array, iv: Uint8Array, authenticated: Uint8Array, sealed: SealedBytes): Uint8Array | null;
}

export interface SealedBytes {
  readonly ct: Uint8Array;
  readonly tag: Uint8Array;
}

const PURE_GCM: AesGcm = {
  seal(key, iv, aad, plaintext) {
    const sealed = gcm(key, iv, aad).encrypt(plaintext);
    return { ct: sealed.subarray(0, -TAG_BYTES), tag: sealed.subarray(-TAG_BYTES) };
  },
  open: (key, iv, aad, { ct, tag }) => orNull(() => gcm(key, iv, aad).decrypt(concat(ct, tag))),
};

/** The library throws at a wrong tag and at wrong padding; telling them apart would help an attacker. */
function orNull(decrypt: () => Uint8Array): Uint8Array | null {
  try {
    return decrypt();
  } catch (error) {
    if (error instanceof Error) return null;
    throw error;
  }
}

/** Seals the lines of one direction, counting them. */
export class Sealer {
  readonly #direction: Direction;
  readonly #gcm: AesGcm;
  #n: number;

  /** @param n lines that were sealed in this direction before: a page comes back to a connection that is open */
  constructor(direction: Direction, n = 0, aesGcm: AesGcm = PURE_GCM) {
    this.#direction = direction;
    this.#gcm = aesGcm;
    this.#n = n;
  }

  /**
   * @param plaintext what the line says
   * @param iv fresh random bytes, as many as {@link IV_BYTES} has for the mode; used twice under one key, GCM breaks
   */
  seal(plaintext: Uint8Array, iv: Uint8Array, mode: Mode = 'gcm'): Envelope {
    if (iv.length !== IV_BYTES[mode]) throw new RangeError(`${mode} takes an iv of ${IV_BYTES[mode]} bytes`);
    const { key } = this.#direction;
    const n = this.#n++;
    switch (mode) {
      case 'gcm': {
        const { ct, tag } = this.#gcm.seal(key, iv, authenticated(this.#direction, n), plaintext);
        return { n, mode, iv: toBase64(iv), ct: toBase64(ct), tag: toBase64(tag) };
      }
      case 'cbc':
        return { n, mode, iv: toBase64(iv), ct: toBase64(cbc(key, iv).encrypt(plaintext)) };
      case 'ctr':
        return { n, mode, iv: toBase64(iv), ct: toBase64(ctr(key, iv).encrypt(plaintext)) };
      case 'ecb':
        return { n, mode, ct: toBase64(ecb(key).encrypt(plaintext)) };
      case 'none':
        return { n, mode, pt: toBase64(plaintext) };
    }
  }
}

/** Opens the lines of one direction in their order. After the first refusal everything is refused: hang up. */
export class Opener {
  readonly #direction: Direction;
  readonly #modes: readonly Mode[];
  readonly #gcm: AesGcm;
  #n = 0;
  #failure: OpenError | null = null;

  /** @param modes those that are accepted; a desk without weak modes takes GCM only */
  constructor(direction: Direction, modes: readonly Mode[] = ['gcm'], aesGcm: AesGcm = PURE_GCM) {
    this.#direction = direction;
    this.#modes = modes;
    this.#gcm = aesGcm;
  }

  /**
   * @param envelope parsed JSON of a line
   * @returns the plaintext; else the refusal, by kind: `replay` for a wrong count, `decrypt` for a wrong passphrase or
   *   changed bytes (which it is, nobody can tell), the others for an envelope that is not made as it should be
   */
  open(envelope: unknown): Result<Uint8Array, OpenError> {
    if (this.#failure !== null) return { ok: false, error: this.#failure };
    const opened = this.#open(envelope);
    if (opened.ok) this.#n++;
    else this.#failure = opened.error;
    return opened;
  }

  #open(value: unknown): Result<Uint8Array, OpenError> {
    const parsed = v.safeParse(Envelope, value);
    if (!parsed.success) return refused('notEnvelope', 'This line is not an envelope as the desk defines it.');
    const envelope = parsed.output;
    const { mode, n } = envelope;
    if (!this.#modes.includes(mode)) return refused('mode', `The mode ${mode} is not accepted here.`);
    const ct = fromBase64(mode === 'none' ? envelope.pt : envelope.ct);
    const iv = fromBase64(mode === 'ecb' || mode === 'none' ? '' : envelope.iv);
    const tag = fromBase64(mode === 'gcm' ? envelope.tag : '');
    if (!ct.ok || !iv.ok || !tag.ok) return refused('notEnvelope', 'A part of this envelope is not canonical base64.');
    if (iv.value.length !== IV_BYTES[mode]) {
      return refused('iv', `The iv must have ${IV_BYTES[mode]} bytes, and this one has ${iv.value.length}.`);
    }
    if (mode === 'gcm' && tag.value.length !== TAG_BYTES) {
      return refused('tag', `The tag must have ${TAG_BYTES} bytes, and this one has ${tag.value.length}.`);
    }
    if (n !== this.#n) {
      return refused('replay', `Line ${this.#n} was expected here, and this is line ${n}: repeated, lost or moved.`);
    }
    return this.#decrypted(mode, iv.value, ct.value, tag.value);
  }

  #decrypted(mode: Mode, iv: Uint8Array, ct: Uint8Array, tag: Uint8Array): Result<Uint8Array, OpenError> {
    const { key } = this.#direction;
    const plaintext = (): Uint8Array | null => {
      switch (mode) {
        case 'gcm':
          return this.#gcm.open(key, iv, authenticated(this.#direction, this.#n), { ct, tag });
        case 'cbc':
          return orNull(() => cbc(key, iv).decrypt(ct));
        case 'ctr':
          return ctr(key, iv).decrypt(ct);
        case 'ecb':
          return orNull(() => ecb(key).decrypt(ct));
        case 'none':
          return ct;
      }
    };
    const opened = plaintext();
    return opened === null
      ? refused('decrypt', 'This line cannot be decrypted: wrong passphrase, or changed bytes.')
      : done(opened);
  }
}

/** What GCM authenticates beside the ciphertext, as ASCII: `<nonce>|c|<n>` or `<nonce>|s|<n>`. */
function authenticated({ nonce, from }: Direction, n: number): Uint8Array {
  return toUtf8(`${nonce}|${from === 'client' ? 'c' : 's'}|${n}`);
}

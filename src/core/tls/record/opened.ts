/** An opened record. All lengths in bytes; `plaintext` holds content, then what the protection had added to it. */
export interface Opened {
  /** content type that was protected */
  readonly type: number;
  readonly plaintext: Uint8Array;
  readonly contentBytes: number;
}

/** What our dissector found in a capture, and how long it took. */
export interface Read {
  readonly sessions: number;
  /** Finished messages */
  readonly finished: number;
  /** of these, equal to what was recomputed */
  readonly finishedHolds: number;
  /** CertificateVerify that fit the certificate's key */
  readonly signaturesHold: number;
  readonly leaves: number;
  readonly characters: number;
  /** bytes without a meaning */
  readonly unexplained: number;
  /** from the first byte read to the last word, start of the process left out */
  readonly ms: number;
}

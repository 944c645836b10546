/** Sizes in the order desk's protocol. */
export const DESK_LIMITS = {
  /** one line on the wire, without its newline */
  lineBytes: 64 * 1024,
  /** what an envelope may hold: base64 grows by a third, and the line must still fit */
  plaintextBytes: 48_000,
  /** objects and lists inside each other: no message needs more than three */
  depth: 8,
  /** characters of what is ordered */
  itemCharacters: 200,
  quantity: 1_000_000,
  /** characters of a user name or password that is looked at at all; the rules for new ones are stricter */
  credentialCharacters: 1024,
  /** orders and users in one answer; `total` tells how many there are */
  listed: 100,
  /** PEM text of a signing request or certificate */
  pemCharacters: 16 * 1024,
} as const;

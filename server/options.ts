/** What `trustwalk serve` is told on the command line. */
import { EXAMPLE_PASSPHRASE } from '../src/core/desk/example-passphrase.ts';

export interface ServeOptions {
  /** of the site and the bridge; 0 picks a free one */
  readonly port: number;
  /** of the order desk; 0 picks a free one */
  readonly deskPort: number;
  /** loopback address of both */
  readonly host: string;
  /** folder of the desk's own PKI, made at the first start */
  readonly certs: string;
  /** folder of the store */
  readonly data: string;
  /** the desk's AES-128 passphrase, 16 bytes of UTF-8 */
  readonly passphrase: string;
  /** taken as well while clients change over to a new passphrase */
  readonly oldPassphrases: readonly string[];
  /** whether the desk takes the CBC and ECB modes of the lessons */
  readonly weakModes: boolean;
}

/** The desk's accounts and orders, in the data folder. */
export const STORE_FILE = 'desk.db';

/** What `trustwalk serve` does when it is told nothing; folders are relative to where it is started. */
export const DEFAULT_OPTIONS: ServeOptions = {
  port: 6227,
  deskPort: 6226,
  host: '127.0.0.1',
  certs: 'certs',
  data: '.data',
  passphrase: EXAMPLE_PASSPHRASE,
  oldPassphrases: [],
  weakModes: false,
};

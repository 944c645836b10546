import { chromium, type Browser } from 'playwright-core';
import { installedBrowser } from './provision.js';

/** Flags for a browser on a machine without a network: it looks nothing up and updates nothing. */
const QUIET = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts the test browser: an installed Chromium, Chrome or Edge, else the one that comes as an npm package. */
export async function openBrowser(
  extra: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): Promise<Browser> {
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const path = installedBrowser();
  const env = { ...(process.env as Record<string, string>), ...environment };
  if (path !== null) return chromium.launch({ executablePath: path, args: [...QUIET, ...sandbox, ...extra], env });
  const name = '@sparticuz/chromium';
  const { default: packaged } = (await import(name)) as {
    default: { executablePath(): Promise<string>; args: string[] };
  };
  return chromium.launch({ executablePath: await packaged.executablePath(), args: [...packaged.args, ...extra], env });
}

/**
 * Finds the programs that tests use as peers, and a browser. As root on Debian what is missing is installed; elsewhere
 * tests that need it are skipped by name (with CI=true they fail instead, see programs.ts).
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';

/** Programs by their Debian package. */
const PROGRAMS = {
  openssl: 'openssl',
  python3: 'python3',
  curl: 'curl',
  tshark: 'tshark',
  'gnutls-serv': 'gnutls-bin',
  nginx: 'nginx-light',
  keytool: 'default-jre-headless',
  certutil: 'libnss3-tools',
};

/** Vectors of others, by their Debian package. */
export const VECTORS = {
  '/usr/lib/python3/dist-packages/cryptography_vectors/x509/PKITS_data': 'python3-cryptography-vectors',
};

const BROWSERS = {
  names: [
    'chromium',
    'chromium-browser',
    'google-chrome-stable',
    'google-chrome',
    'microsoft-edge-stable',
    'microsoft-edge',
  ],
  paths: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
  ],
};

/** Newest release of the npm-packaged browser that runs on Node 20. */
const NPM_BROWSER = '@sparticuz/chromium@140.0.0';

/** Full path of a program on the PATH, or null. */
export function whichProgram(name) {
  const places = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name));
  return places.find((place) => existsSync(place)) ?? null;
}

/** Path of an installed Chromium, Chrome or Edge, or null. `CHROMIUM` in the environment comes first. */
export function installedBrowser() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  for (const name of BROWSERS.names) {
    const path = whichProgram(name);
    if (path) return path;
  }
  return BROWSERS.paths.find((path) => existsSync(path)) ?? null;
}

function canUseApt() {
  return process.getuid?.() === 0 && existsSync('/etc/debian_version') && whichProgram('apt-get') !== null;
}

function apt(packages) {
  console.log(`Installing with apt-get: ${packages.join(' ')}`);
  // nginx is wanted as a program: its service is not started.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', SYSTEMD_OFFLINE: '1', RUNLEVEL: '1' };
  const options = { env, stdio: ['ignore', 'ignore', 'inherit'] };
  const install = () => spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], options);
  if (install().status === 0) return;
  spawnSync('apt-get', ['update', '-qq'], options);
  if (install().status !== 0) console.log(`apt-get could not install ${packages.join(' ')}.`);
}

function hasNpmBrowser() {
  try {
    createRequire(import.meta.url).resolve('@sparticuz/chromium');
    return true;
  } catch {
    return false; // not installed: that is the answer, not an error
  }
}

export async function provision() {
  const missing = Object.keys(PROGRAMS).filter((name) => !whichProgram(name));
  if (canUseApt()) {
    const packages = missing.map((name) => PROGRAMS[name]);
    for (const [path, name] of Object.entries(VECTORS)) if (!existsSync(path)) packages.push(name);
    if (!installedBrowser()) packages.push('chromium');
    if (packages.length > 0) apt(packages);
  }
  if (!installedBrowser() && !hasNpmBrowser()) {
    console.log(`No Chromium, Chrome or Edge found: adding ${NPM_BROWSER} for this checkout only.`);
    spawnSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', NPM_BROWSER], { stdio: 'inherit' });
  }
  const absent = [
    ...Object.keys(PROGRAMS).filter((name) => !whichProgram(name)),
    ...Object.keys(VECTORS).filter((path) => !existsSync(path)),
  ];
  for (const name of absent) console.log(`Without ${name}, the tests that need it are skipped.`);
}

#!/usr/bin/env node
/**
 * The program `trustwalk`, and what `npm start` runs. Builds what is missing or old, then becomes the program itself:
 * one process, so a signal goes straight to it. Every Node from 12 must be able to parse this file, because it is the
 * one that tells an old Node what is wrong: no `?.`, no `??`, no `node:` imports, no await at the top.
 */
const NEEDED = [20, 19];

function isOldNode(version) {
  const parts = version.split('.').map(Number);
  return parts[0] < NEEDED[0] || (parts[0] === NEEDED[0] && parts[1] < NEEDED[1]);
}

/**
 * Ends with the shell that npm runs a script in. Who ends npm by a signal ends that shell, which takes nobody along;
 * without this the program would stay behind, unseen. (A terminal's Ctrl-C goes to all of them.)
 */
function endWithParent() {
  const parent = process.ppid;
  const look = () => {
    if (process.ppid === parent) setTimeout(look, 250).unref();
    else process.kill(process.pid, 'SIGTERM');
  };
  look();
}

async function start() {
  if (process.env.npm_lifecycle_event) endWithParent();
  const built = await import('./built.js');
  await built.ensureBuilt();
  process.setSourceMapsEnabled(true);
  const program = await import('../dist/server/cli.js');
  await program.main(process.argv.slice(2));
}

if (isOldNode(process.versions.node)) {
  console.error(
    'Trustwalk needs Node.js ' +
      NEEDED.join('.') +
      ' or later; this is ' +
      process.version +
      '. See https://nodejs.org',
  );
  process.exitCode = 1;
} else {
  start().catch((error) => {
    // Words for what a user can mend; a stack trace for a bug of ours.
    console.error(error.name === 'StartError' ? 'trustwalk: ' + error.message : error);
    process.exitCode = 1;
  });
}

import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

/**
 * Counts a run, and names what was skipped or passed only at its second try. With TRUSTWALK_TOTALS set the count goes to that file, for `tests/run.js` to
 * add to its own; else the run closes with it.
 */
export default class Totals implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const count = { passed: 0, failed: errors.length, skipped: 0, pending: 0 };
    const named: string[] = [];
    for (const module of modules) {
      if (module.errors().length > 0) count.failed++;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        count[state]++;
        const name = `${module.relativeModuleId}: ${test.fullName}`;
        if (state === 'skipped') named.push(`skipped: ${name}`);
        if (test.diagnostic()?.flaky) named.push(`passed at the second try: ${name}`);
      }
    }
    for (const line of named) console.log(line);
    const file = process.env['TRUSTWALK_TOTALS'];
    if (file !== undefined) writeFileSync(file, JSON.stringify(count));
    else
      process.once('exit', () =>
        console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`),
      );
  }
}

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { hasGo } from '../go/verify-with-go.ts';

const root = join(import.meta.dirname, '../..');

test('the example receipts says what a receipt proves, and what an edited, a cut and a forked log give', async () => {
  const words = [join(root, 'tools/example.ts'), 'receipts'];
  const { stdout } = await promisify(execFile)(process.execPath, words, { cwd: root });
  const lines = stdout.trim().split('\n');
  const index = /record (\d+) of/.exec(stdout)?.[1];
  expect(lines).toEqual([
    expect.stringMatching(/^receipt: record \d+ of \d+: subtle\.sign with invoices\/signing, ok$/),
    expect.stringMatching(hasGo ? /^in Go: the receipt is valid; the log: verified size=\d+/ : /^in Go: not tried/),
    expect.stringMatching(new RegExp(`^edited log: not valid, first bad entry ${index}: `)),
    expect.stringMatching(/^cut log: valid by itself, .*: it was cut$/),
    expect.stringMatching(/^forked log: valid by itself, .* are others than those it covers$/),
    expect.stringMatching(/^the log of the sidecar: continues the checkpoint that was kept$/),
  ]);
});

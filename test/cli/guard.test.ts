import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'vitest';
import { ferrohsm, run } from './processes.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fhsm-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const serve = ['serve', '--state', 'state', '--config', 'config', '--socket', 's.sock'];

/** Whatever lets others look into the process, or loads code that is not FerroHSM's. */
test.each([
  ['NODE_OPTIONS', [], { NODE_OPTIONS: '--max-old-space-size=512' }, /NODE_OPTIONS is set/],
  ['a debugger', ['--inspect=127.0.0.1:0'], {}, /started with --inspect/],
  ['heap snapshots', ['--heapsnapshot-signal=SIGUSR2'], {}, /--heapsnapshot-signal/],
  ['reports', ['--report-on-signal'], {}, /--report-on-signal/],
  ['foreign code', ['--require', 'node:path'], {}, /--require/],
  ['foreign code in short', ['-r', 'node:path'], {}, /started with -r/],
  ['foreign modules', ['--import', 'node:path'], {}, /--import/],
  ['heap snapshots near the limit', ['--heapsnapshot-near-heap-limit=1'], {}, /--heapsnapshot-near-heap-limit/],
  ['a folder for diagnostics', ['--diagnostic-dir=.'], {}, /--diagnostic-dir/],
  ['profiles', ['--cpu_prof'], {}, /--cpu_prof/],
  ['traces', ['--trace-exit'], {}, /--trace-exit/],
])('no keys in a process with %s', (_, flags, environment, reason) => {
  const place = { folder, environment: { PATH: process.env.PATH, HOME: folder, ...environment } };
  const { status, stdout, stderr } = run(process.execPath, [...flags, ferrohsm, ...serve], place);
  assert.equal(status, 78, stderr);
  assert.match(stderr, reason);
  assert.equal(stdout.length, 0);
  assert(!existsSync(join(folder, 'state')) && !existsSync(join(folder, 'config')));
});

import { type SpawnSyncOptions, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTestRun, type TestRun } from './test-report.ts';

// Everything that `npm test` checks, in the order of what fails fastest. Ends with `N passed, N failed, N skipped`.

interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

const root = join(import.meta.dirname, '..');
const total: Count = { passed: 0, failed: 0, skipped: 0 };
/** File and name of each test. */
const failures: string[] = [];
const onlyAlone: string[] = [];
/** When more files fail, it is not for a busy machine. */
const filesRunAgain = 8;

const packages = ['sdk', 'sidecar', 'pkcs11', 'cli'];
const projects = ['sdk', 'sdk/tsconfig.node.json', 'sidecar', 'pkcs11', 'cli', '.'];

step('generate', 'node', ['tools/generate.ts']);
step('lint and format', 'biome', ['check', '--error-on-warnings', '.']);
step('dependency rule', 'depcruise', [
  '--config',
  '.dependency-cruiser.cjs',
  'sdk/src',
  'sidecar/src',
  'pkcs11/src',
  'cli/src',
]);
step('build', 'tsup', []);
step('size of the browser bundle', 'node', ['tools/bundle-size.ts']);
for (const project of projects) {
  step(`types of ${project}`, 'node', ['node_modules/typescript7/bin/tsc', '--noEmit', '-p', project]);
}
for (const folder of packages) step(`publint ${folder}`, 'publint', ['--strict', folder]);
step('attw sdk', 'attw', ['--pack', 'sdk', '--profile', 'esm-only']);
step('documentation', 'typedoc', []);
tests('unit and end-to-end tests', []);
if (process.env.FERROHSM_VECTORS === undefined) skip('published vectors: set FERROHSM_VECTORS to their folder');
else tests('published vectors', ['--config', 'test/vectors/vitest.config.ts']);
step('quickstart', 'node', ['--disable-warning=ExperimentalWarning', 'examples/quickstart/main.ts']);

for (const test of failures) console.log(`failed: ${test}`);
for (const test of onlyAlone) console.log(`NOTICE: failed beside other tests, passed alone: ${test}`);
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed === 0 ? 0 : 1;

/** One command that passes or fails as a whole; its output is shown only when it fails. */
function step(name: string, command: string, args: readonly string[]): void {
  const startedMs = performance.now();
  const { status, stdout, stderr } = run(command, args, { encoding: 'utf8' });
  const passed = status === 0;
  total[passed ? 'passed' : 'failed'] += 1;
  report(passed, name, startedMs);
  if (!passed) console.log(`${stdout}${stderr}`);
}

/**
 * A vitest run; each of its tests counts. Some tests give a process or a socket a time to answer in, which a busy machine
 * overruns: the files that failed run once more, alone, and what passes only then is named at the end.
 */
function tests(name: string, args: readonly string[]): void {
  const startedMs = performance.now();
  const first = vitest(args);
  const isWorthAgain = first.failedFiles.length > 0 && first.failedFiles.length <= filesRunAgain;
  const again = isWorthAgain ? vitest([...args, '--maxWorkers=1', ...first.failedFiles]) : undefined;
  const failed = again?.failed ?? first.failed;
  total.passed += first.passed + (first.failed - failed);
  total.failed += failed;
  total.skipped += first.skipped;
  onlyAlone.push(...first.failedTests.filter((test) => again !== undefined && !again.failedTests.includes(test)));
  failures.push(...(again ?? first).failedTests);
  report(failed === 0 && first.passed > 0, name, startedMs);
}

function vitest(args: readonly string[]): TestRun {
  const folder = mkdtempSync(join(tmpdir(), 'ferrohsm-check-'));
  const output = join(folder, 'report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile=${output}`];
  const { status } = run('vitest', ['run', ...reporters, ...args], { stdio: ['ignore', 'inherit', 'inherit'] });
  const testRun = readTestRun(output, status);
  rmSync(folder, { recursive: true });
  return testRun;
}

function run(command: string, args: readonly string[], options: SpawnSyncOptions) {
  return spawnSync(command, args, { cwd: root, maxBuffer: 1 << 26, ...options });
}

function skip(what: string): void {
  total.skipped += 1;
  console.log(`skipped ${what}`);
}

function report(passed: boolean, name: string, startedMs: number): void {
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  console.log(`${passed ? 'passed ' : 'FAILED '} ${name} (${seconds} s)`);
}

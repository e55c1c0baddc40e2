import { type SpawnSyncOptions, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// Everything that `npm test` checks, in the order of what fails fastest. Ends with `N passed, N failed, N skipped`.

interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

const root = join(import.meta.dirname, '..');
const total: Count = { passed: 0, failed: 0, skipped: 0 };

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

/** A vitest run; each of its tests counts. */
function tests(name: string, args: readonly string[]): void {
  const startedMs = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'ferrohsm-check-'));
  const output = join(folder, 'report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile=${output}`];
  const { status } = run('vitest', ['run', ...reporters, ...args], { stdio: ['ignore', 'inherit', 'inherit'] });
  const counts = readCounts(output);
  rmSync(folder, { recursive: true });
  // A run that ends badly without a failed test (a crashed worker, no test found) is a failure all the same.
  const failed = status !== 0 && counts.failed === 0 ? 1 : counts.failed;
  total.passed += counts.passed;
  total.failed += failed;
  total.skipped += counts.skipped;
  report(status === 0 && counts.passed > 0, name, startedMs);
}

function readCounts(file: string): Count {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>;
    return {
      passed: report.numPassedTests ?? 0,
      failed: report.numFailedTests ?? 0,
      skipped: (report.numPendingTests ?? 0) + (report.numTodoTests ?? 0),
    };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
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

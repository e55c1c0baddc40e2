import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import vm from 'node:vm';
import { type Answer, type Subtest, subtestStatuses } from './outcome.ts';
import type { ChildTask } from './run-jobs.ts';

// Runs one file of the suite and sends the outcome to the parent. Everything is evaluated in the main realm, so that
// `instanceof ArrayBuffer` in a test means what it means for an application.

interface Harness {
  add_result_callback(report: (test: { name: string; status: number; message: string | null }) => void): void;
  add_completion_callback(report: (tests: unknown, status: { status: number; message: string | null }) => void): void;
}

const { root, file, variant, module }: ChildTask = JSON.parse(process.env.WPT_TASK ?? '{}');
const subtests: Subtest[] = [];

// A rejection that nobody waits for must not end the run: the harness reports what it broke.
process.on('unhandledRejection', () => {});
process.on('uncaughtException', () => {});
// The adapter's idle socket does not keep the process alive.
setInterval(() => {}, 1 << 30);

try {
  if (module !== undefined) await injectCrypto(module);
  defineBrowserGlobals();
  loadHarness();
  for (const script of requiredScripts()) load(script);
  load(join(root, file));
} catch (cause) {
  finish(String((cause as Error).stack));
}

function finish(breakdown?: string): void {
  const answer: Answer = { subtests, ...(breakdown === undefined ? {} : { breakdown }) };
  process.send?.(answer, () => process.exit());
}

function define(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true, enumerable: false });
}

async function injectCrypto(path: string): Promise<void> {
  const injected: Record<string, unknown> = await import(path);
  for (const name of ['crypto', 'Crypto', 'SubtleCrypto']) define(name, injected[name]);
}

/** The few that the suite expects. */
function defineBrowserGlobals(): void {
  const isFalse = () => false;
  define('self', globalThis);
  define('location', { search: variant, href: `https://web-platform.test/${file}${variant}` });
  define('isSecureContext', true);
  define('GLOBAL', { isWindow: isFalse, isWorker: isFalse, isShadowRealm: isFalse });
  define('fetch', async (url: string) => {
    const path = join(root, new URL(url, 'https://web-platform.test/').pathname);
    if (!existsSync(path)) throw new TypeError(`${url} is not in this checkout`);
    return new Response(readFileSync(path));
  });
}

function loadHarness(): void {
  load(join(root, 'resources/testharness.js'));
  const { add_result_callback, add_completion_callback } = globalThis as unknown as Harness;
  // idlharness asks which global it is in, after testharness has chosen its environment.
  define('Window', { [Symbol.hasInstance]: (value: unknown) => value === globalThis });
  add_result_callback(({ name, status, message }) => {
    subtests.push({ name, status: subtestStatuses[status] ?? 'FAIL', ...(message === null ? {} : { message }) });
  });
  add_completion_callback((_, { status, message }) => finish(status === 0 ? undefined : (message ?? 'harness error')));
}

function load(path: string): void {
  vm.runInThisContext(readFileSync(path, 'utf8'), { filename: relative(root, path) });
}

function requiredScripts(): string[] {
  const declared = readFileSync(join(root, file), 'utf8').matchAll(/^\/\/ META: script=(.+)$/gm);
  return [...declared].map(([, script = '']) => locateScript(script.trim()));
}

function locateScript(script: string): string {
  const name = script === '/resources/WebIDLParser.js' ? '/resources/webidl2/lib/webidl2.js' : script;
  const path = name.startsWith('/') ? join(root, name) : join(root, dirname(file), name);
  if (!resolve(path).startsWith(resolve(root) + sep)) throw new Error(`script outside the checkout: ${script}`);
  return path;
}

import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** What the Go program says of a log or of a receipt. */
export interface GoVerdict {
  readonly ok: boolean;
  /** One line of figures (for a receipt the entry behind it), or what is wrong. */
  readonly text: string;
}

const packages = ['golang.org/x/mod/sumdb/note', 'golang.org/x/mod/sumdb/tlog'];
const sources = globSync('*.go', { cwd: import.meta.dirname }).sort();
const cache = join(import.meta.dirname, '../../node_modules/.cache/ferrohsm-go');
/** Named by its sources: whoever comes first builds it, everybody after that finds it. */
const program = join(cache, `verify-log-${hash('sha256', sources.map(readSource).join('')).slice(0, 16)}`);

/** Go looks packages up in its path instead of in modules: nothing is downloaded. */
const environment = {
  ...process.env,
  GOPATH: [process.env.GOPATH, '/usr/share/gocode'].filter(Boolean).join(':'),
  GO111MODULE: 'off',
  GOFLAGS: '',
  GOCACHE: join(cache, 'objects'),
};

/** Whether the Go program can be built here; says once what is missing. */
export const hasGo = existsSync(program) || canBuild();

function canBuild(): boolean {
  const found = spawnSync('go', ['list', ...packages], { env: environment }).status === 0;
  if (!found) {
    console.warn(
      'NOTICE: go or golang-golang-x-mod-dev is missing: logs are not verified by a second implementation; apt-get install golang-go golang-golang-x-mod-dev',
    );
  }
  return found;
}

/**
 * Checks every entry, tile and signature of a log's folder by Go.
 *
 * @param keys verifier keys that were pinned, one of them Ed25519
 * @param kept file of an earlier checkpoint, which the log must continue
 * @throws Error where `hasGo` is false
 */
export function verifyLogWithGo(folder: string, keys: readonly string[], kept?: string): Promise<GoVerdict> {
  return run(['log', ...(kept === undefined ? [] : ['-kept', kept]), folder, ...keys]);
}

/** Checks a receipt, the file of a C2SP tlog-proof with the entry as its extra data. */
export function verifyReceiptWithGo(file: string, keys: readonly string[]): Promise<GoVerdict> {
  return run(['proof', file, ...keys]);
}

function run(words: readonly string[]): Promise<GoVerdict> {
  if (!existsSync(program)) build();
  return new Promise((resolve) => {
    execFile(program, words, (error, stdout, stderr) => {
      resolve({ ok: error === null, text: (error === null ? stdout : stderr || error.message).trimEnd() });
    });
  });
}

/** Two processes may build at once; the program appears whole or not at all. */
function build(): void {
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'build-'));
  try {
    const output = join(folder, 'verify-log');
    execFileSync('go', ['build', '-o', output, ...sources], { cwd: import.meta.dirname, env: environment });
    renameSync(output, program);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function readSource(name: string): string {
  return readFileSync(join(import.meta.dirname, name), 'utf8');
}

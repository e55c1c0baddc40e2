import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { answered } from './answered.ts';

const root = join(import.meta.dirname, '../..');

/** One block of code on a page. */
export interface Block {
  readonly language: string;
  readonly text: string;
}

/** The blocks of code of a page of the documentation, in their order. */
export function blocksOf(page: string): readonly Block[] {
  const text = readFileSync(join(root, page), 'utf8');
  return [...text.matchAll(/^```(\w*)\n(.*?)^```/gms)].map(([, language = '', block = '']) => ({
    language,
    text: block,
  }));
}

/** Texts of the blocks in one language. */
export function blocksIn(blocks: readonly Block[], language: string): string[] {
  return blocks.filter((block) => block.language === language).map(({ text }) => text);
}

/** A home folder with `ferrohsm` on its path and the packages for programs, gone after the test. */
export interface PageShell {
  readonly home: string;
  /** Runs a script of bash and gives its standard output; any command that fails ends it. */
  run(script: string, timeoutMs?: number): string;
}

export function pageShell(): PageShell {
  const home = mkdtempSync(join(tmpdir(), 'ferrohsm-page-'));
  onTestFinished(() => rmSync(home, { recursive: true }));
  const bin = join(home, 'bin');
  mkdirSync(bin);
  symlinkSync(join(root, 'cli/bin/ferrohsm.cjs'), join(bin, 'ferrohsm'));
  symlinkSync(process.execPath, join(bin, 'node'));
  symlinkSync(join(root, 'node_modules'), join(home, 'node_modules'));
  return {
    home,
    run(script, timeoutMs = 50_000) {
      const { PATH } = process.env;
      writeFileSync(join(home, 'script'), answered(script));
      return execFileSync('bash', ['--norc', '-euo', 'pipefail', 'script'], {
        cwd: home,
        encoding: 'utf8',
        timeout: timeoutMs,
        env: { PATH: `${bin}:${PATH}`, HOME: home, FERROHSM_SOCKET: join(home, 'hsm.sock') },
      });
    },
  };
}

/** Starts a sidecar with that command and ends it with the script; `$url` is its WebSocket. */
export function serving(command: string): string {
  return [
    `${command} --state state --websocket 127.0.0.1:0 > out 2> err & pid=$!`,
    "trap 'kill $pid; wait $pid' EXIT",
    'until grep -q listening out; do kill -0 $pid; sleep 0.05; done',
    'url=$(grep -o "ws://127.0.0.1:[0-9]*" out)',
  ].join('\n');
}

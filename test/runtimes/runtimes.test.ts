import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { liveSidecar, writeConfig } from '../end-to-end/live-sidecar.ts';
import { principalsFile, tokenOf } from '../end-to-end/principals.ts';
import { confirm, type Results } from './evidence.ts';
import { findProgram, packagedRuntimes } from './runtimes.ts';

const script = join(import.meta.dirname, 'main.js');
const sidecar = liveSidecar({
  arguments: ['--websocket', '127.0.0.1:0'],
  prepare: (folders) => writeConfig(folders, 'principals.json', principalsFile({ runtime: ['Officer', 'Operator'] })),
});

const runtimes = [
  { name: 'Node 26', program: process.execPath, arguments: [] },
  ...packagedRuntimes.map((runtime) => ({ ...runtime, program: findProgram(runtime) })),
];
const places = {
  'Unix socket': () => ({ socket: sidecar.process.socket }),
  WebSocket: () => ({ url: sidecar.process.url, token: tokenOf('runtime') }),
};

async function run(program: string, words: readonly string[]): Promise<{ runtime: string; results: Results }> {
  const { stdout } = await promisify(execFile)(program, words, { maxBuffer: 1 << 24, timeout: 50_000 });
  return JSON.parse(stdout) as { runtime: string; results: Results };
}

describe.each(runtimes)('$name', ({ name, program, arguments: words }) => {
  test.for(Object.entries(places))('over %s', async ([way, place], { skip }) => {
    if (program === undefined) return skip(`${name} is not here: run node test/runtimes/prepare.ts`);
    const { runtime, results } = await run(program, [
      ...words,
      script,
      JSON.stringify(place()),
      slug(`${name}/${way}`),
    ]);
    expect(runtime).toBe(name);
    await confirm(results);
  });
});

function slug(text: string): string {
  return text.toLowerCase().replaceAll(' ', '-');
}

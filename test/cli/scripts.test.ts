import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'vitest';
import { type Line, parseScript } from './script.ts';
import { World } from './world.ts';

const scripts = globSync(fileURLToPath(new URL('*.txt', import.meta.url))).sort();

/** The scripts of this folder against the built command and real sidecars; README.md has the language. */
describe('ferrohsm', () => {
  test.each(scripts.map((path) => [basename(path, '.txt'), path] as const))('%s', async (_, path) => {
    const world = new World();
    try {
      for (const line of parseScript(readFileSync(path, 'utf8'))) await playNamed(world, line, basename(path));
    } finally {
      await world.end();
    }
  });
});

async function playNamed(world: World, line: Line, script: string): Promise<void> {
  try {
    await world.play(line);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${script}:${line.number}: ${line.verb} ${line.words.join(' ')}\n${message}`, { cause });
  }
}

import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'vitest';
import { type Line, parseScript } from './script.ts';
import { World } from './world.ts';

const scripts = globSync(fileURLToPath(new URL('*.txt', import.meta.url))).sort();

/** A script runs a hundred commands, each in a process of its own, beside other tests. */
const timeoutMs = 240_000;

/** Files that share the scripts, so that several processes play them at once. */
const parts = 3;

/**
 * Plays each third script of this folder against the built command and real sidecars; README.md has the language.
 *
 * @param part 1, 2 or 3
 */
export function playScripts(part: 1 | 2 | 3): void {
  const mine = scripts.filter((_, index) => index % parts === part - 1);
  describe('ferrohsm', () => {
    test.each(mine.map((path) => [basename(path, '.txt'), path] as const))(
      '%s',
      { timeout: timeoutMs },
      async (_, path) => {
        const world = new World();
        try {
          for (const line of parseScript(readFileSync(path, 'utf8'))) await playNamed(world, line, basename(path));
        } finally {
          await world.end();
        }
      },
    );
  });
}

async function playNamed(world: World, line: Line, script: string): Promise<void> {
  try {
    await world.play(line);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${script}:${line.number}: ${line.verb} ${line.words.join(' ')}\n${message}`, { cause });
  }
}

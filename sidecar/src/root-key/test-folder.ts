import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A private folder with a state folder and a configuration folder in it, gone after the test. */
export function testFolders(): { root: string; state: string; config: string } {
  const root = mkdtempSync(join(tmpdir(), 'ferrohsm-root-key-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const [state, config] = [join(root, 'state'), join(root, 'config')];
  mkdirSync(state, { mode: 0o700 });
  mkdirSync(config, { mode: 0o700 });
  return { root, state, config };
}

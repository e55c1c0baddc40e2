import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { command, type SidecarFolders } from '../../tools/throw-away-sidecar.ts';

type Places = Pick<SidecarFolders, 'root' | 'config'>;

/** Splits a new root key for the sidecar in these folders, by the command, and gives the texts of the shares. */
export function makeShares(places: Places, counts = '3/5'): string[] {
  return sharesBy(['init', '--yes'], places, counts);
}

/** Splits a new root key that is to follow the one in shares. */
export function renewShares(places: Places, counts = '3/5'): string[] {
  return sharesBy(['root-key', 'renew'], places, counts);
}

function sharesBy(words: readonly string[], { root, config }: Places, counts: string): string[] {
  const folder = mkdtempSync(join(root, 'shares-'));
  const places = ['--config', config, '--shares-folder', folder];
  const made = execFileSync(process.execPath, [command, ...words, ...places, '--shares', counts, '--json'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const { files } = JSON.parse(made.toString()) as { files: readonly string[] };
  const texts = files.map((file) => readFileSync(file, 'latin1').trim());
  rmSync(folder, { recursive: true });
  return texts;
}

/** Every choice of so many. */
export function choices<T>(items: readonly T[], size: number): T[][] {
  if (size === 0) return [[]];
  return items.flatMap((item, at) => choices(items.slice(at + 1), size - 1).map((rest) => [item, ...rest]));
}

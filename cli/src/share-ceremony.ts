import { chmodSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PreparedShares, ShareCollection, SplitRootKey } from '@ferrohsm/sidecar';
import { readInput } from './input.ts';
import type { Output } from './output.ts';
import { writeOutputFile } from './output-file.ts';
import { longestShareBytes, type ShareCounts } from './share-counts.ts';
import { askSecretly, pause } from './terminal.ts';

/** Erases the screen and what can be scrolled back to (ECMA-48 ED; 3 is xterm's). */
const clearScreen = '\u001b[2J\u001b[3J\u001b[H';

/** Splits a root key; the shares count once they are committed. */
export async function splitRootKey(
  configFolder: string,
  counts: ShareCounts,
  rootKey: SplitRootKey,
): Promise<PreparedShares> {
  const { prepareShares } = await import('@ferrohsm/sidecar');
  return prepareShares({ configFolder, ...counts, rootKey });
}

/**
 * Takes shares of the set in force, from files or one after the other from the terminal, until there are enough.
 *
 * @throws CliError 2, 65, 66; SidecarError for a share that is refused
 */
export async function gatherShares(
  configFolder: string,
  files: readonly string[],
  output: Output,
): Promise<ShareCollection> {
  const { collectShares } = await import('@ferrohsm/sidecar');
  const shares = collectShares(configFolder);
  const isEnough = () => shares.progress.have >= shares.progress.need;
  for (const file of files) addShare(shares, readInput(file, longestShareBytes));
  while (files.length === 0 && !isEnough()) {
    const { have, need, set } = shares.progress;
    addShare(shares, askSecretly(`Share of set ${set} (${have} of ${need} given): `));
    output.note(`${shares.progress.have} of ${need} shares`);
  }
  return shares;
}

function addShare(shares: ShareCollection, text: Uint8Array): void {
  try {
    shares.add(text);
  } finally {
    text.fill(0);
  }
}

/**
 * Hands the shares over: each into a file of its own (0600), or shown one after the other, with a pause for the next
 * custodian where there is a terminal.
 *
 * @returns the files
 * @throws CliError 73, also for a file that is there already
 */
export async function handOver({ texts }: PreparedShares, folder: string | undefined): Promise<readonly string[]> {
  if (folder !== undefined) return texts.map((text, at) => writeShare(text.bytes, join(folder, `share-${at + 1}.txt`)));
  for (const [at, text] of texts.entries()) await show(text.bytes, `Share ${at + 1} of ${texts.length}`);
  return [];
}

function writeShare(text: Uint8Array, file: string): string {
  const folder = dirname(file);
  if (mkdirSync(folder, { recursive: true, mode: 0o700 }) !== undefined) chmodSync(folder, 0o700);
  const line = lineOf(text);
  writeOutputFile(file, line, { secret: true });
  line.fill(0);
  return file;
}

/** Only one custodian looks at the screen, and nothing of the share stays there. */
async function show(text: Uint8Array, title: string): Promise<void> {
  const isTerminal = process.stdout.isTTY;
  if (isTerminal) pause(`${title}: its custodian alone looks at the screen`);
  const line = lineOf(text);
  await written(line);
  line.fill(0);
  if (!isTerminal) return;
  pause(`${title}: written down and compared`);
  await written(clearScreen);
}

function lineOf(text: Uint8Array): Buffer {
  const line = Buffer.alloc(text.length + 1, '\n');
  line.set(text);
  return line;
}

function written(data: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(data, (error) => (error ? reject(error) : resolve()));
  });
}

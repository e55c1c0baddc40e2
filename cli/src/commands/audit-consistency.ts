import {
  parseCheckpoint,
  proveConsistency,
  type SignedCheckpoint,
  tileWidth,
  verifyConsistency,
} from '@ferrohsm/sdk/node';
import { type CommandDescription, local } from '../command.ts';
import { CliError } from '../errors.ts';
import { readInput } from '../input.ts';
import { logFolder } from '../log-folder.ts';
import { undamaged } from '../log-reading/log-damage.ts';
import { addLogOptions, chosenFolder, chosenKeys, type LogOptions } from '../log-reading/log-options.ts';
import { readTrustedHead } from '../log-reading/trusted-head.ts';
import { pairs } from '../named-key.ts';

const checkpointLimitBytes = 64 * 1024;

export const auditConsistency: CommandDescription = {
  usage: 'consistency <checkpoint>',
  summary: 'Check that a log continues a checkpoint that was kept: nothing before it was cut or changed.',
  examples: `
# Keep one where the sidecar's host cannot reach it
ferrohsm audit checkpoint > monday.checkpoint

# Later: exit status 1 when the log is another one
ferrohsm audit consistency monday.checkpoint --log ./log --key-file log.keys`,
  options: addLogOptions,
  action: local<LogOptions, [string]>(async ({ options, output }, file) => {
    const earlier = keptCheckpoint(file);
    const source = logFolder(await chosenFolder(options));
    const trust = await chosenKeys(options, output);
    const { checkpoint: latest, minimumIndex } = await readTrustedHead(source, { trust });
    if (earlier.origin !== latest.origin) throw inconsistent(`it is of ${earlier.origin}, the log is ${latest.origin}`);
    if (earlier.size > latest.size) {
      throw inconsistent(`the log has ${latest.size} records, the checkpoint covers ${earlier.size}: it was cut`);
    }
    if (earlier.size < minimumIndex && earlier.size % tileWidth !== 0) throw unprovable(minimumIndex);
    const proof = await undamaged(() => proveConsistency(source, earlier.size, latest.size));
    if (!(await verifyConsistency(earlier.size, latest.size, proof, earlier.root, latest.root))) {
      throw inconsistent(`the first ${earlier.size} records are others than those it covers`);
    }
    const sizes = { origin: latest.origin, earlierSize: earlier.size, size: latest.size };
    const hashes = proof.map((hash) => Buffer.from(hash).toString('base64'));
    await output.result({ ...sizes, proof: hashes, ok: true }, resultText(sizes));
  }),
};

/** Believed because it was kept: keys may have changed since. */
function keptCheckpoint(file: string): SignedCheckpoint {
  const checkpoint = parseCheckpoint(readInput(file, checkpointLimitBytes));
  if (checkpoint !== undefined) return checkpoint;
  throw new CliError(65, `${file} is not a checkpoint`, 'C2SP tlog-checkpoint says the form');
}

function resultText({ origin, earlierSize, size }: { origin: string; earlierSize: number; size: number }): string {
  return pairs([
    ['log', origin],
    ['entries then', String(earlierSize)],
    ['entries now', String(size)],
    ['result', 'ok'],
  ]);
}

/** The hashes of the last bundle that the checkpoint covers in part went with it. */
function unprovable(minimumIndex: number): CliError {
  return new CliError(
    66,
    `the records around the end of the checkpoint were pruned, the log begins with record ${minimumIndex}`,
    'compare with a checkpoint that was kept later',
  );
}

function inconsistent(reason: string): CliError {
  return new CliError(
    1,
    `the log is not the continuation of the checkpoint: ${reason}`,
    'keep both as they are: together they are the evidence',
  );
}

import { proveConsistency, verifyConsistency } from '@ferrohsm/sdk/node';
import { type CommandDescription, local } from '../command.ts';
import { CliError } from '../errors.ts';
import { readInput } from '../input.ts';
import { logFolder } from '../log-folder.ts';
import { acceptCheckpoint, readCheckpoint } from '../log-reading/log-checkpoint.ts';
import { addLogOptions, chosenFolder, chosenKeys, type LogOptions } from '../log-reading/log-options.ts';
import { undamaged } from '../log-reading/receipt.ts';
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
    // Believed because it was kept: keys may have changed since.
    const earlier = await acceptCheckpoint(readInput(file, checkpointLimitBytes), file, []);
    const source = logFolder(await chosenFolder(options));
    const latest = await readCheckpoint(source, await chosenKeys(options, output));
    if (earlier.origin !== latest.origin) throw inconsistent(`it is of ${earlier.origin}, the log is ${latest.origin}`);
    if (earlier.size > latest.size) {
      throw inconsistent(`the log has ${latest.size} records, the checkpoint covers ${earlier.size}: it was cut`);
    }
    const proof = await undamaged(() => proveConsistency(source, earlier.size, latest.size));
    if (!(await verifyConsistency(earlier.size, latest.size, proof, earlier.root, latest.root))) {
      throw inconsistent(`the first ${earlier.size} records are others than those it covers`);
    }
    const sizes = { origin: latest.origin, earlierSize: earlier.size, size: latest.size };
    const hashes = proof.map((hash) => Buffer.from(hash).toString('base64'));
    await output.result({ ...sizes, proof: hashes, ok: true }, resultText(sizes));
  }),
};

function resultText({ origin, earlierSize, size }: { origin: string; earlierSize: number; size: number }): string {
  return pairs([
    ['log', origin],
    ['entries then', String(earlierSize)],
    ['entries now', String(size)],
    ['result', 'ok'],
  ]);
}

function inconsistent(reason: string): CliError {
  return new CliError(
    1,
    `the log is not the continuation of the checkpoint: ${reason}`,
    'keep both as they are: together they are the evidence',
  );
}

import { type CommandDescription, connected } from '../command.ts';
import { addRewrapOptions, type RewrapManyOptions, reportJob, runJob } from '../rewrap/rewrap-command.ts';

interface DataKeyRewrapAllOptions extends RewrapManyOptions {
  readonly input: string;
  readonly output: string;
  readonly key?: string;
  readonly force?: boolean;
  readonly restart?: boolean;
}

export const dataKeyRewrapAll: CommandDescription = {
  usage: 'rewrap-all',
  summary:
    'Wrap all data keys of a file under the newest versions of their keys. Each line is a JSON object with "wrapped" and ' +
    '"name" or "keyId"; what else is in it stays. A job that was interrupted goes on where it was.',
  examples: `
# After a rotation
ferrohsm data-key rewrap-all --input keys.ndjson --output keys.new.ndjson

# In place, for lines that hold nothing but {"wrapped": "..."}
ferrohsm data-key rewrap-all --input keys.ndjson --output keys.ndjson --force --key backups

# In a script: exit status 1 when some failed, the reasons as JSON
ferrohsm data-key rewrap-all --input keys.ndjson --output keys.new.ndjson --json`,
  options: (command) =>
    addRewrapOptions(
      command
        .requiredOption('--input <file>', 'one data key a line')
        .requiredOption('--output <file>', 'appears when it is whole; what failed stands in it as it was')
        .option('--key <name>', 'named key of lines that name none')
        .option('--force', 'replace an existing file')
        .option('--restart', 'begin anew instead of going on with an interrupted job'),
    ),
  action: connected<DataKeyRewrapAllOptions>(async ({ sidecar, options, output }) => {
    const { rewrapLines } = await import('../rewrap/rewrap-lines.ts');
    const { input, output: target, key, force = false, restart = false } = options;
    const tally = await runJob(options, output, (job, watcher) =>
      rewrapLines(sidecar.dataKeys, { ...job, input, output: target, key, force, restart }, watcher),
    );
    await reportJob(tally, output);
  }),
};

import { addForceOption, addOutOption, type BytesOutputOptions } from '../bytes-options.ts';
import { type CommandDescription, connected } from '../command.ts';
import { open } from '../envelope/envelope.ts';
import { CliError } from '../errors.ts';
import { readInput } from '../input.ts';
import { addKeyOption } from '../key-options.ts';

interface DecryptOptions extends BytesOutputOptions {
  readonly key: string;
}

export const decrypt: CommandDescription = {
  usage: 'decrypt [file]',
  summary: 'Decrypt what "ferrohsm encrypt" wrote, with the version of the key that it names.',
  examples: `
# To a file that only you may read
ferrohsm decrypt --key backups dump.sql.fhsm --out dump.sql

# In a pipe
ferrohsm decrypt --key backups < documents.tar.fhsm | tar x`,
  options: (command) => addForceOption(addOutOption(addKeyOption(command))),
  action: connected<DecryptOptions, [string?]>(async ({ sidecar, options, output }, file) => {
    const envelope = readInput(file);
    const named = await sidecar.keys.get(options.key);
    const data = await open(sidecar.subtle, envelope, async (keyVersion) => {
      const version = named.record.versions.find((candidate) => candidate.version === keyVersion);
      if (version === undefined) throw unknownVersion(named.record.name, keyVersion);
      return { algorithm: version.algorithm.name, keys: await named.version(keyVersion) };
    });
    await output.bytes(data, { data }, { ...options, secret: true, perhapsText: true });
    data.fill(0);
  }),
};

function unknownVersion(name: string, version: number): CliError {
  return new CliError(
    65,
    `the envelope needs version ${version} of a key, ${name} has none`,
    'use the key that encrypted it',
  );
}

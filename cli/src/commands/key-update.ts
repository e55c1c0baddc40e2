import { type CommandDescription, connected } from '../command.ts';
import { usageError } from '../errors.ts';
import { addRotationOptions, type RotationOptions, rotationOf } from '../key-options.ts';
import { recordText } from '../named-key.ts';
import { momentToCome, wholeNumber } from '../option-values.ts';
import { addWaitOption, clientsOf, type WaitOptions } from '../wait-option.ts';

interface KeyUpdateOptions extends WaitOptions, RotationOptions {
  readonly description?: string;
  /** Milliseconds since 1970; false: never. */
  readonly expires?: number | false;
  readonly minEncrypt?: number;
  readonly minDecrypt?: number;
  readonly minSign?: number;
  readonly minVerify?: number;
  /** false: none. */
  readonly minimumVersions?: false;
  readonly rotation?: false;
}

const version = wholeNumber(1, 2 ** 32 - 1);

export const keyUpdate: CommandDescription = {
  usage: 'update <name>',
  effect: 'change',
  summary: 'Change what is said about a key: description, expiry, minimum versions, rotation. What is not given stays.',
  examples: `
# A new version every 90 days
ferrohsm key update payments/signing --rotate-every 90d

# What version 1 signed is no longer believed
ferrohsm key update payments/signing --min-verify 2

# It ends with the year
ferrohsm key update payments/signing --expires 2027-01-01T00:00:00Z`,
  options: (command) =>
    addWaitOption(
      addRotationOptions(command)
        .option('--no-rotation', 'no version is made by itself')
        .option('--description <text>', 'what the key is for; empty: none')
        .option('--expires <when>', 'deactivated from then on: ISO 8601, or a time from now such as 365d', momentToCome)
        .option('--no-expires', 'never')
        .option('--min-encrypt <n>', 'oldest version that encrypts', version)
        .option('--min-decrypt <n>', 'oldest version that decrypts', version)
        .option('--min-sign <n>', 'oldest version that signs', version)
        .option('--min-verify <n>', 'oldest version that verifies; all minimums are set at once', version)
        .option('--no-minimum-versions', 'every version may be used'),
    ),
  action: connected<KeyUpdateOptions, [string]>(async (context, name) => {
    const { record } = await clientsOf(context).keys.update(name, changeOf(context.options));
    await context.output.result({ record }, recordText(record));
  }),
};

function changeOf(options: KeyUpdateOptions) {
  const { description, expires } = options;
  const rotation = options.rotation === false ? {} : rotationOf(options);
  const minimumVersions = options.minimumVersions === false ? {} : minimumsOf(options);
  const change = {
    ...(description !== undefined && { description }),
    ...(typeof expires === 'number' && { expiresAt: expires }),
    ...(expires === false && { expiresAt: 0 }),
    ...(rotation && { rotation }),
    ...(minimumVersions && { minimumVersions }),
  };
  if (Object.keys(change).length === 0) throw usageError('nothing to change is given', 'look at --help');
  return change;
}

function minimumsOf({ minEncrypt, minDecrypt, minSign, minVerify }: KeyUpdateOptions) {
  const minimums = {
    ...(minEncrypt !== undefined && { encrypt: minEncrypt }),
    ...(minDecrypt !== undefined && { decrypt: minDecrypt }),
    ...(minSign !== undefined && { sign: minSign }),
    ...(minVerify !== undefined && { verify: minVerify }),
  };
  return Object.keys(minimums).length === 0 ? undefined : minimums;
}

import { resolve } from 'node:path';
import type { Command } from 'commander';
import { usageError } from './errors.ts';
import { repeated, wholeNumber } from './option-values.ts';

/** Options of `ferrohsm serve` that say where the root key comes from, as commander hands them over. */
export interface GivenRootKey {
  readonly rootKey?: string;
  readonly passphraseFile?: string;
  readonly passphraseFd?: number;
  readonly rootKeyCommand?: string;
  readonly rootKeyArgument?: readonly string[];
  readonly rootKeyCredential?: string;
  readonly rootKeyShares?: boolean;
}

export function addRootKeyOptions(command: Command): void {
  command
    .option('--root-key <file>', 'root key; made when there is no store yet')
    .option('--passphrase-file <file>', 'private file with the passphrase')
    .option('--passphrase-fd <n>', 'open descriptor to read the passphrase from', wholeNumber(0, 1023))
    .option('--root-key-command <program>', 'is run for the root key: 32 bytes, hex or base64 on standard output')
    .option('--root-key-argument <text>', 'argument of the program, more than once', repeated)
    .option('--root-key-credential <name>', 'credential of the systemd unit that holds the root key')
    .option('--root-key-shares', 'start sealed, until custodians have given enough shares');
}

/**
 * Where the root key comes from; by default a key file in the config folder.
 *
 * @throws CliError 2 when more than one place is named
 */
export function rootKeyOptions(given: GivenRootKey, defaultKeyFile: string) {
  if (given.rootKeyArgument !== undefined && given.rootKeyCommand === undefined) {
    throw usageError(
      'arguments of the root key go with a program',
      'add --root-key-command, in the file rootKey.command',
    );
  }
  const [place = { kind: 'key-file' as const, path: resolve(defaultKeyFile) }, another] = [...placesOf(given)];
  if (another === undefined) return place;
  throw usageError(
    'two places of the root key are named',
    'choose one of --root-key, --root-key-* and --passphrase-*, in the file one below rootKey',
  );
}

function* placesOf(given: GivenRootKey) {
  const { rootKey, passphraseFile, passphraseFd, rootKeyCommand, rootKeyArgument = [], rootKeyCredential } = given;
  if (rootKey !== undefined) yield { kind: 'key-file' as const, path: resolve(rootKey) };
  if (passphraseFile !== undefined) {
    yield { kind: 'passphrase' as const, source: { path: resolve(passphraseFile) } };
  }
  if (passphraseFd !== undefined) yield { kind: 'passphrase' as const, source: { descriptor: passphraseFd } };
  if (rootKeyCommand !== undefined) {
    yield { kind: 'command' as const, program: resolve(rootKeyCommand), programArguments: rootKeyArgument };
  }
  if (rootKeyCredential !== undefined) yield { kind: 'credential' as const, name: rootKeyCredential };
  if (given.rootKeyShares === true) yield { kind: 'shares' as const };
}

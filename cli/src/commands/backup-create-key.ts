import { createHash } from 'node:crypto';
import { generateBackupKey, recipientOfPassphrase } from '../backup/backup-key.ts';
import { readPassphrase } from '../backup/opener.ts';
import { type CommandDescription, local } from '../command.ts';
import { CliError, usageError } from '../errors.ts';
import type { GlobalOptions } from '../global-options.ts';
import { type OutputFileOptions, writeOutputFile } from '../output-file.ts';

interface CreateKeyOptions extends GlobalOptions {
  readonly out?: string;
  readonly passphrase?: boolean;
  readonly passphraseFile?: string;
  readonly force?: boolean;
}

const shortestPassphraseBytes = 12;

export const backupCreateKey: CommandDescription = {
  usage: 'create-key',
  effect: 'change',
  summary:
    'Make a key that backups are written for. Prints the public half, for "backup create"; the private one opens every ' +
    'such backup and belongs on no host of the sidecar.',
  examples: `
# A key pair of MLKEM768-X25519
ferrohsm backup create-key --out backup.key > backup.json

# Without a file: whoever knows the passphrase opens the backups
ferrohsm backup create-key --passphrase > backup.json`,
  offline: true,
  options: (command) =>
    command
      .option('--out <file>', 'new file for the private key, mode 0600')
      .option('--passphrase', 'ask for a passphrase, which the private key is made from')
      .option('--passphrase-file <file>', 'file with such a passphrase')
      .option('--force', 'replace an existing key'),
  action: local<CreateKeyOptions>(async ({ options, output }) => {
    const { out, passphrase, passphraseFile } = options;
    const isPassphrase = passphrase === true || passphraseFile !== undefined;
    if (isPassphrase === (out !== undefined)) {
      throw usageError('name where the private key goes', 'with --out FILE, or let it be a --passphrase');
    }
    const recipient = isPassphrase ? await fromPassphrase(passphraseFile) : await newPair(out as string, options);
    const shown = { ...recipient, publicKey: Buffer.from(recipient.publicKey).toString('base64url') };
    await output.result(shown, JSON.stringify(shown));
    output.note(`who approves a backup for it sees SHA-256 ${fingerprintOf(recipient.publicKey)}`);
    if (out !== undefined) output.note(`${out} opens every backup for this key: keep copies in safe places`);
  }),
};

function fingerprintOf(publicKey: Uint8Array): string {
  return createHash('sha256').update(publicKey).digest('base64url');
}

async function newPair(out: string, { force, dryRun }: OutputFileOptions) {
  const { seed, recipient } = await generateBackupKey();
  try {
    writeOutputFile(out, seed, { secret: true, force, dryRun });
    return recipient;
  } finally {
    seed.fill(0);
  }
}

async function fromPassphrase(file: string | undefined) {
  const passphrase = readPassphrase(file, 'new passphrase for backups: ');
  try {
    if (passphrase.length < shortestPassphraseBytes) {
      throw new CliError(65, `a passphrase needs at least ${shortestPassphraseBytes} bytes`, 'take several words');
    }
    return await recipientOfPassphrase(passphrase);
  } finally {
    passphrase.fill(0);
  }
}

import { Option } from 'commander';
import {
  addPassphraseOption,
  approvalAlgorithms,
  encodePrivateKey,
  generateApprovalKey,
  publicApprovalKey,
  readPassphrase,
} from '../approval-key.ts';
import { type CommandDescription, local } from '../command.ts';
import type { GlobalOptions } from '../global-options.ts';
import { writeOutputFile } from '../output-file.ts';

interface ApproverCreateOptions extends GlobalOptions {
  readonly out: string;
  readonly algorithm: string;
  readonly passphrase?: boolean;
  readonly passphraseFd?: number;
  readonly force?: boolean;
}

export const approverCreate: CommandDescription = {
  usage: 'create',
  effect: 'change',
  summary:
    'Make your own key for approvals. Prints the public half, which is enrolled; the private one stays with you.',
  examples: `
# Asks for a passphrase
ferrohsm approver create --out bob.key --passphrase > bob.json

# Post-quantum
ferrohsm approver create --out bob.key --algorithm ML-DSA-65 > bob.json`,
  offline: true,
  options: (command) =>
    addPassphraseOption(
      command
        .requiredOption('--out <file>', 'new file for the private key (PKCS#8 in PEM), mode 0600')
        .addOption(new Option('--algorithm <name>', 'of the signatures').choices(approvalAlgorithms).default('EdDSA'))
        .option('--passphrase', 'encrypt the private key with a passphrase that is asked for')
        .option('--force', 'replace an existing key'),
    ),
  action: local<ApproverCreateOptions>(async ({ options, output }) => {
    const { out, algorithm, passphrase: asked, passphraseFd, force, dryRun } = options;
    const isEncrypted = asked || passphraseFd !== undefined;
    const passphrase = isEncrypted ? readPassphrase({ passphraseFd }, 'new passphrase: ') : undefined;
    const key = generateApprovalKey(algorithm);
    const pem = encodePrivateKey(key, passphrase);
    try {
      writeOutputFile(out, pem, { secret: true, force, dryRun });
    } finally {
      pem.fill(0);
      passphrase?.fill(0);
    }
    const publicKey = publicApprovalKey(key);
    await output.result(publicKey, JSON.stringify(publicKey));
    output.note(`${out} is the private key: keep it, and give only what was printed to others`);
  }),
};

import type { ImportWrappingName } from '@ferrohsm/sdk/node';
import { Option } from 'commander';
import { type CommandDescription, connected } from '../command.ts';
import { publicKeyFingerprint, writePreparedImport } from '../import/prepared-import.ts';
import { isoTime } from '../named-key.ts';

interface KeyPrepareImportOptions {
  readonly out: string;
  readonly wrapping?: ImportWrappingName;
}

const wrappings: readonly ImportWrappingName[] = ['HPKE-MLKEM768-X25519', 'HPKE-X25519', 'RSA-OAEP-AES-KWP'];

export const keyPrepareImport: CommandDescription = {
  usage: 'prepare-import',
  summary: 'Make a key pair for one import and write its public half, for whoever wraps the key elsewhere.',
  examples: `
# Here: a public key, good for ten minutes. Prints its SHA-256, for those who approve the export
ferrohsm key prepare-import --out here.json

# At the other sidecar
ferrohsm key export web/tls --format pkcs8 --to here.json --out tls.wrapped --wait

# Here again
ferrohsm key import web/tls --wrapped tls.wrapped --wait`,
  options: (command) =>
    command
      .requiredOption('--out <file>', 'public key and id of the import')
      .addOption(new Option('--wrapping <name>', 'how it will be wrapped').choices(wrappings)),
  action: connected<KeyPrepareImportOptions>(async ({ sidecar, options, output }) => {
    const prepared = await sidecar.keys.prepareImport(options.wrapping);
    writePreparedImport(options.out, prepared);
    const { importId, wrapping, expiresAt, publicKey } = prepared;
    const sha256 = publicKeyFingerprint(publicKey);
    await output.result({ importId, wrapping, expiresAt, sha256 }, sha256);
    output.note(`wrote the public key of ${importId} to ${options.out}; it is good until ${isoTime(expiresAt)}`);
  }),
};

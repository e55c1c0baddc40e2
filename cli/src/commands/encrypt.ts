import { addOutOption, type BytesOutputOptions } from '../bytes-options.ts';
import { type CommandDescription, connected } from '../command.ts';
import { seal, sealingMethod } from '../envelope/envelope.ts';
import { readInput } from '../input.ts';
import { addKeyOption } from '../key-options.ts';
import { openKey } from '../named-key.ts';

interface EncryptOptions extends BytesOutputOptions {
  readonly key: string;
}

export const encrypt: CommandDescription = {
  usage: 'encrypt [file]',
  summary: 'Encrypt a file, or standard input, with a named key of AES-GCM, ML-KEM, a hybrid KEM or RSA-OAEP.',
  examples: `
# To a file
ferrohsm encrypt --key backups dump.sql --out dump.sql.fhsm

# In a pipe
tar c documents | ferrohsm encrypt --key backups > documents.tar.fhsm`,
  options: (command) => addOutOption(addKeyOption(command)),
  action: connected<EncryptOptions, [string?]>(async ({ sidecar, options, output }, file) => {
    const named = await sidecar.keys.get(options.key);
    const { algorithm } = openKey(named);
    const sealing = { method: sealingMethod(algorithm.name), keyVersion: named.versionNumber, keys: named };
    const plaintext = readInput(file);
    try {
      const data = await seal(sidecar.subtle, sealing, plaintext);
      await output.bytes(data, { data }, options);
    } finally {
      plaintext.fill(0);
    }
  }),
};

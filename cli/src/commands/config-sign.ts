import { createPublicKey } from 'node:crypto';
import { type ApprovalKeyOptions, addApprovalKeyOptions, readPrivateKey } from '../approval-key.ts';
import { type CommandDescription, local } from '../command.ts';
import type { ConfigPlaceOptions } from '../config/config-file.ts';
import { configHost } from '../config/config-host.ts';
import { writeOutputFile } from '../output-file.ts';

interface ConfigSignOptions extends ConfigPlaceOptions, ApprovalKeyOptions {
  readonly publicKey?: string;
}

export const configSign: CommandDescription = {
  usage: 'sign [file]',
  summary: 'Sign a configuration file. With --config-key, "ferrohsm serve" starts with nothing else.',
  examples: `
# Writes ferrohsm.yaml.sig, and the key that verifies it
ferrohsm config sign --key operator.key --public-key config.pub ferrohsm.yaml
ferrohsm serve --config-file ferrohsm.yaml --config-key config.pub

# What it has signed, without FerroHSM
base64 -d ferrohsm.yaml.sig > signature
openssl pkeyutl -verify -pubin -inkey config.pub -rawin -in ferrohsm.yaml -sigfile signature`,
  offline: true,
  options: (command) =>
    addApprovalKeyOptions(command)
      .option('--config <folder>', 'folder of the file (FERROHSM_CONFIG)')
      .option('--config-file <file>', 'the file, when it is elsewhere (FERROHSM_CONFIG_FILE)')
      .option('--public-key <file>', 'write the key that verifies it there (SPKI in PEM)'),
  action: local<ConfigSignOptions, [string | undefined]>(async ({ options, output }, file) => {
    const [host, { configPlaces, readConfig, requireSound }, { signConfig }] = await Promise.all([
      configHost(),
      import('../config/config-file.ts'),
      import('../config/config-signature.ts'),
    ]);
    const given = { ...options, ...(file !== undefined && { configFile: file }) };
    const found = readConfig(configPlaces(given, {}, host.places.config), host.read);
    requireSound(found);
    const key = readPrivateKey(options);
    const signatureFile = `${found.path}.sig`;
    const signature = signConfig(found.bytes, key);
    writeOutputFile(signatureFile, Buffer.from(signature));
    const pem = createPublicKey(key).export({ type: 'spki', format: 'pem' });
    if (options.publicKey !== undefined) writeOutputFile(options.publicKey, Buffer.from(pem));
    await output.result({ file: found.path, sha256: found.sha256, signatureFile }, signatureFile);
  }),
};

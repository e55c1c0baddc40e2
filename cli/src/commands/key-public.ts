import { Option } from 'commander';
import { addOutOption, type BytesOutputOptions } from '../bytes-options.ts';
import { type CommandDescription, connected } from '../command.ts';
import type { Subtle } from '../envelope/sealing-method.ts';
import { CliError } from '../errors.ts';
import { addKeyVersionOption } from '../key-options.ts';
import { halfOf } from '../named-key.ts';

interface KeyPublicOptions extends BytesOutputOptions {
  readonly format: keyof typeof encoders;
  readonly keyVersion?: number;
}

/** How each form is made from the CryptoKey. */
const encoders = Object.freeze({
  pem: async (subtle: Subtle, key: CryptoKey) => Buffer.from(pem(Buffer.from(await subtle.exportKey('spki', key)))),
  spki: async (subtle: Subtle, key: CryptoKey) => Buffer.from(await subtle.exportKey('spki', key)),
  jwk: async (subtle: Subtle, key: CryptoKey) => Buffer.from(`${JSON.stringify(await subtle.exportKey('jwk', key))}\n`),
  raw: async (subtle: Subtle, key: CryptoKey) => Buffer.from(await subtle.exportKey('raw-public', key)),
});

export const keyPublic: CommandDescription = {
  usage: 'public <name>',
  summary: 'Print the public half of a named key.',
  examples: `
# For openssl
ferrohsm key public web/tls > web-tls.pem

# For JOSE
ferrohsm key public payments/signing --format jwk

# A hybrid KEM has only the raw form
ferrohsm key public backups --format raw --out backups.pub`,
  options: (command) =>
    addOutOption(
      addKeyVersionOption(
        command.addOption(
          new Option('--format <name>', 'form of the key').choices(Object.keys(encoders)).default('pem'),
        ),
      ),
    ),
  action: connected<KeyPublicOptions, [string]>(async ({ sidecar, options, output }, name) => {
    const named = await sidecar.keys.get(name);
    const number = options.keyVersion ?? named.versionNumber;
    const key = halfOf(await named.version(number), 'publicKey');
    const stored = named.record.versions.find(({ version }) => version === number)?.publicKey;
    const bytes = await encoded(sidecar.subtle, key, options.format);
    await output.bytes(bytes, stored, { out: options.out, perhapsText: true });
  }),
};

async function encoded(subtle: Subtle, key: CryptoKey, format: KeyPublicOptions['format']): Promise<Buffer> {
  try {
    return await encoders[format](subtle, key);
  } catch (cause) {
    if (!(cause instanceof DOMException) || cause.name !== 'NotSupportedError') throw cause;
    const message = `a key of ${key.algorithm.name} has no ${format} form`;
    throw new CliError(65, message, 'choose another --format, for example raw', { cause });
  }
}

/** RFC 7468 section 13. */
function pem(spki: Buffer): string {
  const lines = spki.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN PUBLIC KEY-----', ...lines, '-----END PUBLIC KEY-----', ''].join('\n');
}

import type { KeyExportFormat, KeyRecipient, NamedWrappingKey, WrappedKey } from '@ferrohsm/sdk/node';
import { Option } from 'commander';
import { addForceOption } from '../bytes-options.ts';
import { type CommandDescription, type ConnectedContext, connected } from '../command.ts';
import { CliError, usageError } from '../errors.ts';
import { publicKeyFingerprint } from '../import/prepared-import.ts';
import { readRecipientFile } from '../import/recipient-file.ts';
import { encodeWrappedKey } from '../import/wrapped-key-file.ts';
import { addKeyVersionOption } from '../key-options.ts';
import { refuseToReplace, writeOutputFile } from '../output-file.ts';
import { addWaitOption, clientsOf, type WaitOptions } from '../wait-option.ts';

interface KeyExportOptions extends WaitOptions {
  readonly format: KeyExportFormat;
  readonly out: string;
  readonly to?: string;
  readonly wrapWith?: string;
  readonly aesKw?: boolean;
  readonly force?: boolean;
  readonly keyVersion?: number;
}

type Context = ConnectedContext<KeyExportOptions>;

const formats: readonly KeyExportFormat[] = ['pkcs8', 'jwk', 'raw', 'raw-seed', 'raw-secret'];

export const keyExport: CommandDescription = {
  usage: 'export <name>',
  effect: 'change',
  summary:
    'Get the SECRET of a key out of the sidecar, as it is or wrapped for somebody. Needs the approval of other people.',
  examples: `
# For an import at another sidecar, which made here.json by "ferrohsm key prepare-import"
ferrohsm key export web/tls --format pkcs8 --to here.json --out tls.wrapped --wait

# For a public key of RSA, X25519 or MLKEM768-X25519 in PEM, DER or JWK
ferrohsm key export web/tls --format pkcs8 --to hsm.pem --out tls.wrapped --wait

# Under a named AES-KW key, by AES-KWP
ferrohsm key export web/tls --format pkcs8 --wrap-with vault/kek --out tls.wrapped --wait

# The secret itself. Asks for approvals; the same command again, once they are given, writes the file
ferrohsm key export payments/signing --format pkcs8 --out signing.der`,
  options: (command) =>
    addWaitOption(
      addForceOption(
        addKeyVersionOption(
          command
            .addOption(new Option('--format <name>', 'as of WebCrypto').choices(formats).makeOptionMandatory())
            .requiredOption('--out <file>', 'new file, mode 0600')
            .option('--to <file>', 'wrap it for this public key, or for what "key prepare-import" wrote')
            .addOption(new Option('--wrap-with <name>', 'wrap it under this named AES-KW key').conflicts('to'))
            .option('--aes-kw', 'with --wrap-with: AES-KW (RFC 3394) instead of AES-KWP (RFC 5649)'),
        ),
      ),
    ),
  action: connected<KeyExportOptions, [string]>(async (context, name) => {
    const { out, force } = context.options;
    refuseToReplace(out, { force });
    const target = targetOf(context.options);
    return target === undefined ? await exportPlain(context, name) : await exportWrapped(context, name, target);
  }),
};

function targetOf({ to, wrapWith, aesKw }: KeyExportOptions): KeyRecipient | NamedWrappingKey | undefined {
  if (aesKw && wrapWith === undefined) throw usageError('--aes-kw is for --wrap-with', 'name the key that wraps');
  if (wrapWith !== undefined) return { wrapping: aesKw ? 'AES-KW' : 'AES-KWP', key: wrapWith };
  return to === undefined ? undefined : readRecipientFile(to);
}

async function exportPlain(context: Context, name: string): Promise<void> {
  const { format, out, force } = context.options;
  const { keyData, version } = await clientsOf(context).keys.export(name, format, selectionOf(context));
  try {
    writeOutputFile(out, keyData, { secret: true, force });
  } finally {
    keyData.fill(0);
  }
  await context.output.result({ format, version, out }, '');
  context.output.note(`wrote the secret of ${name}, version ${version}, to ${out}`);
}

async function exportWrapped(context: Context, name: string, target: KeyRecipient | NamedWrappingKey): Promise<void> {
  const { format, out, force } = context.options;
  if ('publicKey' in target) {
    context.output.note(`wraps for the public key with SHA-256 ${publicKeyFingerprint(target.publicKey)}`);
  }
  const exported = await clientsOf(context).keys.exportWrapped(name, format, target, selectionOf(context));
  const importId = 'importId' in target ? target.importId : undefined;
  const content = importId === undefined ? exported.wrapped : await forImport(context, name, importId, exported);
  writeOutputFile(out, content, { secret: true, force });
  const { version } = exported;
  await context.output.result({ format, version, out, wrapping: target.wrapping }, '');
  context.output.note(`wrote ${name}, version ${version}, wrapped by ${target.wrapping}, to ${out}`);
}

/** With what the importer has to say of the key. */
async function forImport(
  { sidecar }: Context,
  name: string,
  importId: string,
  { wrapped, format, version }: WrappedKey,
): Promise<Buffer> {
  const { record } = await sidecar.keys.get(name);
  const found = record.versions.find((each) => each.version === version);
  if (found === undefined) throw new CliError(70, `${name} has no version ${version} any more`, 'export it again');
  const { algorithm } = found;
  return encodeWrappedKey({
    ...{ importId, wrapped, algorithm, usages: record.usages },
    format: format === 'raw' ? 'raw-secret' : format,
  });
}

function selectionOf({ options: { keyVersion } }: Context): { readonly version?: number } {
  return keyVersion === undefined ? {} : { version: keyVersion };
}

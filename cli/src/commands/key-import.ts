import { randomBytes } from 'node:crypto';
import type { NamedKey } from '@ferrohsm/sdk/node';
import { Option } from 'commander';
import { readPassphrase } from '../approval-key.ts';
import { type CommandDescription, type ConnectedContext, connected } from '../command.ts';
import { usageError } from '../errors.ts';
import {
  forgetImportRequest,
  type ImportRequest,
  readImportRequest,
  writeImportRequest,
} from '../import/import-request.ts';
import { type KeyFileContent, type KeyFileFormat, keyFileFormats, readKeyFile } from '../import/key-file.ts';
import { readWrappedKey } from '../import/wrapped-key-file.ts';
import { readInput } from '../input.ts';
import { completeAlgorithm } from '../key-algorithms.ts';
import { addNewKeyOptions, describedBy, type NewKeyOptions } from '../new-key-options.ts';
import { addWaitOption, clientsOf, type WaitOptions } from '../wait-option.ts';

interface KeyImportOptions extends WaitOptions, NewKeyOptions {
  readonly in?: string;
  readonly wrapped?: string;
  readonly format?: KeyFileFormat;
  readonly passphraseFile?: string;
  readonly algorithm?: string;
  readonly curve?: string;
  readonly hash?: string;
  readonly request?: string;
}

const keyFileLimitBytes = 256 * 1024;
const passphraseLimitBytes = 1024;

export const keyImport: CommandDescription = {
  usage: 'import <name>',
  effect: 'change',
  summary: 'Import a key from a file. Needs the approval of other people. Prints its id.',
  examples: `
# A key in PEM, PKCS#8, PKCS#1 or SEC 1; waits for the others
ferrohsm key import web/tls --in tls.pem --wait

# A PKCS#12 file, to be used for TLS 1.2 too
ferrohsm key import web/old --in old.p12 --algorithm RSASSA-PKCS1-v1_5 --wait

# 32 raw bytes from another tool, in a pipe
vault read-key | ferrohsm key import vault/master --in - --format raw --algorithm AES-GCM --wait

# A key that another sidecar exported for "ferrohsm key prepare-import"
ferrohsm key import web/tls --wrapped tls.wrapped --wait

# Without waiting: the same command again, once it is approved, makes the key
ferrohsm key import web/tls --in tls.pem --request tls.import`,
  options: (command) =>
    addWaitOption(
      addNewKeyOptions(command)
        .option('--in <file>', 'the key; - is standard input')
        .addOption(new Option('--wrapped <file>', 'instead: what "key export --to" wrote elsewhere').conflicts('in'))
        .addOption(new Option('--format <name>', 'of the file; default: what it looks like').choices(keyFileFormats))
        .option('--passphrase-file <file>', 'its first line is the passphrase; default: it is asked for')
        .option('--algorithm <name>', 'WebCrypto name; default: that of the file, for RSA RSA-PSS, for EC ECDSA')
        .option('--curve <name>', 'curve of ECDSA and ECDH; default: that of the file')
        .option('--hash <name>', 'hash of RSA and HMAC (default SHA-256)')
        .option('--request <file>', 'keeps the request, without any secret, to go on once it is approved'),
    ),
  action: connected<KeyImportOptions, [string]>(async (context, name) => {
    const { options, output } = context;
    if (!options.wait && options.request === undefined && !options.dryRun) {
      throw usageError('an import waits for other people', 'give --wait, or --request FILE to go on later');
    }
    const { record } = await imported(context, name);
    await output.result({ record }, record.id);
    output.note(`imported ${record.name} for ${record.usages.join(', ')}`);
    output.warn('the original is still where it was: destroy it and its copies');
  }),
};

async function imported(context: ConnectedContext<KeyImportOptions>, name: string): Promise<NamedKey> {
  const { request: file, dryRun } = context.options;
  const kept = file === undefined ? undefined : readImportRequest(file, name);
  const request = kept ?? (await newRequest(context, name));
  if (file !== undefined && kept === undefined && !dryRun) writeImportRequest(file, request);
  const key = await clientsOf(context).keys.importWrapped(request);
  if (file !== undefined) forgetImportRequest(file);
  return key;
}

function newRequest(context: ConnectedContext<KeyImportOptions>, name: string): Promise<ImportRequest> | ImportRequest {
  const { wrapped } = context.options;
  return wrapped === undefined ? wrappedHere(context, name) : wrappedElsewhere(context.options, name, wrapped);
}

/** What was exported says what the key is, unless the options say something else. */
function wrappedElsewhere(options: KeyImportOptions, name: string, file: string): ImportRequest {
  const { algorithm, usages, ...wrapped } = readWrappedKey(file);
  const key = {
    ...{ usages, algorithm },
    ...(options.usage !== undefined && { usages: options.usage }),
    ...(options.algorithm !== undefined && algorithmOf(options, undefined)),
  };
  return { ...describedBy(options), ...wrapped, ...key, name, requestId: newRequestId() };
}

function newRequestId(): string {
  return randomBytes(16).toString('base64url');
}

/** Wraps the key of the file here, so that no plaintext leaves this process. */
async function wrappedHere(
  { sidecar, options }: ConnectedContext<KeyImportOptions>,
  name: string,
): Promise<ImportRequest> {
  const { format, keyData, ...found } = keyOf(options);
  try {
    const key = { ...describedBy(options), ...algorithmOf(options, found.algorithm) };
    const prepared = await sidecar.keys.prepareImport();
    const wrapped = await sidecar.keys.wrapForImport(prepared, keyData);
    return { name, importId: prepared.importId, wrapped, format, requestId: newRequestId(), ...key };
  } finally {
    keyData.fill(0);
  }
}

function keyOf({
  in: file,
  format,
  passphraseFile,
}: KeyImportOptions): KeyFileContent & { keyData: Buffer<ArrayBuffer> } {
  if (file === undefined) throw usageError('there is no key to import', 'name its file with --in');
  const bytes = readInput(file, keyFileLimitBytes);
  try {
    const content = readKeyFile(bytes, { format, passphrase: () => passphraseOf(file, passphraseFile) });
    return content as KeyFileContent & { keyData: Buffer<ArrayBuffer> };
  } finally {
    bytes.fill(0);
  }
}

function passphraseOf(keyFile: string, passphraseFile: string | undefined): Buffer {
  if (passphraseFile === undefined) return readPassphrase({}, `passphrase of ${keyFile}: `);
  const bytes = readInput(passphraseFile, passphraseLimitBytes);
  const end = bytes.indexOf('\n');
  return end < 0 ? bytes : bytes.subarray(0, end);
}

function algorithmOf(options: KeyImportOptions, found: KeyFileContent['algorithm']) {
  const name = options.algorithm ?? found?.name;
  if (name === undefined) {
    throw usageError('the file does not say the algorithm of its key', 'name it with --algorithm');
  }
  const isOfFile = found !== undefined && (options.algorithm === undefined || options.algorithm === found.name);
  const namedCurve = options.curve ?? found?.namedCurve;
  const hash = options.hash ?? (isOfFile ? found.hash : undefined);
  return completeAlgorithm(name, { namedCurve, hash }, options.usage ?? []);
}

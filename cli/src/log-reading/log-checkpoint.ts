import {
  checkSignatures,
  type LogSource,
  parseCheckpoint,
  parseVerifierKey,
  type SignatureLine,
  type SignedCheckpoint,
  type VerifierKey,
} from '@ferrohsm/sdk/node';
import { CliError } from '../errors.ts';

/**
 * The checkpoint that a log states now. With keys, every given key of the log must have signed it and no given key may
 * disagree; without keys only its form is checked.
 *
 * @throws CliError 66 when there is none, 65 when it is malformed, 1 when the signatures are not what they must be
 */
export async function readCheckpoint(source: LogSource, keys: readonly string[]): Promise<SignedCheckpoint> {
  const bytes = await source.read('checkpoint');
  if (bytes === undefined) throw new CliError(66, 'the log has no checkpoint', 'name the folder that holds it');
  return acceptCheckpoint(bytes, 'the checkpoint of the log', keys);
}

/** The same for bytes from elsewhere, which messages call `name`. */
export async function acceptCheckpoint(
  bytes: Uint8Array,
  name: string,
  keys: readonly string[],
): Promise<SignedCheckpoint> {
  const checkpoint = parseCheckpoint(bytes);
  if (checkpoint === undefined) throw new CliError(65, `${name} is malformed`, 'C2SP tlog-checkpoint says the form');
  if (keys.length > 0) await demandSignatures(checkpoint, name, keys);
  return checkpoint;
}

async function demandSignatures(checkpoint: SignedCheckpoint, name: string, texts: readonly string[]): Promise<void> {
  const keys = await Promise.all(texts.map(parseVerifierKey));
  const reports = await checkSignatures(checkpoint, keys);
  const wrong = reports.find(({ valid }) => valid === false);
  if (wrong !== undefined) throw unsigned(name, `wrong ${wrong.algorithm} signature of ${wrong.name}`);
  // With every key that was given, so that nobody gets around the stronger one by leaving its line out.
  const own = keys.filter((key) => key.name === checkpoint.origin);
  const hasSigned = (key: VerifierKey) =>
    checkpoint.lines.some((line, i) => isBy(key, line) && reports[i]?.valid === true);
  const absent = own.find((key) => !hasSigned(key));
  if (absent !== undefined) throw unsigned(name, `no ${absent.algorithm.name} signature of ${checkpoint.origin}`);
  if (own.length === 0) throw unsigned(name, `no given key is one of ${checkpoint.origin}`);
}

function isBy(key: VerifierKey, line: SignatureLine): boolean {
  return line.name === key.name && Buffer.compare(line.id, key.id) === 0;
}

function unsigned(name: string, reason: string): CliError {
  return new CliError(
    1,
    `${name} does not verify: ${reason}`,
    'after a key rotation audit verify says which keys to pin; else compare the log with a copy',
  );
}

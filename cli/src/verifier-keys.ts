import { parseVerifierKey } from '@ferrohsm/sdk/node';
import { CliError, usageError } from './errors.ts';
import { readInput } from './input.ts';

const keyFileLimitBytes = 1024 * 1024;

/**
 * The verifier keys of options and of a file, one a line; `#` starts a comment.
 *
 * @throws CliError 2 for a malformed key in the options, 65 for one in the file
 */
export async function readVerifierKeys(given: readonly string[], file: string | undefined): Promise<string[]> {
  for (const key of given) await checkKey(key, (message, hint) => usageError(message, hint));
  const listed = file === undefined ? [] : keyLines(readInput(file, keyFileLimitBytes).toString());
  for (const key of listed) await checkKey(key, (message, hint) => new CliError(65, message, hint));
  if (file !== undefined && listed.length === 0) throw new CliError(65, `no verifier key in ${file}`, 'one a line');
  return [...given, ...listed];
}

function keyLines(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '' && !line.startsWith('#'));
}

async function checkKey(key: string, refusal: (message: string, hint: string) => CliError): Promise<void> {
  try {
    await parseVerifierKey(key);
  } catch {
    throw refusal(`not a verifier key: ${key}`, 'write NAME+ID+BASE64 (C2SP signed-note), in quotes');
  }
}

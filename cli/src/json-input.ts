import { CliError } from './errors.ts';
import { readInput } from './input.ts';

const limitBytes = 1024 * 1024;

/**
 * A JSON object from a file or standard input; what is in it, the sidecar checks.
 *
 * @throws CliError 65, 66
 */
export function readJsonObject(file: string | undefined): Record<string, unknown> {
  return jsonObject(readInput(file, limitBytes).toString(), file);
}

/** The same where nothing at all, or a terminal in place of input, means no members. */
export function readPerhapsObject(file: string | undefined): Record<string, unknown> {
  if (file === undefined && process.stdin.isTTY) return {};
  const text = readInput(file, limitBytes).toString();
  return text.trim() === '' ? {} : jsonObject(text, file);
}

function jsonObject(text: string, file: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw new CliError(65, `${file ?? 'standard input'} does not hold a JSON object`, 'look at the examples of --help');
}

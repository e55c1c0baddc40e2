import { CliError } from '../../errors.ts';

/**
 * Bytes that a person typed in hex or base64url; an even number of hex digits is hex.
 *
 * @throws CliError 65 for what is neither
 */
export function typedBytes(text: string): Buffer<ArrayBuffer> {
  const compact = text.replaceAll(/\s/g, '');
  if (/^([0-9a-f]{2})+$/i.test(compact)) return Buffer.from(compact, 'hex');
  const bytes = Buffer.from(compact, 'base64url');
  if (compact !== '' && bytes.toString('base64url') === compact) return bytes;
  throw new CliError(65, 'it is neither hex nor base64url', 'type it in one of them, or name a file');
}

import { hash } from 'node:crypto';
import type { Cedar } from './cedar.ts';

/** Names all that the inspection of a policy text depends on: the engine, the schema and the text. */
export function inspectionDigest(cedar: Pick<Cedar, 'getCedarVersion'>, schema: string, text: string): string {
  return hash('sha256', JSON.stringify([cedar.getCedarVersion(), schema, text]), 'base64url');
}

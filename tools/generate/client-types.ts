import { hash } from 'node:crypto';
import { banner } from './banner.ts';

/**
 * The types that openapi-typescript makes of the OpenAPI document, for clients in TypeScript.
 *
 * @param present what it made before, which is answered where it is of the same document
 */
export async function clientTypes(document: object, present: string): Promise<string> {
  const head = `${banner}// Of the document ${hash('sha256', JSON.stringify(document), 'base64url')}.\n\n`;
  if (present.startsWith(head)) return present;
  const { default: openapiTypeScript, astToString } = await import('openapi-typescript');
  return `${head}${astToString(await openapiTypeScript(structuredClone(document) as never))}`;
}

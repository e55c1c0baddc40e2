import { banner } from './banner.ts';
import { type ByteField, byteFields } from './byte-fields.ts';
import type { Schemas } from './schemas.ts';

const literal = (value: unknown) => JSON.stringify(value, null, 2);

const byteFieldType = `/** Where a message holds bytes: member names from the root, \`*\` for each element of an array. */
export interface ByteField {
  readonly path: readonly string[];
  readonly secret: boolean;
}
`;

const methodTraitsType = `/** What a method's schema declares besides its shapes. */
export interface MethodTraits {
  readonly effect: 'pure' | 'change' | 'release';
  readonly approvalFloor: number;
  readonly allowedWhileSealed: boolean;
  readonly action: string;
  readonly resource: 'key' | 'key-name' | 'named-key' | 'new-key' | 'approval' | 'pkcs11-object' | 'new-pkcs11-object' | 'session' | 'system';
  /** The parameter that names the key. */
  readonly key: string | null;
  /** Parameters that name further keys, and the action that each is authorized for. */
  readonly otherKeys: readonly { readonly param: string; readonly action: string }[];
  readonly auditFields: readonly string[];
  /** Fields that name people. */
  readonly auditPersonal: readonly string[];
  readonly auditDigests: readonly string[];
  /** A read that uses no key: a policy may say that it leaves no record. */
  readonly auditOptional: boolean;
  readonly paramBytes: readonly ByteField[];
  readonly resultBytes: readonly ByteField[];
}
`;

/** What the pipeline must know about each method besides its shapes. */
export function methodTable(schemas: Schemas): string {
  const rows = schemas.methods.map((method) => [
    method.method,
    {
      effect: method.effect,
      approvalFloor: method.approvalFloor,
      allowedWhileSealed: method.allowedWhileSealed,
      action: method.action,
      resource: method.resource,
      key: method.key ?? null,
      otherKeys: method.otherKeys ?? [],
      auditFields: method.audit.fields,
      auditPersonal: method.audit.personal ?? [],
      auditDigests: method.audit.digests,
      auditOptional: method.audit.optional ?? false,
      paramBytes: byteFields(method.params, schemas),
      resultBytes: byteFields(method.result, schemas),
    },
  ]);
  return `${banner}import type { MethodName } from './types.ts';

${byteFieldType}
${methodTraitsType}
export const methodTable: Readonly<Record<MethodName, MethodTraits>> = ${literal(Object.fromEntries(rows))};
`;
}

/**
 * What the client must know of each method: its effect, and the byte fields for its encoder and decoder. A page loads
 * it before it can do anything, so it is a short text. Most methods compute something and carry no bytes; these are
 * left out.
 */
export function methodLines(schemas: Schemas): string {
  const lines = schemas.methods.map(({ method, effect, params, result }) => [
    method,
    ...(effect === 'pure' ? [] : [effect]),
    ...byteFields(params, schemas).map((field) => `<${byteFieldWord(field)}`),
    ...byteFields(result, schemas).map((field) => `>${byteFieldWord(field)}`),
  ]);
  const said = lines.filter((words) => words.length > 1).map((words) => words.join(' '));
  return `${banner}/**
 * A line for each method that does more than compute, or carries bytes: its name; \`change\` or \`release\`; where its
 * params (\`<\`) and its result (\`>\`) hold bytes, \`!\` behind the secret ones.
 */
export const methodLines = \`
${said.join('\n')}
\`;
`;
}

function byteFieldWord({ path, secret }: ByteField): string {
  return `${path.join('.')}${secret ? '!' : ''}`;
}

/** What the sidecar's dialects say of an error, and nobody else. */
const dialectFields = `  /** HTTP status. */
  readonly http: number;
  /** PKCS#11 return value. */
  readonly ckr: string;
`;

/** The one table of errors. */
export function errorTable(schemas: Schemas): string {
  return errorModule(
    schemas.errors.map(({ code, ...entry }) => [code, entry]),
    dialectFields,
  );
}

/** The same for clients, without what the dialects of the sidecar say. */
export function clientErrorTable(schemas: Schemas): string {
  return errorModule(
    schemas.errors.map(({ code, http: _http, ckr: _ckr, ...entry }) => [code, entry]),
    '',
  );
}

/** What PKCS#11 returns for each error of the sidecar. */
export function returnValueTable({ errors }: Schemas): string {
  const rows = errors.map(({ code, ckr }) => `  ${code}: CKR.${String(ckr).replace('CKR_', '')},`);
  return `${banner}import type { ErrorCode } from '@ferrohsm/sdk';
import { CKR } from '../codec/constants/return-values.ts';

export const returnValues: Readonly<Record<ErrorCode, number>> = {
${rows.join('\n')}
};
`;
}

function errorModule(rows: readonly (readonly [string, object])[], fields: string): string {
  const codes = rows.map(([code]) => `'${code}'`).join(' | ');
  return `${banner}export type ErrorCode = ${codes};

export interface ErrorEntry {
  /** JSON-RPC error code. */
  readonly number: number;
  readonly message: string;
  /** The next step for the reader. */
  readonly hint: string;
  /** Name of the DOMException, or TypeError, on the WebCrypto face. */
  readonly dom: string;
${fields}  /** Exit status of the command line. */
  readonly exitStatus: number;
  readonly retryable: boolean;
}

export const errorTable: Readonly<Record<ErrorCode, ErrorEntry>> = ${literal(Object.fromEntries(rows))};
`;
}

/** The version that all packages share. */
export function versionModule(version: string): string {
  return `${banner}export const version = ${JSON.stringify(version)};\n`;
}

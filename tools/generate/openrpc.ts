import { banner } from './banner.ts';
import { license, title } from './product.ts';
import type { JsonSchema, Schemas } from './schemas.ts';

/** The OpenRPC 1.3 document that `rpc.discover` answers; params are by name. */
export function openrpcModule(schemas: Schemas, version: string): string {
  const document = {
    openrpc: '1.3.2',
    info: {
      title,
      version,
      description: 'Keys in a sidecar: WebCrypto operations, named keys, audit log. JSON-RPC 2.0, params by name.',
      license,
    },
    methods: schemas.methods.map(({ method, summary, description, params, result, errors, effect, approvalFloor }) => ({
      name: method,
      summary,
      ...(description === undefined ? {} : { description }),
      paramStructure: 'by-name',
      params: parameters(params),
      result: { name: result.title, schema: result },
      errors: errors.map((code) => errorObject(code, schemas)),
      'x-effect': effect,
      'x-approval-floor': approvalFloor,
    })),
    components: { schemas: Object.fromEntries(schemas.objects) },
  };
  return `${banner}export const openrpc: Readonly<Record<string, unknown>> = ${JSON.stringify(document, null, 2)};\n`;
}

function parameters(params: JsonSchema): object[] {
  const required = new Set((params.required ?? []) as string[]);
  return Object.entries((params.properties ?? {}) as Record<string, JsonSchema>).map(([name, schema]) => ({
    name,
    required: required.has(name),
    schema,
  }));
}

function errorObject(code: string, schemas: Schemas): object {
  const entry = schemas.errors.find((candidate) => candidate.code === code);
  if (entry === undefined) throw new Error(`schemas: no error ${code} in errors.json`);
  return { code: entry.number, message: entry.message, data: { code } };
}

import type { JsonSchema, Schemas } from './schemas.ts';

/** What of `objects/` only frames know. */
const framesOnly = new Set(['Attachment', 'RequestId']);

const problem = {
  type: 'object',
  description: 'What was refused, and what to do (RFC 9457).',
  properties: {
    type: { type: 'string', format: 'uri-reference', description: 'Where the code is explained.' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What was refused, in this case.' },
    code: { $ref: '#/components/schemas/ErrorCode' },
    hint: { type: 'string', description: 'The next step.' },
    retryable: { type: 'boolean' },
    retryAfterMs: { type: 'integer', minimum: 0 },
  },
  required: ['type', 'title', 'status', 'code', 'hint', 'retryable'],
  additionalProperties: false,
};

const heldOperation = {
  type: 'object',
  description: 'The operation waits for other people. Repeat it, exactly so, when they have approved it.',
  properties: {
    approval: { $ref: '#/components/schemas/ApprovalRequest' },
    code: { const: 'approval_required' },
    hint: { type: 'string' },
  },
  required: ['approval', 'code', 'hint'],
  additionalProperties: false,
};

/** All objects, as JSON over HTTP shows them. */
export function openapiSchemas(schemas: Schemas): object {
  const objects = [...schemas.objects].filter(([name]) => !framesOnly.has(name));
  return {
    ...Object.fromEntries(objects.map(([name, schema]) => [name, restSchema(schema)])),
    ErrorCode: { enum: schemas.errors.map(({ code }) => code), description: 'Stable.' },
    Problem: problem,
    HeldOperation: heldOperation,
  };
}

/** Bytes are base64url in JSON; there are no attachments. */
export function restSchema(schema: JsonSchema): JsonSchema {
  if (typeof schema.bytes === 'string') {
    const { bytes, anyOf: _, ...rest } = schema;
    const description = `${bytes === 'secret' ? 'Secret bytes' : 'Bytes'}: base64url without padding (RFC 4648 section 5).`;
    return { ...rest, description, type: 'string', contentEncoding: 'base64url', pattern: '^[A-Za-z0-9_-]*$' };
  }
  return Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, rewrite(value)]));
}

function rewrite(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rewrite);
  return value !== null && typeof value === 'object' ? restSchema(value as JsonSchema) : value;
}

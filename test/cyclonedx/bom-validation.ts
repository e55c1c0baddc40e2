import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type AnySchema } from 'ajv';

const dateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

const ajv = new Ajv({ strict: false, allErrors: true, schemas: ['jsf-0.82', 'spdx'].map(schema) });
ajv.addFormat('date-time', { validate: (text: string) => dateTime.test(text) && !Number.isNaN(Date.parse(text)) });
// Of these the inventory has none; a value that were there would be refused.
ajv.addFormat('iri-reference', () => false);
ajv.addFormat('idn-email', () => false);
ajv.addFormat('uri', () => false);

const validate = ajv.compile(schema('bom-1.6'));

/** What the official schema of CycloneDX 1.6 finds wrong, and references that lead nowhere. */
export function bomErrors(bom: object): readonly string[] {
  const invalid = validate(bom)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  return [...invalid, ...danglingReferences(bom)];
}

/** A schema says nothing of where references lead. */
function danglingReferences(bom: object): readonly string[] {
  const known = new Set<unknown>();
  const used: unknown[] = [];
  JSON.stringify(bom, (name, value) => {
    if (name === 'bom-ref') known.add(value);
    if (name === 'ref' || name === 'algorithmRef') used.push(value);
    if (name === 'dependsOn') used.push(...(value as unknown[]));
    return value;
  });
  return used.filter((reference) => !known.has(reference)).map((reference) => `nothing is called ${reference}`);
}

function schema(name: string): AnySchema {
  return JSON.parse(readFileSync(join(import.meta.dirname, `${name}.schema.json`), 'utf8')) as AnySchema;
}

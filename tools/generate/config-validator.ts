import { Ajv2020 } from 'ajv/dist/2020.js';
import standaloneCode from 'ajv/dist/standalone/index.js';
import { banner } from './banner.ts';
import type { JsonSchema } from './schemas.ts';

/** What the schema says for people and for other tables; the validator would carry it along. */
const annotations = /^(title|description|default|examples|x-[a-z]+)$/;

/** Standalone validator of the configuration; unlike those of params it tells every misfit. */
export function configValidatorModule(schema: JsonSchema): { code: string; declarations: string } {
  const ajv = new Ajv2020({
    code: { source: true, esm: true, lines: true },
    strict: true,
    allErrors: true,
    unicodeRegExp: true,
    allowUnionTypes: true,
  });
  ajv.addSchema(bare(schema), 'config');
  const standalone = (standaloneCode as unknown as { default: typeof standaloneCode.default }).default;
  const code = standalone(ajv, { validateConfig: 'config' });
  if (/\brequire\(/.test(code))
    throw new Error('generate: the configuration needs ajv at run time; avoid that keyword');
  return { code: `${banner}${code}`, declarations };
}

function bare(node: JsonSchema): JsonSchema {
  const members = Object.entries(node).flatMap(([keyword, value]): [string, unknown][] => {
    if (annotations.test(keyword)) return [];
    if (named.has(keyword)) return [[keyword, bareEach(value as Readonly<Record<string, JsonSchema>>)]];
    return [[keyword, keyword === 'items' ? bare(value as JsonSchema) : value]];
  });
  return Object.fromEntries(members);
}

/** The names below these are no keywords. */
const named: ReadonlySet<string> = new Set(['properties', '$defs']);

function bareEach(schemas: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return Object.fromEntries(Object.entries(schemas).map(([name, node]) => [name, bare(node)]));
}

const declarations = `${banner}/** Where a value does not fit, and why. */
export interface ConfigMisfit {
  /** JSON Pointer (RFC 6901) of the value. */
  readonly instancePath: string;
  /** Keyword of the schema that it misses. */
  readonly keyword: string;
  readonly message?: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Says whether a value fits schemas/config.json; \`errors\` holds every misfit of the last call. */
export const validateConfig: {
  (value: unknown): boolean;
  errors?: readonly ConfigMisfit[] | null;
};
`;

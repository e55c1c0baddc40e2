import { Ajv2020 } from 'ajv/dist/2020.js';
import standaloneCode from 'ajv/dist/standalone/index.js';
import { banner } from './banner.ts';
import type { JsonSchema } from './schemas.ts';

/** What the schema of the configuration says beside JSON Schema. */
const annotations = ['x-flag', 'x-path', 'x-whole', 'x-reload', 'x-form', 'x-default'];

/** Standalone validator of the configuration; unlike those of params it tells every misfit. */
export function configValidatorModule(schema: JsonSchema): { code: string; declarations: string } {
  const ajv = new Ajv2020({
    code: { source: true, esm: true, lines: true },
    strict: true,
    allErrors: true,
    unicodeRegExp: true,
    allowUnionTypes: true,
  });
  ajv.addVocabulary(annotations);
  ajv.addSchema(schema, 'config');
  const standalone = (standaloneCode as unknown as { default: typeof standaloneCode.default }).default;
  const code = standalone(ajv, { validateConfig: 'config' });
  if (/\brequire\(/.test(code))
    throw new Error('generate: the configuration needs ajv at run time; avoid that keyword');
  return { code: `${banner}${code}`, declarations };
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

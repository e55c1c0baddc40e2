import { Ajv2020 } from 'ajv/dist/2020.js';
import standaloneCode from 'ajv/dist/standalone/index.js';
import { banner } from './banner.ts';
import type { Schemas } from './schemas.ts';

/** Standalone validators of all params: no ajv and no code from strings at run time. */
export function validatorsModule(schemas: Schemas): { code: string; declarations: string } {
  const ajv = new Ajv2020({
    code: { source: true, esm: true, lines: true },
    strict: true,
    strictRequired: false,
    allowUnionTypes: true,
    // Each object is checked by one function that all methods share, not by a copy in each of them.
    inlineRefs: false,
  });
  ajv.addKeyword({ keyword: 'bytes', schemaType: 'string' });
  for (const [title, schema] of schemas.objects) ajv.addSchema({ ...absolute(schema), $id: idOf(title) });
  for (const { method, params } of schemas.methods) ajv.addSchema({ ...absolute(params), $id: method });
  const exported = Object.fromEntries(schemas.methods.map(({ method }) => [identifier(method), method]));
  const code = (standaloneCode as unknown as { default: typeof standaloneCode.default }).default(ajv, exported);
  if (/\brequire\(/.test(code))
    throw new Error('generate: a validator needs ajv at run time; avoid that keyword in the schema');
  const rows = schemas.methods.map(({ method }) => `  '${method}': ${identifier(method)},`).join('\n');
  return { code: `${banner}${code}\nexport const paramValidators = {\n${rows}\n};\n`, declarations };
}

const declarations = `${banner}import type { MethodName } from './types.ts';

/** Says whether params fit the method's schema; \`errors\` holds the first misfit of the last call. */
export interface ParamValidator {
  (params: unknown): boolean;
  errors?: readonly { readonly instancePath: string; readonly message?: string; readonly params: Readonly<Record<string, unknown>> }[] | null;
}

export const paramValidators: Readonly<Record<MethodName, ParamValidator>>;
`;

const identifier = (method: string) => method.replace('.', '_');

/** Only a schema with an id of its own is compiled once, wherever it is referred to. */
const idOf = (title: string) => `object-${title}`;

function absolute(schema: object): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', `"${idOf('')}`)) as object;
}

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { clientTypes } from './generate/client-types.ts';
import { configValidatorModule } from './generate/config-validator.ts';
import { openapiDocument, openapiModule } from './generate/openapi.ts';
import { openrpcModule } from './generate/openrpc.ts';
import { recordEncoders } from './generate/record-encoders.ts';
import { routesModule } from './generate/routes.ts';
import { type JsonSchema, readSchemas } from './generate/schemas.ts';
import {
  clientErrorTable,
  errorTable,
  methodLines,
  methodTable,
  returnValueTable,
  versionModule,
} from './generate/tables.ts';
import { typesModule } from './generate/types.ts';
import { validatorsModule } from './generate/validators.ts';

// Derives from schemas/ everything that the packages must agree on.
const root = join(import.meta.dirname, '..');
const folder = join(root, 'schemas');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

const definitions = readSchemas(folder, 'definitions');
const defs = readSchemas(folder, '$defs');
const components = readSchemas(folder, 'components/schemas');
const validators = validatorsModule(defs);
const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as JsonSchema;
const configValidator = configValidatorModule(config);
const secretImport = "import type { Secret } from '../secret.ts';\n\n";

write(
  'sidecar/src/generated/types.ts',
  await typesModule(definitions, { public: 'Uint8Array', secret: 'Secret' }, secretImport),
);
write('sidecar/src/generated/methods.ts', methodTable(defs));
write('sidecar/src/generated/errors.ts', errorTable(defs));
write('sidecar/src/generated/validators.js', validators.code);
write('sidecar/src/generated/validators.d.ts', validators.declarations);
write('sidecar/src/generated/record-encoders.ts', recordEncoders(defs));
write('sidecar/src/generated/openrpc.ts', openrpcModule(components, version));
write('sidecar/src/generated/openapi.ts', openapiModule(components, version));
write('sidecar/src/generated/routes.ts', routesModule(defs));
for (const workspace of ['sdk', 'sidecar', 'pkcs11', 'cli'])
  write(`${workspace}/src/generated/version.ts`, versionModule(version));
// Reads what was just written.
const { shippedPoliciesModule } = await import('./generate/shipped-policies.ts');
write('sidecar/src/generated/shipped-policies.ts', await shippedPoliciesModule());
write('sdk/src/generated/types.ts', await typesModule(definitions, { public: 'Uint8Array', secret: 'Uint8Array' }));
write('sdk/src/generated/method-lines.ts', methodLines(defs));
write('sdk/src/generated/errors.ts', clientErrorTable(defs));
write('pkcs11/src/generated/return-values.ts', returnValueTable(defs));
write('cli/src/generated/config-validator.js', configValidator.code);
write('cli/src/generated/config-validator.d.ts', configValidator.declarations);

await writeClientTypes('examples/generated/rest-api.d.ts');

/** Takes seconds: only where the document is another one. */
async function writeClientTypes(file: string): Promise<void> {
  const path = join(root, file);
  const present = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const types = await clientTypes(openapiDocument(components, version), present);
  if (types !== present) write(file, types);
}

function write(file: string, content: string): void {
  const path = join(root, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

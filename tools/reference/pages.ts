import { join } from 'node:path';
import { readSchemas } from '../generate/schemas.ts';
import { errorsPage } from './errors-page.ts';
import { methodsPage } from './methods-page.ts';
import { objectsPage } from './objects-page.ts';
import { ShippedRoles } from './shipped-roles.ts';

/** The pages of `docs/reference` by their path in the repository, as `schemas/` and the shipped policies have them. */
export function referencePages(root: string): ReadonlyMap<string, string> {
  const schemas = readSchemas(join(root, 'schemas'), 'objects');
  const shipped = new ShippedRoles(join(root, 'sidecar/src/policy/role-matrix.txt'));
  return new Map([
    ['docs/reference/errors.md', errorsPage(schemas)],
    ['docs/reference/methods.md', methodsPage(schemas, shipped)],
    ['docs/reference/objects.md', objectsPage(schemas)],
  ]);
}

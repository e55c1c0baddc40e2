import type { JsonSchema, Schemas } from '../generate/schemas.ts';
import { markdownBanner } from './markdown-banner.ts';
import { membersTable } from './members-table.ts';
import { typeText } from './type-text.ts';

const introduction = `# Objects

What the params and results of [methods](methods.md) are made of. Times are milliseconds since 1970. What a type does not name is refused.
`;

/** `docs/reference/objects.md`: the shapes that several methods share. */
export function objectsPage(schemas: Schemas): string {
  const objects = [...schemas.objects].toSorted(([left], [right]) => (left < right ? -1 : 1));
  const sections = objects.map(([title, schema]) => `## ${title}\n\n${bodyOf(schema, schemas)}\n`);
  return `${markdownBanner}${introduction}\n${sections.join('\n')}`;
}

function bodyOf(schema: JsonSchema, schemas: Schemas): string {
  const description = typeof schema.description === 'string' ? [schema.description] : [];
  const isObject = schema.properties !== undefined;
  const shape = isObject ? `Members${membersTable(schema, schemas, 'always')}` : `Type: ${typeText(schema)}.`;
  return [...description, shape].join('\n\n');
}

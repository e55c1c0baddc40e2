import { dereference } from '../generate/reference.ts';
import { propertiesOf } from '../generate/routes.ts';
import type { JsonSchema, Schemas } from '../generate/schemas.ts';
import { code, table } from './table.ts';
import { typeText } from './type-text.ts';

/**
 * What goes on behind the name of an object: its members, those of an object inside it as `outer.inner`, of one in a
 * list as `outer[].inner`.
 *
 * @param always how the column is headed that says which are never missing
 */
export function membersTable(schema: JsonSchema, schemas: Schemas, always: string): string {
  const rows = rowsOf(schema, schemas, '');
  return rows.length === 0 ? ': none.' : `:\n\n${table(['member', always, 'type', 'means'], rows)}`;
}

function rowsOf(schema: JsonSchema, schemas: Schemas, prefix: string): string[][] {
  const required = new Set((schema.required ?? []) as readonly string[]);
  return Object.entries(propertiesOf(schema)).flatMap(([name, member]) => {
    const path = `${prefix}${name}`;
    const { description = '' } = { ...dereference(member, schemas), ...member };
    const row = [code(path), required.has(name) ? 'yes' : '', typeText(member), String(description)];
    return [row, ...rowsOf(inner(member), schemas, member.type === 'array' ? `${path}[].` : `${path}.`)];
  });
}

/** The object that is written in place, or in the list. */
function inner(member: JsonSchema): JsonSchema {
  return member.type === 'array' ? (member.items as JsonSchema) : member;
}

import { stringify } from 'yaml';
import { configSchema, type SchemaNode } from './settings.ts';

const head = `# Configuration of "ferrohsm serve". Flags win over FERROHSM_* variables, these over this file, and it over defaults.
# Relative paths count from the folder of this file. Secrets never stand here: name the file, program or credential.
# "ferrohsm config check" says what is wrong with it, "ferrohsm config show --origin" what is in force and why.
`;

/** A file that says nothing yet: every setting as a comment, with what it means, its default and an example. */
export function configTemplate(): string {
  return [head, ...linesBelow(configSchema, '')].join('\n');
}

function* linesBelow({ properties = {} }: SchemaNode, indent: string): Generator<string> {
  for (const [name, node] of Object.entries(properties)) {
    yield `${indent}# ${node.description}${reloadText(node)}`;
    if (node['x-flag'] === undefined) {
      yield `${indent}#${name}:`;
      yield* linesBelow(node, `${indent}  `);
    } else {
      yield* defaultLine(node, indent);
      yield `${indent}#${name}: ${valueText(node.examples?.[0] ?? node.default)}`;
      yield '';
    }
  }
}

function reloadText(node: SchemaNode): string {
  return node['x-reload'] ? ' Taken on SIGHUP.' : '';
}

function* defaultLine(node: SchemaNode, indent: string): Generator<string> {
  const text = node['x-default'] ?? (node.default === undefined ? undefined : valueText(node.default));
  if (text !== undefined) yield `${indent}# Default: ${text}`;
}

/** On one line. */
function valueText(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim();
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { catalogue, type Metric } from './catalogue.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/operations.md'), 'utf8');

function rowOf({ name, type, labels, help }: Metric): string {
  return `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`;
}

it('is the table of docs/operations.md, line by line', () => {
  const rows = page.split('\n').filter((line) => /^\| `[a-z_]+` \| (counter|gauge|histogram|info) \|/.test(line));
  expect(rows).toEqual(Object.values(catalogue).map(rowOf));
});

it.each(Object.values(catalogue) as Metric[])('$name is named as Prometheus asks', ({ name, type, labels, help }) => {
  expect(name).toMatch(/^(ferrohsm|process)_[a-z]+(_[a-z]+)*$/);
  expect(/_total$/.test(name)).toBe(type === 'counter');
  expect(/_info$/.test(name)).toBe(type === 'info');
  if (type === 'histogram') expect(name).toMatch(/_seconds$/);
  for (const label of labels) expect(label).toMatch(/^[a-z]+$/);
  expect(help).toMatch(/^[A-Z/].*\.$/);
});

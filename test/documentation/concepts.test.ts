import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const read = (path: string) => readFileSync(join(import.meta.dirname, '../..', path), 'utf8');

test('the figure of docs/concepts.md has the stages of CONTRIBUTING.md in their order', () => {
  const stages = /sidecar\/src\/request` \| the flow: (.*?);/.exec(read('CONTRIBUTING.md'))?.[1]?.split(', ');
  const figure = [...read('docs/concepts.md').matchAll(/│ ([a-z]+) {3,}\S/g)].map(([, stage]) => stage);
  expect(stages).toHaveLength(9);
  expect(figure).toEqual(stages);
});

import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

const execute = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const examples = globSync(join(root, 'examples/+([a-z0-9-]).ts')).map((path) => basename(path, '.ts'));

function runExample(...words: readonly string[]) {
  return execute(process.execPath, [join(root, 'tools/example.ts'), ...words], { cwd: root });
}

describe('an example runs to its end against a throw-away sidecar and says what happened', () => {
  test.each(examples.toSorted())('%s', async (name) => {
    const { stdout, stderr } = await runExample(name);
    expect(stdout).toMatch(/\S/);
    expect(stderr).not.toMatch(/Error|Warning/);
  });
});

test('an example that does not exist is refused with the names of those that do', async () => {
  const refusal = await runExample('nothing').catch((error: unknown) => error);
  expect(refusal).toMatchObject({ code: 2, stderr: expect.stringContaining('sign') });
});

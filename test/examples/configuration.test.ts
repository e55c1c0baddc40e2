import { expect, test } from 'vitest';
import { defaultPolicy } from '../../sidecar/src/policy/default-policy.ts';
import { LiveSidecar, writeConfig } from '../end-to-end/live-sidecar.ts';
import { blocksIn, blocksOf, pageShell } from './page.ts';

const blocks = blocksOf('docs/configuration.md');

test('the rule of docs/configuration.md loads beside the shipped ones', async () => {
  const rules = blocksIn(blocks, 'cedar');
  expect(rules).toHaveLength(1);
  const sidecar = new LiveSidecar();
  try {
    writeConfig(sidecar.folders, 'policy.cedar', [defaultPolicy, ...rules].join('\n'));
    await sidecar.start();
  } finally {
    await sidecar.discard();
  }
});

test('the commands of docs/configuration.md sign a file that serves, and one that was altered does not', {
  timeout: 120_000,
}, () => {
  const signing = blocksIn(blocks, 'sh').find((text) => text.includes('config sign')) ?? '';
  const [sign = '', serve = '', ...others] = signing.trim().split('\n');
  expect(others).toEqual([]);
  const starting = serve.replace(/$/, ' --state state --config hsm');
  const output = pageShell().run(
    [
      'echo "drainSeconds: 7" > ferrohsm.yaml; chmod 600 ferrohsm.yaml',
      'ferrohsm approver create --out operator.key > operator.json',
      sign,
      `${starting} > out 2> err & pid=$!`,
      "trap 'kill $pid; wait $pid' EXIT",
      'until grep -q listening out; do kill -0 $pid; sleep 0.05; done',
      'ferrohsm status',
      "trap - EXIT; kill $pid; wait $pid; echo '# altered' >> ferrohsm.yaml",
      `${starting} || echo "status $?"`,
    ].join('\n'),
    110_000,
  );
  expect(output).toMatch(/^ready +yes$/m);
  expect(output).toMatch(/^status 78$/m);
});

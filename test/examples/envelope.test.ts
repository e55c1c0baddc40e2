import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { blocksIn, blocksOf, pageShell, serving } from './page.ts';

const blocks = blocksOf('docs/envelope.md');
const [streams = '', rewrapping = ''] = blocksIn(blocks, 'ts');

test('every block of docs/envelope.md with a language is one that is tried here', () => {
  expect(blocks.map(({ language }) => language).filter((language) => language !== '')).toEqual(['ts', 'ts']);
});

/** The page's code between what it takes from its surroundings and what shows that it did its work. */
const program = `
const clear = crypto.getRandomValues(new Uint8Array(60_000));
const source = new Blob([clear]).stream();
const sealed = [];
const opened = [];
const upload = new WritableStream({ write: (chunk) => void sealed.push(chunk) });
const download = new ReadableStream({
  pull(controller) {
    for (const chunk of sealed) controller.enqueue(chunk);
    controller.close();
  },
}, { highWaterMark: 0 });
const target = new WritableStream({ write: (chunk) => void opened.push(chunk) });
${streams}
console.log('opened', Buffer.concat(opened).equals(clear));

const { wrapped } = await hsm.dataKeys.generate('backups');
await hsm.keys.rotate('backups');
const rows = [{ id: 'a', name: 'backups', wrapped }];
const signal = AbortSignal.timeout(60_000);
const onProgress = () => undefined;
const store = async (id) => console.log('stored', id);
${rewrapping}`;

test('the code of docs/envelope.md encrypts, decrypts and wraps anew', { timeout: 120_000 }, () => {
  const { home, run } = pageShell();
  writeFileSync(join(home, 'program.mjs'), program);
  const commands = [
    serving('ferrohsm serve --config hsm'),
    'ferrohsm key create backups --algorithm AES-GCM',
    'node program.mjs',
  ];
  expect(run(commands.join('\n'), 110_000)).toMatch(/^opened true\nstored a$/m);
});

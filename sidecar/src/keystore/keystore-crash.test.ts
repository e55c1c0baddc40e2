import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { testStore } from './test-store.ts';

const kills = 10;

/** Creates and renames keys as fast as it can and says each name once the change is acknowledged. */
function writerScript(folder: string, rootKey: Buffer, run: number): string {
  const from = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
  return `
    const { createHash } = await import('node:crypto');
    const { openKeystore } = await import(${from('keystore.ts')});
    const { createSealing } = await import(${from('../crypto/sealing.ts')});
    const { Secret } = await import(${from('../secret.ts')});
    const rootKey = Secret.take(Buffer.from('${rootKey.toString('hex')}', 'hex'));
    const store = ${JSON.stringify(folder)};
    const keystore = await openKeystore({
      folder: store + '/store', generationFolder: store + '/generations', rootKeys: [rootKey], sealing: createSealing(),
    });
    const shared = { owner: 'alice', principal: 'alice', requestDigest: 'd' };
    for (let index = 0; ; index++) {
      const name = 'run-${run}/' + index;
      await keystore.create({
        ...shared, name: name + '.new', type: 'secret', usages: ['sign'], labels: {}, algorithm: { name: 'HMAC' },
        format: 'raw-secret', requestId: 'c-' + name, secret: Secret.take(createHash('sha256').update(name).digest()),
      });
      await keystore.rename({ ...shared, nameOrId: name + '.new', newName: name, requestId: 'r-' + name });
      process.stdout.write(name + '\\n');
    }`;
}

test(`a process that is killed ${kills} times loses no acknowledged key and leaves a store that verifies`, async () => {
  const store = testStore();
  const acknowledged: string[] = [];
  for (let run = 0; run < kills; run++) {
    const script = writerScript(store.folder, store.rootKey, run);
    const child = spawn(process.execPath, ['--input-type=module-typescript', '--no-warnings', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let left = 5 + run * 3;
    for await (const name of createInterface({ input: child.stdout })) {
      acknowledged.push(name);
      left--;
      if (left === 0) child.kill('SIGKILL');
    }
    const [code, signal] =
      child.exitCode === null && child.signalCode === null
        ? await once(child, 'exit')
        : [child.exitCode, child.signalCode];
    expect([code, signal]).toEqual([null, 'SIGKILL']);
  }
  expect(acknowledged.length).toBeGreaterThanOrEqual(kills * 5);

  const keystore = await store.open();
  const { rows } = await keystore.verify();
  const keys = await keystore.count();
  const records = await keystore.list({ limit: 100_000 });
  expect(records).toHaveLength(keys);
  // Each kill leaves at most one change that was made and not acknowledged.
  expect(keys).toBeLessThanOrEqual(acknowledged.length + kills);
  expect(rows).toBe(keys * 5 - records.filter(({ name }) => name.endsWith('.new')).length);
  for (const name of acknowledged) {
    const { secret } = await keystore.unseal(name, 1);
    expect(secret.bytes).toEqual(createHash('sha256').update(name).digest());
    secret.dispose();
  }
  await keystore.close();
});

import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import { createSealing } from '../crypto/sealing.ts';
import { Secret } from '../secret.ts';
import { MemoryMedium, openMemoryKeystore } from './memory-keystore.ts';
import { MemoryStorage } from './storage/memory-storage.ts';
import { LostWrite, type RowBatch } from './storage/row-storage.ts';
import type { ConformingMedium } from './test-conformance.ts';
import { newKey, testStore } from './test-store.ts';

const keysBeforeCrash = 12;

/** A folder; a crash is the SIGKILL of a process. */
export function sqliteMedium(): ConformingMedium {
  const store = testStore();
  return {
    open: (now) => store.open(now === undefined ? {} : { now }),
    async crash(run) {
      const script = writerScript(store.folder, store.rootKey, run);
      const child = spawn(process.execPath, ['--input-type=module-typescript', '--no-warnings', '-e', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const acknowledged: string[] = [];
      for await (const name of createInterface({ input: child.stdout })) {
        acknowledged.push(name);
        if (acknowledged.length === keysBeforeCrash) child.kill('SIGKILL');
      }
      return acknowledged;
    },
  };
}

/** A process of its own that creates eight keys at a time and says their names once they are acknowledged. */
function writerScript(folder: string, rootKey: Buffer, run: string): string {
  const from = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
  return `
    const { createHash } = await import('node:crypto');
    const { openKeystore } = await import(${from('keystore.ts')});
    const { createSealing } = await import(${from('../crypto/sealing.ts')});
    const { Secret } = await import(${from('../secret.ts')});
    const rootKeys = [Secret.take(Buffer.from('${rootKey.toString('hex')}', 'hex'))];
    const folder = ${JSON.stringify(folder)};
    const keystore = await openKeystore({
      folder: folder + '/store', generationFolder: folder + '/generations', rootKeys, sealing: createSealing(),
    });
    const shared = { owner: 'alice', principal: 'alice', requestDigest: 'd', type: 'secret', usages: ['sign'], labels: {} };
    const create = async (name) => {
      const secret = Secret.take(createHash('sha256').update(name).digest());
      const made = { algorithm: { name: 'HMAC' }, format: 'raw-secret', secret };
      await keystore.create({ ...shared, ...made, name, requestId: name });
      process.stdout.write(name + '\\n');
    };
    for (let index = 0; ; index += 8) {
      await Promise.all(Array.from({ length: 8 }, (_, next) => create('${run}/' + (index + next))));
    }`;
}

/** Loses what is written after its end, as the memory of a process would. */
class MortalStorage extends MemoryStorage {
  isAlive = true;

  override write(batch: RowBatch, before: Buffer | undefined): void {
    if (!this.isAlive) throw new LostWrite('the process ended');
    super.write(batch, before);
  }
}

/** Memory; a crash is the end of the keystore with changes under way. */
export function memoryMedium(): ConformingMedium {
  const storage = new MortalStorage();
  const medium = new MemoryMedium(storage);
  const rootKey = randomBytes(32);
  const open = async (now?: () => number) => {
    using secret = Secret.copy(rootKey);
    const rootKeys = [secret] as const;
    return await openMemoryKeystore(medium, { rootKeys, sealing: createSealing(), ...(now && { now }) });
  };
  return {
    open,
    async crash(run) {
      const keystore = await open();
      const acknowledged: string[] = [];
      const create = async (name: string) => {
        const secret = Secret.take(createHash('sha256').update(name).digest());
        await keystore.create(newKey(name, { secret }));
        acknowledged.push(name);
        if (acknowledged.length === keysBeforeCrash) storage.isAlive = false;
      };
      for (let index = 0; storage.isAlive; index += 8) {
        await Promise.allSettled(Array.from({ length: 8 }, (_, next) => create(`${run}/${index + next}`)));
      }
      storage.isAlive = true;
      return acknowledged;
    },
  };
}

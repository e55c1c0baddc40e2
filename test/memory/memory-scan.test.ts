import { argon2Sync, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type FerroHsm } from '@ferrohsm/sdk/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFolders, discardFolders, type SidecarProcess } from '../../tools/throw-away-sidecar.ts';
import { approver, personRecord } from '../end-to-end/approvers.ts';
import { Assembly } from '../end-to-end/assembly.ts';
import { tokenOf } from '../end-to-end/principals.ts';
import { WireClient } from '../wire/wire-client.ts';
import { useCiphers, useDerivations, useMacs } from './cipher-uses.ts';
import { KnownSecrets } from './known-secrets.ts';
import { useNamedKeys } from './named-uses.ts';
import { type PairAlgorithm, pairAlgorithms, usePair } from './pair-uses.ts';
import { findInMemory } from './process-memory.ts';
import { useRefused } from './refused-uses.ts';
import { collectGarbage, startWatchedSidecar } from './watched-sidecar.ts';

const canRead = process.platform === 'linux' && process.geteuid?.() === 0;
if (!canRead)
  console.warn('NOTICE: another process’s memory cannot be read: the scan is skipped; run as root on Linux');

const folders = createFolders();
const olga = approver('olga');
const otto = approver('otto');
const passphrase = randomBytes(24).toString('base64url');
let sidecar: SidecarProcess;
let application: FerroHsm;

beforeAll(async () => {
  if (!canRead) return;
  const uid = process.geteuid?.();
  const principals = [
    {
      ...{ id: 'app', kind: 'workload', owner: 'otto', roles: ['Operator'] },
      credentials: [{ uid }, { tokenSha256: createHash('sha256').update(tokenOf('app')).digest('base64url') }],
    },
    personRecord(olga, ['Officer']),
    personRecord(otto, ['Officer', 'Administrator']),
  ];
  mkdirSync(folders.config, { mode: 0o700 });
  const secretFile = join(folders.config, 'passphrase');
  writeFileSync(secretFile, `${passphrase}\n`, { mode: 0o600 });
  writeFileSync(join(folders.config, 'principals.json'), JSON.stringify({ principals }), { mode: 0o600 });
  sidecar = await startWatchedSidecar({
    folders,
    arguments: ['--websocket', '127.0.0.1:0', '--passphrase-file', secretFile],
  });
  application = await connect({ socket: sidecar.socket });
});
afterAll(async () => {
  await sidecar?.stop();
  discardFolders(folders);
});

/** The JOSE draft for composite signatures is not final. */
function hasJwk({ algorithm: { name } }: PairAlgorithm): boolean {
  return !name.startsWith('MLDSA');
}

function isRsa({ algorithm: { name } }: PairAlgorithm): boolean {
  return name.startsWith('RSA');
}

/** How often each secret lies in the memory of the sidecar. */
function copies(known: KnownSecrets): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { secret, form, mapping } of findInMemory(sidecar.pid, known.needles)) {
    const place = `${secret}, ${form}, ${mapping || 'anonymous'}`;
    counts[place] = (counts[place] ?? 0) + 1;
  }
  return counts;
}

describe.skipIf(!canRead)('what a sidecar leaves in its memory', () => {
  const known = new KnownSecrets();

  test('a key that lives is found', async () => {
    const living = new KnownSecrets();
    const bytes = randomBytes(32);
    living.add('living', bytes);
    await using hsm = await connect({ socket: sidecar.socket });
    const key = await hsm.subtle.importKey('raw-secret', bytes, 'AES-GCM', false, ['encrypt']);
    await collectGarbage(sidecar);
    const found = Object.keys(copies(living));
    // A key that the application has dropped is released in the sidecar: it must live until here.
    expect(key.type).toBe('secret');
    expect(found).toContainEqual(expect.stringMatching(/^living, bytes/));
  });

  test('no secret, once its keys are dropped', async () => {
    known.add('passphrase', Buffer.from(passphrase));
    await useCiphers(application, known);
    await useMacs(application, known);
    await useDerivations(application, known);
    for (const algorithm of pairAlgorithms) await usePair(application, known, algorithm);
    await useRefused(application, known);
    await governed((officer) => useNamedKeys({ officer, application }, known));
    await useOverWebSocket(known);
    await application.close();
    await collectGarbage(sidecar);
    expect(copies(known)).toEqual({});
  });

  test('no key that was released, though its connection goes on', async () => {
    const released = new KnownSecrets();
    const bytes = randomBytes(32);
    released.add('released', bytes);
    const client = await WireClient.greeted(sidecar.socket, { attachments: true });
    const algorithm = { name: 'AES-GCM' };
    const params = { format: 'raw', keyData: { attachment: 0 }, algorithm, extractable: false, usages: ['encrypt'] };
    client.send({ jsonrpc: '2.0', id: 'import', method: 'subtle.importKey', params, attachments: [32] }, [bytes]);
    const { key } = (await client.response()).result as { key: { handle: string } };
    await collectGarbage(sidecar);
    expect(Object.keys(copies(released))).not.toEqual([]);
    await client.call('session.release', { handles: [key.handle] });
    await collectGarbage(sidecar);
    expect(copies(released)).toEqual({});
    await client.close();
  });

  test('no end of a long message, behind which only shorter ones came', async () => {
    const long = new KnownSecrets();
    await using hsm = await connect({ socket: sidecar.socket });
    for (const algorithm of pairAlgorithms.filter(isRsa)) await usePair(hsm, long, algorithm);
    await hsm.close();
    await collectGarbage(sidecar);
    expect(copies(long)).toEqual({});
  });

  test('of a JWK at most its text', async () => {
    const inText = new KnownSecrets();
    await using hsm = await connect({ socket: sidecar.socket });
    for (const algorithm of pairAlgorithms.filter(hasJwk))
      await usePair(hsm, inText, { ...algorithm, formats: ['jwk'] });
    await hsm.close();
    await collectGarbage(sidecar);
    const found = findInMemory(sidecar.pid, inText.needles);
    expect(found.filter(({ form }) => form === 'bytes' || form === 'reversed')).toEqual([]);
  });

  test('one root key, which the next generation of keys needs', async () => {
    const rootKey = new KnownSecrets();
    rootKey.add('root key', rootKeyOf(passphrase));
    // Its first and its last half.
    expect(findInMemory(sidecar.pid, rootKey.needles).map(({ form }) => form)).toEqual(['bytes', 'bytes']);
  });
});

/** The same bytes take another way in and out. */
async function useOverWebSocket(known: KnownSecrets): Promise<void> {
  await using hsm = await connect({ url: sidecar.url as string, token: tokenOf('app') });
  await useCiphers(hsm, known);
  await useDerivations(hsm, known);
}

/** Does what an officer does, whose held operations another person approves. */
async function governed(act: (officer: ReturnType<FerroHsm['with']>) => Promise<void>): Promise<void> {
  const assembly = new Assembly({ process: sidecar } as ConstructorParameters<typeof Assembly>[0]);
  await assembly.join('otto');
  await using hsm = await connect({ url: sidecar.url as string, token: tokenOf('olga') });
  const onHeld = async ({ id }: { readonly id: string }) => {
    const { result } = await assembly.ask('otto', 'approvals.get', { id });
    await assembly.approve(otto, (result as { approval: Parameters<Assembly['approve']>[1] }).approval);
  };
  await act(hsm.with({ wait: true, onHeld }));
  assembly.leave();
}

/** Argon2id and HKDF as docs/configuration.md describes them. */
function rootKeyOf(text: string): Buffer {
  const stored = JSON.parse(readFileSync(join(folders.config, 'passphrase.json'), 'utf8'));
  const salt = Buffer.from(stored.salt, 'base64url');
  const stretched = argon2Sync('argon2id', {
    message: text,
    nonce: salt,
    memory: stored.memoryKib,
    passes: stored.passes,
    parallelism: stored.parallelism,
    tagLength: 32,
  });
  return Buffer.from(hkdfSync('sha256', stretched, salt, 'ferrohsm/passphrase/root-key/v1', 32));
}

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { createDirectory } from './directory.ts';
import { loadPrincipals } from './principals-file.ts';

const uid = process.getuid?.() ?? 0;
let path: string;

beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'ferrohsm-principals-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  path = join(folder, 'config/principals.json');
});

function write(principals: readonly object[], mode = 0o600): void {
  mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 });
  writeFileSync(path, JSON.stringify({ principals }));
  chmodSync(path, mode);
}

describe('the first start', () => {
  test('writes a private file that makes the starting user its owner with all roles', async () => {
    const { principals, notices } = await loadPrincipals({ path, uid });
    expect(notices).toHaveLength(2);
    expect(notices[0]).toBe(`principals.json was written: uid ${uid} is the principal "owner" with all roles`);
    expect(notices[1]).toContain(`runs under the sidecar's own uid ${uid}`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(path, '..'))).toEqual(['principals.json']);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
      principals: [
        {
          id: 'owner',
          kind: 'person',
          roles: ['Administrator', 'Officer', 'Operator', 'Auditor', 'Service'],
          credentials: [{ uid }],
        },
      ],
    });
    const { credentials } = createDirectory({ principals, groups: [] });
    expect(credentials.ofProcess({ transport: 'unix', socket: 'main', uid })?.id).toBe('owner');
    expect(credentials.ofProcess({ transport: 'unix', socket: 'main', uid: uid + 1 })).toBeUndefined();
  });

  test('is not repeated: what was written stays', async () => {
    await loadPrincipals({ path, uid });
    const before = readFileSync(path, 'utf8');
    const { notices } = await loadPrincipals({ path, uid });
    expect(notices).toHaveLength(1);
    expect(readFileSync(path, 'utf8')).toBe(before);
  });

  test('several at once agree on one file', async () => {
    const starts = await Promise.all(Array.from({ length: 8 }, () => loadPrincipals({ path, uid })));
    for (const { principals } of starts) expect(principals.map(({ id }) => id)).toEqual(['owner']);
    expect(readdirSync(join(path, '..'))).toEqual(['principals.json']);
  });

  test('a uid of every unmapped user cannot become the owner', async () => {
    await expect(loadPrincipals({ path, uid: 65_534 })).rejects.toMatchObject({ code: 'config_invalid' });
    await expect(async () => statSync(path)).rejects.toThrow('ENOENT');
  });
});

describe('an existing file', () => {
  const bob = { id: 'bob', kind: 'person', roles: [], credentials: [{ uid: uid + 1 }] };

  test('is read as it is, and quiet where nobody shares the uid of the sidecar', async () => {
    write([bob], 0o644);
    const { principals, notices } = await loadPrincipals({ path, uid });
    expect(principals.map(({ id }) => id)).toEqual(['bob']);
    expect(notices).toEqual([]);
    write([]);
    expect(await loadPrincipals({ path, uid })).toEqual({
      governance: 'file',
      principals: [],
      groups: [],
      notices: [],
    });
  });

  test('is refused when others could write it', async () => {
    for (const mode of [0o620, 0o602, 0o666]) {
      write([bob], mode);
      await expect(loadPrincipals({ path, uid })).rejects.toMatchObject({
        code: 'config_invalid',
        detail: 'principals.json is writable by group or others',
      });
    }
  });

  test('is refused when it is empty, and never replaced', async () => {
    write([]);
    writeFileSync(path, '');
    await expect(loadPrincipals({ path, uid })).rejects.toMatchObject({ code: 'config_invalid' });
    expect(readFileSync(path, 'utf8')).toBe('');
  });

  test('is refused when it is a folder or a FIFO', async () => {
    const refusal = { code: 'config_invalid', detail: 'principals.json is not a plain file' };
    mkdirSync(path, { recursive: true, mode: 0o700 });
    await expect(loadPrincipals({ path, uid })).rejects.toMatchObject(refusal);
    rmSync(path, { recursive: true });
    execFileSync('mkfifo', ['-m', '600', path]);
    await expect(loadPrincipals({ path, uid })).rejects.toMatchObject(refusal);
  });

  test.runIf(uid === 0)('is refused when it belongs to another user than root or the sidecar', async () => {
    write([bob]);
    chownSync(path, 12_345, 12_345);
    await expect(loadPrincipals({ path, uid })).rejects.toMatchObject({
      detail: 'principals.json belongs to uid 12345',
    });
    expect((await loadPrincipals({ path, uid: 12_345 })).principals).toHaveLength(1);
  });

  test('is refused with an approval key that would let anybody sign', async () => {
    const jwk = { crv: 'Ed25519', kty: 'OKP', x: Buffer.alloc(32).toString('base64url') };
    const id = createHash('sha256').update(JSON.stringify(jwk)).digest('base64url');
    write([{ ...bob, approvalKeys: [{ id, kind: 'jwk', algorithm: 'EdDSA', jwk: JSON.stringify(jwk) }] }]);
    await expect(loadPrincipals({ path, uid })).rejects.toMatchObject({
      code: 'config_invalid',
      detail: `principals.json: approval key ${id} of bob is no sound public key`,
    });
  });
});

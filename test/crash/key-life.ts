import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Backup, type KeyRecord, verifyReceipt } from '@ferrohsm/sdk/node';
import { ml_kem768_x25519 } from '@noble/post-quantum/hybrid.js';
import { expect } from 'vitest';
import { secretsLeft } from './generation-files.ts';
import type { Office } from './office.ts';

/** Something that a client was told, and what must be so from then on. */
export interface Fact {
  /** Id of the message that told it. */
  readonly told: string;
  /** On the disk as the crash left it, before a start could make up for it. */
  readonly isLeft: (left: LeftFolders) => void;
  readonly holds: (found: FoundState) => Promise<void>;
}

/** Folders as a crash left them. */
export interface LeftFolders {
  /** Where the secrets of the KEK generations lie. */
  readonly generations: string;
}

/** A sidecar that was started on what a crash left, when it has ended whatever was under way. */
export interface FoundState {
  readonly office: Office;
  /** Where backups go. */
  readonly backupFolder: string;
}

const signing = { algorithm: { name: 'Ed25519' }, usages: ['sign', 'verify'] };
const cipher = { algorithm: { name: 'AES-GCM', length: 256 }, usages: ['encrypt', 'decrypt'] };
const backupSeed = new Uint8Array(32).fill(5);
const iv = Buffer.alloc(12, 1).toString('base64url');
const plaintext = Buffer.from('what is kept').toString('base64url');
/** The least after which a key can be told to rotate by itself. */
const bytesOfVersion = 1 << 20;

/** Everything that can happen to keys and the store, once, with what was told meanwhile. */
export class KeyLife {
  readonly facts: Fact[] = [];
  readonly #office: Office;

  constructor(office: Office) {
    this.#office = office;
  }

  async live(): Promise<void> {
    await this.#create('signing', signing);
    await this.#protect();
    await this.#rotate();
    await this.#rotateBySchedule();
    await this.#rewrap();
    await this.#backUp();
    await this.#turnOver('keystore.rotate');
    await this.#destroy();
    await this.#turnOver('keystore.changeRootKey');
    await this.#create('late', signing);
  }

  async #create(name: string, params: object): Promise<KeyRecord> {
    const { record } = await this.#office.change('olga', 'keys.create', { name, ...params }, `created ${name}`);
    const { id, versions } = record as KeyRecord;
    this.#fact(`created ${name}`, async ({ office }) => {
      const found = await office.record(name);
      expect([found.id, found.versions[0].publicKey]).toEqual([id, versions[0].publicKey]);
    });
    return record as KeyRecord;
  }

  async #protect(): Promise<void> {
    const { id } = await this.#create('kept', cipher);
    const params = { algorithm: { name: 'AES-GCM', iv }, key: `${id}/1` };
    const sent = { ...params, data: plaintext };
    const { data } = await this.#office.result('olga', 'subtle.encrypt', sent, 'encrypted');
    this.#fact('encrypted', async ({ office }) => {
      const read = await office.result('olga', 'subtle.decrypt', { ...params, data });
      expect(read.data).toBe(plaintext);
    });
  }

  async #rotate(): Promise<void> {
    await this.#office.change('olga', 'keys.rotate', { name: 'signing' }, 'rotated signing');
    this.#fact('rotated signing', ({ office }) => expectVersions(office, 'signing', 2));
  }

  async #rotateBySchedule(): Promise<void> {
    const { id: key } = await this.#create('scheduled', { ...signing, rotation: { afterBytes: bytesOfVersion } });
    // No message may have that many at once.
    const data = Buffer.alloc(bytesOfVersion / 2).toString('base64url');
    for (let use = 1; use <= 2; use += 1) {
      await this.#office.result('olga', 'subtle.sign', { algorithm: { name: 'Ed25519' }, key: `${key}/1`, data });
    }
    const told = await this.#until('rotated scheduled', async (id) => {
      const { record } = await this.#office.result('olga', 'keys.get', { name: 'scheduled' }, id);
      return (record as KeyRecord).versions.length > 1;
    });
    this.#fact(told, ({ office }) => expectVersions(office, 'scheduled', 2));
  }

  /** A data key goes over to the next version of its key; in both forms it stays the same. */
  async #rewrap(): Promise<void> {
    const name = 'wrapping';
    await this.#create(name, cipher);
    const before = await this.#office.result('olga', 'dataKey.generate', { name }, 'made a data key');
    this.#fact('made a data key', opens(name, before));
    await this.#office.change('olga', 'keys.rotate', { name, overlapSeconds: 0 }, 'rotated wrapping');
    const { wrapped } = before;
    const anew = await this.#office.result('olga', 'dataKey.rewrap', { name, wrapped }, 'wrapped it anew');
    expect(anew.version).toBe(2);
    this.#fact('wrapped it anew', opens(name, { ...before, ...anew }));
  }

  async #backUp(): Promise<void> {
    const publicKey = Buffer.from(ml_kem768_x25519.keygen(backupSeed).publicKey).toString('base64url');
    const recipient = { algorithm: 'MLKEM768-X25519', publicKey };
    const { backup } = await this.#office.agreed('ada', 'olga', 'backup.create', { recipient }, 'backed up');
    const { file, sha256 } = backup as Backup;
    this.#fact('backed up', async ({ office, backupFolder }) => {
      const { backups } = await office.result('ada', 'backup.list');
      expect(backups).toEqual([backup]);
      const content = readFileSync(join(backupFolder, file));
      expect(createHash('sha256').update(content).digest('base64url')).toBe(sha256);
    });
  }

  async #turnOver(method: string): Promise<void> {
    await this.#office.agreed('ada', 'olga', method, {}, method);
  }

  async #destroy(): Promise<void> {
    await this.#create('doomed', signing);
    await this.#office.change('olga', 'keys.deactivate', { name: 'doomed' });
    await this.#office.agreed('olga', 'otto', 'keys.destroy', { name: 'doomed', windowSeconds: 0 }, 'scheduled doomed');
    this.#fact('scheduled doomed', expectDestroyed);
    const told = await this.#until('certified doomed', async (id) => {
      const { record } = await this.#office.result('olga', 'keys.get', { name: 'doomed' }, id);
      return (record as KeyRecord).versions[0].destruction !== undefined;
    });
    const { versions } = await this.#office.record('doomed');
    const [{ destruction }] = versions;
    this.#fact(
      told,
      async ({ office }) => {
        expect((await office.record('doomed')).versions).toEqual(versions);
      },
      ({ generations }) => expect(secretsLeft(generations, Number(destruction?.generation))).toEqual([]),
    );
  }

  #fact(told: string, holds: Fact['holds'], isLeft: Fact['isLeft'] = () => undefined): void {
    this.facts.push({ told, isLeft, holds });
  }

  /** Asks again and again; answers the id of the message that said yes. */
  async #until(what: string, ask: (id: string) => Promise<boolean>): Promise<string> {
    for (let turn = 1; ; turn += 1) {
      const id = `${what} in turn ${turn}`;
      if (await ask(id)) return id;
      await pause(100);
    }
  }
}

/** A wrapped data key opens, by the version that wrapped it. */
function opens(name: string, { dataKey, wrapped, version }: Readonly<Record<string, unknown>>): Fact['holds'] {
  return async ({ office }) => {
    expect(await office.result('olga', 'dataKey.decrypt', { name, wrapped })).toMatchObject({ dataKey, version });
  };
}

/** So many versions are in use, and each signs as its public key says. */
async function expectVersions(office: Office, name: string, count: number): Promise<void> {
  const { id, versions } = await office.record(name);
  expect(versions.filter(({ state }) => state === 'active').length).toBeGreaterThanOrEqual(count);
  for (const { version, publicKey } of versions) {
    const params = { algorithm: { name: 'Ed25519' }, key: `${id}/${version}`, data: plaintext };
    const { signature } = await office.result('olga', 'subtle.sign', params);
    const key = createPublicKey({ key: bytes(publicKey?.data), format: 'der', type: 'spki' });
    expect(verify(null, bytes(plaintext), key, bytes(signature))).toBe(true);
  }
}

/** The destruction that was scheduled has come to its end, with one certificate that anybody can verify. */
async function expectDestroyed({ office }: FoundState): Promise<void> {
  const { id, versions } = await office.record('doomed');
  expect(versions).toMatchObject([{ state: 'destroyed', destruction: { generation: expect.any(Number) } }]);
  const { certificate } = await office.result('olga', 'keys.certificate', { name: 'doomed' });
  const { record } = await verifyReceipt(String(certificate), { keys: office.logKeys });
  expect(record).toMatchObject({ operation: 'key.destruction', outcome: 'ok', resource: id });
}

function bytes(text: unknown): Buffer {
  return Buffer.from(String(text), 'base64url');
}

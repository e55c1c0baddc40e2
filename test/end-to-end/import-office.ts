import { randomUUID } from 'node:crypto';
import type { ImportWrappingName, KeyRecord } from '@ferrohsm/sdk/node';
import { defaultPolicy } from '../../sidecar/src/policy/default-policy.ts';
import { policyProfiles } from '../../sidecar/src/policy/policy-profiles.ts';
import type { WireResponse } from '../wire/wire-client.ts';
import { approver, personRecord } from './approvers.ts';
import { Assembly } from './assembly.ts';
import { type ImportTarget, senders } from './import-senders.ts';
import { type LiveSidecar, writeConfig } from './live-sidecar.ts';

const ada = approver('ada');
const olga = approver('olga');
const otto = approver('otto');

export const officePolicy = `${defaultPolicy}\n${policyProfiles['minimum-strength-128']}`;

/** Olga imports, Otto approves, Ada reads the log; the user of the test uses keys. Weak keys are not wanted. */
export const officeOptions = {
  arguments: ['--websocket', '127.0.0.1:0'],
  prepare: (folders: LiveSidecar['folders']) => {
    writeConfig(folders, 'policy.cedar', officePolicy);
    const credentials = [{ uid: process.geteuid?.() ?? 0 }];
    const principals = [
      personRecord(ada, ['Administrator', 'Auditor']),
      personRecord(olga, ['Officer']),
      personRecord(otto, ['Officer']),
      { id: 'app', kind: 'workload', owner: 'ada', roles: ['Operator'], credentials },
    ];
    writeConfig(folders, 'principals.json', JSON.stringify({ governance: 'records', principals, groups: [] }));
  },
};

export interface Wanted {
  readonly name?: string;
  readonly format: string;
  readonly algorithm: object;
  readonly usages: readonly string[];
}

export type ImportRequest = Awaited<ReturnType<ImportOffice['wrapped']>>;

/** Where keys are imported. */
export class ImportOffice {
  readonly assembly: Assembly;

  constructor(sidecar: LiveSidecar) {
    this.assembly = new Assembly(sidecar);
  }

  async open(): Promise<void> {
    await this.assembly.join('ada', 'olga', 'otto');
  }

  async prepare(wrapping?: ImportWrappingName): Promise<ImportTarget> {
    const params = wrapping === undefined ? {} : { wrapping };
    const { result, error } = await this.assembly.ask('olga', 'keys.prepareImport', params);
    if (error !== undefined) throw new Error(error.data.code);
    return result as unknown as ImportTarget;
  }

  /** The params of an import of this key. */
  async wrapped(wanted: Wanted, key: Uint8Array, wrapping: ImportWrappingName = 'HPKE-MLKEM768-X25519') {
    const target = await this.prepare(wrapping);
    const bytes = await senders[wrapping](target, key);
    const name = `imports/${randomUUID()}`;
    return {
      name,
      ...wanted,
      importId: target.importId,
      wrapped: bytes.toString('base64url'),
      requestId: randomUUID(),
    };
  }

  askFor(request: ImportRequest, id = 'olga'): Promise<WireResponse> {
    return this.assembly.ask(id, 'keys.import', request);
  }

  async approve(request: ImportRequest): Promise<void> {
    await this.assembly.approve(otto, await this.assembly.held('olga', 'keys.import', request));
  }

  /** What waits under that id. */
  async approveHeld(id: string): Promise<void> {
    const { result } = await this.assembly.ask('otto', 'approvals.get', { id });
    const { approval } = result as unknown as { approval: Awaited<ReturnType<Assembly['held']>> };
    await this.assembly.approve(otto, approval);
  }

  /** Approved by somebody else and made. */
  async imported(request: ImportRequest): Promise<KeyRecord> {
    await this.approve(request);
    const { result, error } = await this.askFor(request);
    if (error !== undefined) throw new Error(`${error.data.code} ${error.data.detail ?? ''}`);
    return (result as unknown as { record: KeyRecord }).record;
  }

  async isThere(name: string): Promise<boolean> {
    const { result } = await this.assembly.ask('olga', 'keys.list', { prefix: name });
    return (result as unknown as { records: unknown[] }).records.length > 0;
  }
}

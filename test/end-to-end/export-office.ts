import { randomUUID } from 'node:crypto';
import type { KeyRecord } from '@ferrohsm/sdk/node';
import type { WireResponse } from '../wire/wire-client.ts';
import { ImportOffice, officeOptions, officePolicy } from './import-office.ts';
import { type LiveSidecar, writeConfig } from './live-sidecar.ts';

/** As the import office; `policies` go behind its own. */
export function exportOptions(policies: string) {
  return {
    ...officeOptions,
    prepare: (folders: LiveSidecar['folders']) => {
      officeOptions.prepare(folders);
      writeConfig(folders, 'policy.cedar', `${officePolicy}\n${policies}`);
    },
  };
}

export interface Exported {
  readonly wrapped: Buffer;
  readonly format: string;
  readonly version: number;
}

/** Where keys are exported: Olga makes and asks, Otto approves; `app` is the user of the test, who may use keys. */
export class ExportOffice extends ImportOffice {
  async created(algorithm: object, usages: readonly string[], name = `exports/${randomUUID()}`): Promise<KeyRecord> {
    const { result, error } = await this.assembly.change('olga', 'keys.create', { name, algorithm, usages });
    if (error !== undefined) throw new Error(`${error.data.code} ${error.data.detail ?? ''}`);
    return (result as unknown as { record: KeyRecord }).record;
  }

  ask(params: object, id = 'olga'): Promise<WireResponse> {
    return this.assembly.ask(id, 'keys.export', params);
  }

  held(params: object, id = 'olga') {
    return this.assembly.held(id, 'keys.export', params);
  }

  /** Approved by somebody else and done. */
  async exported(params: object): Promise<Exported> {
    await this.approveHeld((await this.held(params)).id);
    const { result, error } = await this.ask(params);
    if (error !== undefined) throw new Error(`${error.data.code} ${error.data.detail ?? ''}`);
    const { wrapped, ...facts } = result as unknown as Omit<Exported, 'wrapped'> & { wrapped: string };
    return { ...facts, wrapped: Buffer.from(wrapped, 'base64url') };
  }

  /** Requests that wait or waited for approval of an export. */
  async asked(): Promise<number> {
    const { result } = await this.assembly.ask('otto', 'approvals.list', {});
    const { approvals } = result as unknown as { approvals: { operation: { method: string } }[] };
    return approvals.filter(({ operation }) => operation.method === 'keys.export').length;
  }
}

import { randomUUID } from 'node:crypto';
import type { WireResponse } from '../wire/wire-client.ts';
import { type Approver, consent, type HeldApproval } from './approvers.ts';
import type { LiveSidecar } from './live-sidecar.ts';
import { tokenOf } from './principals.ts';
import { WebSocketClient } from './websocket-client.ts';

/** One record of the log, as `audit.list` gives it. */
type PersonalFields = Pick<LogRecord, 'principal' | 'details'>;

/** One object of what the log says and what is kept beside it. */
export interface LogRecord {
  readonly operation: string;
  readonly outcome: string;
  readonly phase: string;
  /** From beside the log. */
  readonly principal?: string;
  readonly resource?: string;
  readonly error?: string;
  readonly policies?: readonly string[];
  readonly epoch?: number;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Principals who are connected to one sidecar, each over a WebSocket of its own with its token. */
export class Assembly {
  readonly #sidecar: LiveSidecar;
  readonly #clients = new Map<string, WebSocketClient>();

  constructor(sidecar: LiveSidecar) {
    this.#sidecar = sidecar;
  }

  /** Connects those, or connects them anew. */
  async join(...ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      this.#clients.get(id)?.close();
      this.#clients.set(id, await WebSocketClient.open(this.#sidecar.process.url as string, tokenOf(id)));
    }
  }

  /** Resolves when the sidecar has ended that connection. */
  async gone(id: string): Promise<void> {
    await this.#clients.get(id)?.closed;
  }

  leave(): void {
    for (const client of this.#clients.values()) client.close();
    this.#clients.clear();
  }

  ask(id: string, method: string, params: object = {}): Promise<WireResponse> {
    return this.#client(id).call(method, params);
  }

  /** Several calls of one connection in one batch. */
  batch(id: string, calls: readonly (readonly [method: string, params: object])[]): Promise<WireResponse[]> {
    return this.#client(id).batch(calls);
  }

  /** A call that changes something. */
  change(id: string, method: string, params: object): Promise<WireResponse> {
    return this.ask(id, method, { ...params, requestId: randomUUID() });
  }

  /** The request that a call leads to which needs other people. */
  async held(id: string, method: string, params: object): Promise<HeldApproval> {
    const { error } = await this.ask(id, method, params);
    if (error?.data.code !== 'approval_required') throw new Error(`${method}: ${error?.data.code ?? 'was not held'}`);
    const { approval } = error.data as unknown as { approval: { id: string } };
    const { result } = await this.ask(id, 'approvals.get', { id: approval.id });
    return (result as { approval: HeldApproval }).approval;
  }

  approve(person: Approver, approval: HeldApproval, evidence: object = consent(person, approval)) {
    return this.change(person.id, 'approvals.approve', { id: approval.id, evidence });
  }

  /** A change that is held, approved by these people, and repeated. */
  async agreed(id: string, method: string, params: object, by: readonly Approver[]): Promise<WireResponse> {
    const request = { ...params, requestId: randomUUID() };
    const approval = await this.held(id, method, request);
    for (const person of by) {
      const { error } = await this.approve(person, approval);
      if (error !== undefined) throw new Error(`${person.id}: ${error.data.code} ${error.data.detail ?? ''}`);
    }
    return this.ask(id, method, request);
  }

  #client(id: string): WebSocketClient {
    const client = this.#clients.get(id);
    if (client === undefined) throw new Error(`${id} is not connected`);
    return client;
  }

  /** Every record of the log so far. */
  async records(reader: string): Promise<LogRecord[]> {
    const records: LogRecord[] = [];
    for (;;) {
      const { result } = await this.ask(reader, 'audit.list', { start: records.length, limit: 1000 });
      const page = (result as { records: { record: LogRecord; personal?: PersonalFields }[] }).records;
      records.push(...page.map(({ record, personal }) => withPersonal(record, personal)));
      if (page.length < 1000) return records;
    }
  }
}

/** The code of an answer's error, or `ok`. */
export async function codeOf(answer: WireResponse | Promise<WireResponse>): Promise<string> {
  return (await answer).error?.data.code ?? 'ok';
}

function withPersonal(record: LogRecord, personal: PersonalFields | undefined): LogRecord {
  return { ...record, ...personal, details: { ...record.details, ...personal?.details } };
}

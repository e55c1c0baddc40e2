import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { KeyRecord } from '@ferrohsm/sdk/node';
import { type Approver, approver, consent, type HeldApproval, personRecord } from '../end-to-end/approvers.ts';
import { WireClient, type WireResponse } from '../wire/wire-client.ts';

type Result = Readonly<Record<string, unknown>>;

const people = { ada: approver('ada'), olga: approver('olga'), otto: approver('otto') };
export type Person = keyof typeof people;

/** Each person has a socket, which is the credential. */
export function socketsIn(folder: string): readonly { readonly name: Person; readonly path: string }[] {
  return (Object.keys(people) as Person[]).map((name) => ({ name, path: join(folder, `${name}.sock`) }));
}

/** The principals of a life, for principals.json. */
export function principalsText(): string {
  const principals = [
    { ...personRecord(people.ada, ['Administrator', 'Auditor']), credentials: [{ socket: 'ada' }] },
    { ...personRecord(people.olga, ['Officer', 'Operator']), credentials: [{ socket: 'olga' }] },
    { ...personRecord(people.otto, ['Officer']), credentials: [{ socket: 'otto' }] },
  ];
  return JSON.stringify({ governance: 'records', principals, groups: [] });
}

/** One person's connection to a sidecar. */
export class Desk {
  readonly #wire: WireClient;
  readonly logKeys: readonly string[];

  private constructor(wire: WireClient, logKeys: readonly string[]) {
    this.#wire = wire;
    this.logKeys = logKeys;
  }

  static async open(socket: string): Promise<Desk> {
    const wire = await WireClient.open(socket);
    const { result, error } = await wire.call('system.hello', { protocol: 1 });
    if (result === undefined) throw new Error(error?.message);
    return new Desk(wire, (result as { log: { keys: string[] } }).log.keys);
  }

  /** @param id of the message, found in the trace where its answer was given */
  async ask(method: string, params: object = {}, id: string = randomUUID()): Promise<WireResponse> {
    this.#wire.send({ jsonrpc: '2.0', id, method, params });
    return await this.#wire.response();
  }

  async result(method: string, params: object = {}, id?: string): Promise<Result> {
    const { result, error } = await this.ask(method, params, id);
    if (result === undefined) throw new Error(`${method}: ${error?.data.code} ${error?.data.detail ?? ''}`);
    return result;
  }

  close(): Promise<void> {
    return this.#wire.close();
  }
}

/** People at one sidecar. */
export class Office {
  readonly #desks: Readonly<Record<Person, Desk>>;

  private constructor(desks: Readonly<Record<Person, Desk>>) {
    this.#desks = desks;
  }

  /** @param folder of their sockets */
  static async open(folder: string): Promise<Office> {
    const desks = socketsIn(folder).map(async ({ name, path }) => [name, await Desk.open(path)] as const);
    return new Office(Object.fromEntries(await Promise.all(desks)) as Record<Person, Desk>);
  }

  get logKeys(): readonly string[] {
    return this.#desks.ada.logKeys;
  }

  result(person: Person, method: string, params: object = {}, id?: string): Promise<Result> {
    return this.#desks[person].result(method, params, id);
  }

  change(person: Person, method: string, params: object, id?: string): Promise<Result> {
    return this.result(person, method, { requestId: randomUUID(), ...params }, id);
  }

  /** A change that one person asks for and another one agrees to. */
  async agreed(person: Person, by: Person, method: string, params: object, id?: string): Promise<Result> {
    const request = { requestId: randomUUID(), ...params };
    const { error } = await this.#desks[person].ask(method, request);
    const { approval } = (error?.data ?? {}) as unknown as { approval: { id: string } };
    const held = (await this.result(by, 'approvals.get', { id: approval.id })).approval as HeldApproval;
    await this.change(by, 'approvals.approve', { id: held.id, evidence: consent(people[by] as Approver, held) });
    return this.result(person, method, request, id);
  }

  async record(name: string): Promise<KeyRecord> {
    return (await this.result('olga', 'keys.get', { name })).record as KeyRecord;
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.#desks).map((desk) => desk.close()));
  }
}

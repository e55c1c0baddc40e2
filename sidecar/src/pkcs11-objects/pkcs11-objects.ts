import { randomBytes } from 'node:crypto';
import type { ChangeRequest, Documents } from '../documents.ts';
import { SidecarError } from '../errors.ts';
import type { Pkcs11Attribute, Pkcs11Object } from '../generated/types.ts';
import { findObject, type ListedObject, listObjects, ObjectChanges, type ObjectQuery } from './object-rows.ts';
import { requireStorable } from './storable.ts';

/** What its owner says of an object. */
export type NewPkcs11Object = Pick<Pkcs11Object, 'owner' | 'kind' | 'key' | 'attributes'>;

/** Asked with the object as it is in the moment of its change: throws when the caller means another state of it. */
export type RequireSame = (record: Pkcs11Object) => void;

export interface Pkcs11ObjectsOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Objects that one principal may have; default 10,000. */
  readonly maxObjects?: number;
}

/** What is kept of a change for its repetition: the attributes come with the request again. */
type Outcome = Omit<Pkcs11Object, 'attributes'>;

/**
 * Objects of PKCS#11 that are no keys of the sidecar: certificates, public keys, data, and what applications say about
 * keys. They outlive the key that they are about, as the record of a destroyed key does, until their owner removes them.
 */
export class Pkcs11Objects {
  readonly #documents: Documents;
  readonly #now: () => number;
  readonly #maxObjects: number;

  constructor(documents: Documents, { now, maxObjects = 10_000 }: Pkcs11ObjectsOptions) {
    this.#documents = documents;
    this.#now = now;
    this.#maxObjects = maxObjects;
  }

  get(id: string): Promise<Pkcs11Object | undefined> {
    return findObject(this.#documents, id);
  }

  /** Objects by owner and id. */
  list(query: ObjectQuery): Promise<readonly ListedObject[]> {
    return listObjects(this.#documents, query);
  }

  /** @throws SidecarError `invalid_params`, `quota_exceeded`, `request_conflict` */
  async create(object: NewPkcs11Object, request: ChangeRequest): Promise<Pkcs11Object> {
    requireStorable(object);
    const { attributes, ...rest } = object;
    const made = await this.#change(request, (changes) => {
      this.#requireRoom(changes.count(object.owner), object.owner);
      const time = this.#now();
      const record = { ...rest, id: newId(), attributes, createdAt: time, updatedAt: time, revision: 1 };
      changes.add(record);
      return outcomeOf(record);
    });
    return { ...made, attributes: copyOf(attributes) };
  }

  /** @throws SidecarError `not_found`, `invalid_params`, `request_conflict`, and what `requireSame` throws */
  async update(
    { id, attributes }: Pick<Pkcs11Object, 'id' | 'attributes'>,
    request: ChangeRequest,
    requireSame: RequireSame,
  ): Promise<Pkcs11Object> {
    const made = await this.#change(request, (changes) => {
      const before = found(changes, id);
      requireSame(before);
      const record = { ...before, attributes, updatedAt: this.#now(), revision: before.revision + 1 };
      requireStorable(record);
      changes.put(record);
      return outcomeOf(record);
    });
    return { ...made, attributes: copyOf(attributes) };
  }

  /** @throws SidecarError `not_found`, `request_conflict`, and what `requireSame` throws */
  async remove(id: string, request: ChangeRequest, requireSame: RequireSame): Promise<void> {
    await this.#change(request, (changes) => {
      const before = found(changes, id);
      requireSame(before);
      changes.delete(before);
      return {};
    });
  }

  #change<Result>(request: ChangeRequest, work: (changes: ObjectChanges) => Result): Promise<Result> {
    return this.#documents.change((changes) => work(new ObjectChanges(changes)), request);
  }

  #requireRoom(objects: number, owner: string): void {
    if (objects < this.#maxObjects) return;
    throw new SidecarError('quota_exceeded', `${owner} has ${objects} objects of PKCS#11: remove some`);
  }
}

function found(changes: ObjectChanges, id: string): Pkcs11Object {
  const record = changes.find(id);
  if (record === undefined) throw new SidecarError('not_found', id);
  return record;
}

function outcomeOf({ attributes: _, ...rest }: Pkcs11Object): Outcome {
  return rest;
}

/** The bytes of a request are released before its answer leaves. */
function copyOf(attributes: readonly Pkcs11Attribute[]): Pkcs11Attribute[] {
  return attributes.map(({ type, value }) => ({ type, value: Buffer.from(value) }));
}

function newId(): string {
  return `obj_${randomBytes(16).toString('base64url')}`;
}

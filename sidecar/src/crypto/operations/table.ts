import { SidecarError } from '../../errors.ts';

/** Descriptors by algorithm name; a name like `constructor` finds nothing. */
export type Table<T> = Readonly<Record<string, T>>;

export function table<T>(descriptors: Record<string, T>): Table<T> {
  return Object.freeze(Object.assign(Object.create(null) as Record<string, T>, descriptors));
}

/** @throws SidecarError `not_supported` when the table has no such algorithm */
export function descriptorOf<T>(descriptors: Table<T>, name: string, operation: string): T {
  const descriptor = descriptors[name];
  if (descriptor === undefined) throw new SidecarError('not_supported', `${operation} with ${name}`);
  return descriptor;
}

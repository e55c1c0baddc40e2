import { AsyncLocalStorage } from 'node:async_hooks';
import type { FerroHsm } from '@ferrohsm/sdk/node';
import type { Output } from './output.ts';

/** What a command that runs inside another works with in place of the process's own. */
export interface Lent {
  /** An open connection, which stays open. */
  readonly sidecar: FerroHsm;
  readonly output?: Output;
  /** Bytes by the name under which a command reads them; standard input is `-`. The command may zero them. */
  readonly inputs?: ReadonlyMap<string, Buffer<ArrayBuffer>>;
  /** Asks a person a question about a text, which is shown with it. */
  readonly confirm?: (question: string, about: string) => Promise<boolean>;
  /** Asks a person for a line that does not show. */
  readonly askSecretly?: (question: string) => Buffer;
}

const lending = new AsyncLocalStorage<Lent>();

/** Runs what would connect, ask, read and print by itself with what is lent. */
export function lend<T>(things: Lent, run: () => Promise<T>): Promise<T> {
  return lending.run({ ...things, sidecar: heldOpen(things.sidecar) }, run);
}

/** What the running command was lent; undefined for one that the shell started. */
export function lent(): Lent | undefined {
  return lending.getStore();
}

function heldOpen(sidecar: FerroHsm): FerroHsm {
  return Object.create(sidecar, { close: { value: async () => undefined } });
}

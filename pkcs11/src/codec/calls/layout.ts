import { type Kind, signOf } from '../value-kinds.ts';
import type { Fields } from './call-shape.ts';
import { type CallName, calls } from './calls.ts';

/** How the requests or the responses of a call are laid out; made once, used by each message. */
export interface Layout {
  readonly signature: Buffer;
  /** What every message begins with: the number of the call, the length of the signature, the signature. */
  readonly head: Buffer;
  readonly fields: readonly (readonly [name: string, kind: Kind])[];
}

/** Call 0: the answer to a call that is refused. */
export const refusedCall = 0;
export const refusedLayout = layoutOf(refusedCall, { returnValue: 'u' });

export const requestLayouts = layoutsOf('request');
export const responseLayouts = layoutsOf('response');

function layoutsOf(half: 'request' | 'response'): Readonly<Record<CallName, Layout>> {
  const layouts = Object.entries(calls).map(([name, call]) => [name, layoutOf(call.id, call[half])]);
  return Object.fromEntries(layouts);
}

function layoutOf(id: number, fields: Fields): Layout {
  const signature = Buffer.from(signatureOf(fields), 'latin1');
  const numbers = Buffer.alloc(8);
  numbers.writeUInt32BE(id, 0);
  numbers.writeUInt32BE(signature.length, 4);
  return { signature, head: Buffer.concat([numbers, signature]), fields: Object.entries(fields) };
}

function signatureOf(fields: Fields): string {
  return Object.values(fields).map(signOf).join('');
}

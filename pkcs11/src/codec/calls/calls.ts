import type { ProtocolVersion } from '../protocol-version.ts';
import type { ValuesOf } from './call-shape.ts';
import { generalCalls } from './general.ts';
import { messageCalls } from './messages.ts';
import { objectCalls } from './objects.ts';
import { operationCalls } from './operations.ts';
import { sessionCalls } from './sessions.ts';

/**
 * Every call of the protocol: those of PKCS#11 2.40 but for C_GetFunctionStatus and C_CancelFunction, which a client
 * answers itself, and those of 3.0.
 */
export const calls = { ...generalCalls, ...sessionCalls, ...objectCalls, ...operationCalls, ...messageCalls } as const;

export type CallName = keyof typeof calls;
export type ArgumentsOf<N extends CallName> = ValuesOf<(typeof calls)[N]['request']>;
export type ResultsOf<N extends CallName> = ValuesOf<(typeof calls)[N]['response']>;

/** Calls were only ever appended: the highest number that a version knows. */
const lastCalls: Readonly<Record<ProtocolVersion, number>> = { 0: 65, 1: 88, 2: 89 };

const names = new Map((Object.keys(calls) as CallName[]).map((name) => [calls[name].id as number, name]));

/** The call that a number means in a version. */
export function callOf(id: number, version: ProtocolVersion): CallName | undefined {
  return id > lastCalls[version] ? undefined : names.get(id);
}

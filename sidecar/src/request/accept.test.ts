import { expect, it } from 'vitest';
import { principalOf } from '../policy/test-request.ts';
import type { Connection } from '../transport/connection.ts';
import { createAccept } from './accept.ts';
import type { Session } from './context.ts';

it('closes the connection of an answer that cannot be sent, and the process goes on', async () => {
  const closed = Promise.withResolvers<void>();
  const connection: Connection = {
    peer: { transport: 'unix', socket: 'default' },
    send: (message) => void JSON.stringify(message.value),
    sendBatch: () => undefined,
    whenFlushed: () => Promise.resolve(),
    close: closed.resolve,
  };
  const endless: { self?: object } = {};
  endless.self = endless;
  const dispatch = async (session: Session) => {
    session.identity = { principal: principalOf('zoe'), credentialId: 'uid:1000' };
    return { value: endless, attachments: [], secrets: [] };
  };
  const heard: string[] = [];
  const onUnexpected = (error: unknown) => heard.push((error as Error).message);
  const onMessageRefused = () => undefined;
  const parts = { dispatch, sessions: new Set<Session>(), sessionKeys: 1, inFlight: 1, onMessageRefused, onUnexpected };
  const accept = createAccept({ ...parts, now: () => 0 });
  accept(connection).onFrame({ kind: 'message', message: { value: {}, attachments: [] } });
  await closed.promise;
  expect(heard).toEqual([expect.stringContaining('circular')]);
});

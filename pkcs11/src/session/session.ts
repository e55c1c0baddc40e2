import type { OperationsUnderWay } from '../handlers/operations-under-way.ts';
import type { Token } from '../token/token.ts';
import { ActiveOperations } from './active-operations.ts';

/** A session of an application with a token. */
export class Session {
  readonly handle: number;
  readonly token: Token;
  readonly isReadWrite: boolean;
  readonly operations = new ActiveOperations<OperationsUnderWay>();

  constructor(handle: number, token: Token, isReadWrite: boolean) {
    this.handle = handle;
    this.token = token;
    this.isReadWrite = isReadWrite;
  }
}

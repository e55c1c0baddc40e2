import { returnValueName } from './constants/return-values.ts';

/**
 * What an application is told instead of a result: a return value of PKCS#11. The protocol carries nothing else, so the
 * detail is for the operator's log. It never holds bytes of a request.
 */
export class CryptokiRefusal extends Error {
  override readonly name = 'CryptokiRefusal';
  /** CKR_..., never CKR_OK. */
  readonly returnValue: number;

  constructor(returnValue: number, detail: string) {
    super(`${returnValueName(returnValue)}: ${detail}`);
    this.returnValue = returnValue;
  }
}

import { loadForeignFunctions } from '../../foreign-functions.ts';

export type OpensslFunctions = ReturnType<typeof bind>;

/** An EVP_PKEY or an EVP_PKEY_CTX. */
export type Pointer = bigint;

export const pointerBytes = 8;

type Ffi = typeof import('node:ffi');

/** Functions of the OpenSSL that this process computes with, and the address of bytes. */
export interface Openssl {
  readonly functions: OpensslFunctions;
  addressOf(bytes: Buffer): bigint;
}

/** @throws where `node:ffi` or a symbol is missing */
export function openOpenssl(): Openssl {
  const ffi = loadForeignFunctions();
  if (ffi === undefined) throw new Error('no node:ffi');
  return { functions: bind(ffi), addressOf: (bytes) => ffi.getRawPointer(bytes) };
}

/** A misspelt member of a signature is accepted silently and gives undefined: whoever opens it tests it. */
function bind(ffi: Ffi) {
  return ffi.dlopen(null, {
    d2i_AutoPrivateKey: { arguments: ['pointer', 'pointer', 'int64'], return: 'pointer' },
    EVP_PKEY_free: { arguments: ['pointer'], return: 'void' },
    EVP_PKEY_CTX_new: { arguments: ['pointer', 'pointer'], return: 'pointer' },
    EVP_PKEY_CTX_free: { arguments: ['pointer'], return: 'void' },
    EVP_PKEY_sign_init: { arguments: ['pointer'], return: 'int32' },
    EVP_PKEY_sign: { arguments: ['pointer', 'pointer', 'pointer', 'pointer', 'uint64'], return: 'int32' },
    ERR_clear_error: { arguments: [], return: 'void' },
  }).functions;
}

/** @throws Error for a null pointer */
export function made({ functions }: Openssl, pointer: Pointer | null): Pointer {
  requireSuccess({ functions }, pointer === null || pointer === 0n ? 0 : 1);
  return pointer as Pointer;
}

/** What stays in OpenSSL's queue of errors would be told by the next call of node:crypto that fails. */
export function requireSuccess({ functions }: Pick<Openssl, 'functions'>, status: number): void {
  if (status === 1) return;
  functions.ERR_clear_error();
  throw new Error('OpenSSL refuses');
}

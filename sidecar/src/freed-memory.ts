import { loadForeignFunctions } from './foreign-functions.ts';

/** `M_PERTURB` of `<malloc.h>`: memory is filled with this byte when it is freed, with its complement when it is taken. */
const perturb = -6;
const freed = 0xff;

/**
 * Lets the C library overwrite what this process frees, for as long as it lives: OpenSSL writes and reads encoded
 * private keys through memory that it frees as it is. glibc keeps up to 7 freed blocks of each size up to 1032 bytes for
 * each thread to take again, and does not overwrite those.
 *
 * @returns whether it does: only glibc can
 */
export function overwriteFreedMemory(): boolean {
  if (process.platform !== 'linux') return false;
  try {
    const library = loadForeignFunctions()?.dlopen(null, {
      mallopt: { arguments: ['int32', 'int32'], return: 'int32' },
    });
    return library?.functions.mallopt(perturb, freed) === 1;
  } catch {
    return false;
  }
}

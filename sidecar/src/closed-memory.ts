import { loadForeignFunctions } from './foreign-functions.ts';

/** Linux, `<linux/prctl.h>` and `<asm-generic/resource.h>`; what they did is looked at. */
const getDumpable = 3;
const setDumpable = 4;
const limitOfCore = 4;
/** `struct rlimit`: soft and hard limit, 8 bytes each. */
const limitBytes = 16;

type Ffi = typeof import('node:ffi');

/**
 * Closes the memory of this process to other processes of its user (`PR_SET_DUMPABLE`: no debugger, no `/proc/PID/mem`)
 * and to core files, for as long as it lives. root can still look.
 *
 * @returns what the operator must be told: what could not be closed here
 */
export function closeMemory(): readonly string[] {
  if (process.platform !== 'linux') return [`on ${process.platform} other processes of this user can read the memory`];
  try {
    const ffi = loadForeignFunctions();
    return ffi === undefined ? [unclosed] : closeWith(bind(ffi));
  } catch {
    return [unclosed];
  }
}

const unclosed = 'the foreign functions of Node are missing: other processes of this user can read the memory';

/** `prctl` takes what it needs of any number of arguments. */
function bind(ffi: Ffi) {
  return ffi.dlopen(null, {
    prctl: { arguments: ['int32', 'uint64', 'uint64', 'uint64', 'uint64'], return: 'int32' },
    setrlimit: { arguments: ['int32', 'pointer'], return: 'int32' },
    getrlimit: { arguments: ['int32', 'pointer'], return: 'int32' },
  }).functions;
}

function closeWith({ prctl, setrlimit, getrlimit }: ReturnType<typeof bind>): readonly string[] {
  const notices: string[] = [];
  setrlimit(limitOfCore, Buffer.alloc(limitBytes));
  const limit = Buffer.alloc(limitBytes, 1);
  if (getrlimit(limitOfCore, limit) !== 0 || limit.some((byte) => byte !== 0)) {
    notices.push('a core file of this process could be written');
  }
  prctl(setDumpable, 0n, 0n, 0n, 0n);
  if (prctl(getDumpable, 0n, 0n, 0n, 0n) !== 0) {
    notices.push('other processes of this user can read the memory');
  }
  return notices;
}

import { loadForeignFunctions } from '../foreign-functions.ts';

/** The process at the other end of a Unix socket, as the kernel recorded it when it connected. */
export interface PeerCredentials {
  readonly uid: number;
  readonly gid: number;
  /** Attribute only: process ids are reused, so a pid is no identity. 0 where the peer is of another pid namespace. */
  readonly pid: number;
}

/** Reads the credentials behind a connected Unix socket of `node:net`; undefined when the kernel knows none. */
export type PeerCredentialReader = (socket: object) => PeerCredentials | undefined;

type Ffi = typeof import('node:ffi');
type Functions = ReturnType<typeof bind>;

/** Linux, `<asm-generic/socket.h>`; where an architecture numbers them otherwise the self-test fails. */
const solSocket = 1;
const soPeercred = 17;
const afUnix = 1;
const sockStream = 1;
/** `struct ucred`: pid, uid, gid, 4 bytes each. */
const ucredBytes = 12;
/** What the kernel gives for sockets without a peer, such as TCP. */
const noUid = 0xffff_ffff;

/**
 * The reader for this machine, tested against a socket pair of this process; undefined where the system, the built-in
 * foreign-function interface or the test fails. Then only per-identity sockets authenticate.
 */
export function loadPeerCredentials(): PeerCredentialReader | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const ffi = loadForeignFunctions();
    if (ffi === undefined) return undefined;
    const functions = bind(ffi);
    return passesSelfTest(functions) ? (socket) => readSocket(functions, socket) : undefined;
  } catch {
    return undefined;
  }
}

/** A misspelt member of a signature is accepted silently and gives undefined: hence the self-test. */
function bind(ffi: Ffi) {
  return ffi.dlopen(null, {
    getpid: { arguments: [], return: 'int32' },
    socketpair: { arguments: ['int32', 'int32', 'int32', 'pointer'], return: 'int32' },
    close: { arguments: ['int32'], return: 'int32' },
    getsockopt: { arguments: ['int32', 'int32', 'int32', 'pointer', 'pointer'], return: 'int32' },
  }).functions;
}

function passesSelfTest(functions: Functions): boolean {
  if (functions.getpid() !== process.pid) return false;
  const pair = Buffer.alloc(8);
  if (functions.socketpair(afUnix, sockStream, 0, pair) !== 0) return false;
  const descriptors = [pair.readInt32LE(0), pair.readInt32LE(4)] as const;
  try {
    const own = readDescriptor(functions, descriptors[0]);
    return own?.pid === process.pid && own.uid === process.geteuid?.() && own.gid === process.getegid?.();
  } finally {
    for (const descriptor of descriptors) functions.close(descriptor);
  }
}

/** `_handle.fd` is Node's only way to a socket's descriptor. */
function readSocket(functions: Functions, socket: object): PeerCredentials | undefined {
  const descriptor = (socket as { _handle?: { fd?: unknown } | null })._handle?.fd;
  if (typeof descriptor !== 'number' || !Number.isInteger(descriptor) || descriptor < 0) return undefined;
  return readDescriptor(functions, descriptor);
}

function readDescriptor(functions: Functions, descriptor: number): PeerCredentials | undefined {
  const ucred = Buffer.alloc(ucredBytes);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(ucredBytes);
  const status = functions.getsockopt(descriptor, solSocket, soPeercred, ucred, length);
  if (status !== 0 || length.readUInt32LE() !== ucredBytes) return undefined;
  const [pid, uid, gid] = [ucred.readInt32LE(0), ucred.readUInt32LE(4), ucred.readUInt32LE(8)];
  return uid === noUid ? undefined : { uid, gid, pid };
}

import { loadForeignFunctions } from '../foreign-functions.ts';

type Ffi = typeof import('node:ffi');

/** `<asm-generic/socket.h>`. Where an architecture numbers them otherwise the self-test fails. */
export const socketOptions = Object.freeze({ type: 3, acceptsConnections: 30, domain: 39, peerPidfd: 77 });

const solSocket = 1;
const afUnix = 1;
const sockStream = 1;
const pollIn = 1;
const integerBytes = 4;
/** `struct sockaddr_un` of Linux: family, then the path. */
const addressBytes = 110;
const familyBytes = 2;

/** System calls on sockets that Node has no function for. */
export interface SocketCalls {
  /** An option whose value is a C int; undefined when the kernel refuses. */
  integerOption(descriptor: number, option: number): number | undefined;
  /** `sun_path` of the socket: empty without a name, and it starts with a zero in the abstract namespace. */
  pathOf(descriptor: number): Buffer | undefined;
  /** Whether a read would return at once; for a process descriptor: whether the process has ended. */
  isReadable(descriptor: number): boolean;
}

/** Undefined outside Linux, and where the built-in foreign-function interface or its self-test fails. */
export function loadSocketCalls(): SocketCalls | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const ffi = loadForeignFunctions();
    if (ffi === undefined) return undefined;
    const calls = bind(ffi);
    return passesSelfTest(calls.functions) ? wrap(calls.functions) : undefined;
  } catch {
    return undefined;
  }
}

function bind(ffi: Ffi) {
  return ffi.dlopen(null, {
    socketpair: { arguments: ['int32', 'int32', 'int32', 'pointer'], return: 'int32' },
    close: { arguments: ['int32'], return: 'int32' },
    getsockopt: { arguments: ['int32', 'int32', 'int32', 'pointer', 'pointer'], return: 'int32' },
    getsockname: { arguments: ['int32', 'pointer', 'pointer'], return: 'int32' },
    poll: { arguments: ['pointer', 'uint64', 'int32'], return: 'int32' },
  });
}

type Functions = ReturnType<typeof bind>['functions'];

function wrap(functions: Functions): SocketCalls {
  return {
    integerOption(descriptor, option) {
      const [value, length] = [Buffer.alloc(integerBytes), Buffer.alloc(integerBytes)];
      length.writeUInt32LE(integerBytes);
      const status = functions.getsockopt(descriptor, solSocket, option, value, length);
      return status === 0 && length.readUInt32LE() === integerBytes ? value.readInt32LE() : undefined;
    },
    pathOf(descriptor) {
      const [address, length] = [Buffer.alloc(addressBytes), Buffer.alloc(integerBytes)];
      length.writeUInt32LE(addressBytes);
      if (functions.getsockname(descriptor, address, length) !== 0) return undefined;
      const path = address.subarray(familyBytes, Math.min(length.readUInt32LE(), addressBytes));
      const end = path.indexOf(0, 1);
      return path[0] === 0 || end === -1 ? path : path.subarray(0, end);
    },
    isReadable(descriptor) {
      const request = Buffer.alloc(8);
      request.writeInt32LE(descriptor, 0);
      request.writeInt16LE(pollIn, 4);
      return functions.poll(request, 1n, 0) !== 0;
    },
  };
}

/** A misspelt member of a signature is accepted silently and gives undefined. */
function passesSelfTest(functions: Functions): boolean {
  const calls = wrap(functions);
  const pair = Buffer.alloc(2 * integerBytes);
  if (functions.socketpair(afUnix, sockStream, 0, pair) !== 0) return false;
  const descriptors = [pair.readInt32LE(0), pair.readInt32LE(integerBytes)] as const;
  const [first] = descriptors;
  try {
    const { domain, type, acceptsConnections } = socketOptions;
    const options = [domain, type, acceptsConnections].map((option) => calls.integerOption(first, option));
    const isPair = options.join() === [afUnix, sockStream, 0].join() && calls.pathOf(first)?.length === 0;
    return isPair && !calls.isReadable(first);
  } finally {
    for (const descriptor of descriptors) functions.close(descriptor);
  }
}

/** Whether it is a stream socket of the Unix domain that accepts connections. */
export function isListeningUnixSocket(calls: SocketCalls, descriptor: number): boolean {
  const { domain, type, acceptsConnections } = socketOptions;
  return (
    calls.integerOption(descriptor, domain) === afUnix &&
    calls.integerOption(descriptor, type) === sockStream &&
    calls.integerOption(descriptor, acceptsConnections) === 1
  );
}

import { Socket } from 'node:net';
import { loadForeignFunctions } from './foreign-functions.ts';

const afUnix = 1;
/** `SOCK_STREAM | SOCK_CLOEXEC`: a program that is started must not read the zeros. */
const sockStream = 0o2000001;
const integerBytes = 4;
/** What Node reads at once. */
const zeros = Buffer.alloc(64 << 10);
const wipedAfterMs = 50;

/**
 * The memory that Node reads all streams of a thread into. It is one for all, is never given back, and nobody can reach
 * it: after a short message it still holds the end of the longer one before. Reading zeros wipes it.
 */
class ReadMemory {
  #pair: SocketPair | 'none' | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** Something was read: it is wiped soon, together with what is read until then. */
  soil(): void {
    this.#timer ??= setTimeout(() => this.#wipe(), wipedAfterMs).unref();
  }

  #wipe(): void {
    this.#timer = undefined;
    this.#pair ??= openSocketPair() ?? 'none';
    if (this.#pair !== 'none') this.#pair.writer.write(zeros);
  }
}

/** This thread's. */
export const readMemory = new ReadMemory();

/** What is written at one end is read at the other. Neither keeps the process alive. */
interface SocketPair {
  readonly reader: Socket;
  readonly writer: Socket;
}

/** Linux takes the zeros in one piece, and gives them so. Elsewhere, or without foreign functions, there is no pair. */
function openSocketPair(): SocketPair | undefined {
  const descriptors = socketPair();
  if (descriptors === undefined) return undefined;
  const [reader, writer] = descriptors.map((fd) => new Socket({ fd }).unref().on('error', () => undefined));
  if (reader === undefined || writer === undefined) return undefined;
  reader.on('data', (chunk: Buffer) => chunk.fill(0));
  return { reader, writer };
}

function socketPair(): readonly number[] | undefined {
  if (process.platform !== 'linux') return undefined;
  const descriptors = Buffer.alloc(2 * integerBytes);
  try {
    const library = loadForeignFunctions()?.dlopen(null, {
      socketpair: { arguments: ['int32', 'int32', 'int32', 'pointer'], return: 'int32' },
    });
    if (library?.functions.socketpair(afUnix, sockStream, 0, descriptors) !== 0) return undefined;
  } catch {
    return undefined;
  }
  return [descriptors.readInt32LE(0), descriptors.readInt32LE(integerBytes)];
}

import type { Socket } from 'node:net';

/** A frame is its length in four bytes, most significant first, and its bytes. */
const headerBytes = 4;
/** Below this a copy costs less than one more piece of a write. */
const copiedBytes = 4096;

/** Writes a frame; all that is written before the event loop turns leaves together. */
export function writeFrame(socket: Socket, bytes: Uint8Array): void {
  if (socket.writableCorked === 0) {
    socket.cork();
    process.nextTick(() => socket.uncork());
  }
  const header = Buffer.allocUnsafe(headerBytes);
  header.writeUInt32BE(bytes.length);
  if (bytes.length <= copiedBytes) {
    socket.write(Buffer.concat([header, bytes]));
  } else {
    socket.write(header);
    socket.write(bytes);
  }
}

/** Finds frames in what a stream brings. */
export class FrameReader {
  #held: Buffer[] = [];
  #heldBytes = 0;
  #neededBytes = headerBytes;

  /** @returns the frames that the chunk completes */
  take(chunk: Buffer): readonly Buffer[] {
    this.#held.push(chunk);
    this.#heldBytes += chunk.length;
    if (this.#heldBytes < this.#neededBytes) return [];
    const frames: Buffer[] = [];
    let rest = Buffer.concat(this.#held);
    for (let end = endOf(rest); end <= rest.length; end = endOf(rest)) {
      frames.push(rest.subarray(headerBytes, end));
      rest = rest.subarray(end);
    }
    this.#held = [rest];
    this.#heldBytes = rest.length;
    this.#neededBytes = endOf(rest);
    return frames;
  }
}

/** Where the first frame ends, or its header while that is not there. */
function endOf(bytes: Buffer): number {
  return bytes.length < headerBytes ? headerBytes : headerBytes + bytes.readUInt32BE();
}

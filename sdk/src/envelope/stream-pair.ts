import { ByteReader } from './byte-reader.ts';

/** What `ReadableStream.pipeThrough` takes: bytes in pieces of any length in, bytes out. */
export type EnvelopeStream = ReadableWritablePair<Uint8Array<ArrayBuffer>, BufferSource>;

/**
 * The two ends of some work on bytes. It runs as the reader asks for more, so that nothing piles up; an error reaches the
 * reader, and whoever writes.
 */
export function streamPair(
  work: (source: ByteReader) => AsyncGenerator<Uint8Array<ArrayBuffer>, void>,
  transfer = false,
): EnvelopeStream {
  const { readable: input, writable } = new TransformStream<BufferSource, BufferSource>();
  const reader = input.getReader();
  const output = work(new ByteReader(async () => (await reader.read()).value, transfer));
  const readable = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        try {
          const { done, value } = await output.next();
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          // Rejects where the writer has aborted: then this is what it aborted with.
          await reader.cancel(error).catch(() => undefined);
          throw error;
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
  return { readable, writable };
}

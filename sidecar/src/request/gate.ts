import type { SidecarError } from '../errors.ts';

/** Where calls pass in and out; once it is shut nobody comes in, and it is known when the last one has left. */
export class Gate {
  #underWay = 0;
  #shutFor: (() => SidecarError) | undefined;
  readonly #empty = Promise.withResolvers<void>();

  /** Calls that came in and have not left. */
  get underWay(): number {
    return this.#underWay;
  }

  get isShut(): boolean {
    return this.#shutFor !== undefined;
  }

  /** @throws SidecarError as the gate was shut for */
  enter(): void {
    if (this.#shutFor !== undefined) throw this.#shutFor();
    this.#underWay += 1;
  }

  leave(): void {
    this.#underWay -= 1;
    if (this.isShut && this.#underWay === 0) this.#empty.resolve();
  }

  /** @param reason of the refusal of all further calls */
  shut(reason: () => SidecarError): void {
    this.#shutFor ??= reason;
    if (this.#underWay === 0) this.#empty.resolve();
  }

  /** Resolves when all that came in have left, or after the time; the gate is shut by then. */
  async emptied(limitMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const impatience = setTimeout(resolve, limitMs);
    await Promise.race([this.#empty.promise, promise]);
    clearTimeout(impatience);
  }
}

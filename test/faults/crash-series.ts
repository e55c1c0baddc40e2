import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { connect, type LogReport } from '@ferrohsm/sdk/node';
import { expect } from 'vitest';
import { createFolders, discardFolders } from '../../tools/throw-away-sidecar.ts';
import { collect, verifyFolder } from '../end-to-end/live-sidecar.ts';
import { hasGo, verifyLogWithGo } from '../go/verify-with-go.ts';
import { Acknowledged } from './acknowledged.ts';
import { BusyClient, createSigningKey, type SigningKey } from './busy-client.ts';
import { ServedSidecar } from './sidecar-process.ts';

const clients = 2;
const inFlight = 16;
/** A life ends after so many answers at the most. */
const answersMax = 96;
/** Every so manieth kill comes before the sidecar listens: the recovery is cut off as well. */
const earlyKillEvery = 4;
/** Within this time after its begin. */
const startMs = 700;

/** One sidecar's state through many sudden deaths. */
export class CrashSeries {
  readonly told = new Acknowledged();
  readonly #folders = createFolders();
  readonly #kept = join(this.#folders.root, 'kept-checkpoint');
  #logKeys: readonly string[] = [];
  #key: SigningKey | undefined;
  /** Kills that were dealt. */
  kills = 0;

  /** A first life that ends in an orderly way, with a key for all that follow. */
  async begin(): Promise<void> {
    const sidecar = await this.#start();
    this.#key = await createSigningKey(this.#folders.socket, 'crash/signing');
    await using hsm = await connect({ socket: this.#folders.socket });
    this.#logKeys = hsm.hello.log.keys;
    await hsm.close();
    expect(await sidecar.stop()).toBe(0);
    this.#keepCheckpoint();
  }

  /** One life, its sudden end, and what the disk holds after it. */
  async killOnce(): Promise<void> {
    this.kills += 1;
    if (this.kills % earlyKillEvery === 0) await this.#killInStart();
    else await this.#killAtWork();
    this.told.readLog(this.#folders.log);
    await this.#expectContinued();
  }

  /** A last life: every answer has its record, every key that was made is there, and the log verifies. */
  async end(): Promise<LogReport> {
    const sidecar = await this.#start();
    await using hsm = await connect({ socket: this.#folders.socket });
    const names = new Set((await collect(hsm.keys.list())).map(({ name }) => name));
    await hsm.close();
    expect(await sidecar.stop()).toBe(0);
    expect([...this.told.keyNames].filter((name) => !names.has(name))).toEqual([]);
    this.told.readLog(this.#folders.log);
    this.told.expectComplete();
    await this.#expectContinued();
    return verifyFolder(this.#folders.log, this.#logKeys);
  }

  discard(): void {
    discardFolders(this.#folders);
  }

  async #start(): Promise<ServedSidecar> {
    const sidecar = new ServedSidecar({ folders: this.#folders });
    await sidecar.listening;
    return sidecar;
  }

  async #killInStart(): Promise<void> {
    const sidecar = new ServedSidecar({ folders: this.#folders });
    await Promise.race([sidecar.ended, pause(startMs * fraction(this.kills))]);
    await sidecar.kill();
    if (sidecar.child.signalCode !== 'SIGKILL') throw new Error(`the sidecar ended by itself:\n${sidecar.said}`);
  }

  async #killAtWork(): Promise<void> {
    const sidecar = await this.#start();
    // What was answered before this life is under the checkpoint that its start has signed.
    this.told.readLog(this.#folders.log);
    expect(this.told.missing()).toEqual({ signatures: 0, keys: [] });
    let answers = Math.ceil(answersMax * fraction(this.kills));
    const onAnswer = (refusal: string | undefined) => {
      expect(refusal).toBeUndefined();
      answers -= 1;
      if (answers === 0) sidecar.child.kill('SIGKILL');
    };
    const key = this.#key as SigningKey;
    const open = () => BusyClient.open(this.#folders.socket, key, this.told);
    const busy = await Promise.all(Array.from({ length: clients }, open));
    await Promise.all(busy.map((client) => client.work(inFlight, onAnswer)));
    expect(await sidecar.ended).toBe(null);
  }

  /** The log of a dead sidecar verifies and continues the one that was there before. */
  async #expectContinued(): Promise<void> {
    if (hasGo) {
      const verdict = await verifyLogWithGo(this.#folders.log, this.#logKeys, this.#kept);
      expect(verdict).toMatchObject({ ok: true });
    }
    this.#keepCheckpoint();
  }

  #keepCheckpoint(): void {
    copyFileSync(join(this.#folders.log, 'checkpoint'), this.#kept);
  }
}

/** Between 0 and 1, spread evenly over any run of numbers (multiples of the golden ratio). */
function fraction(number: number): number {
  return (number * 0.618_033_988_75) % 1;
}

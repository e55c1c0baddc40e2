import type { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import { SidecarError } from '../../errors.ts';
import { corruption } from '../corruption.ts';
import { guarded } from './database.ts';

const question = 'PRAGMA integrity_check';

/** Checking that many pages takes about 5 ms, starting a thread ten times as long. */
const pagesWithoutThread = 512;

/** SQLite checks a file in one call, which takes a minute for a gigabyte. */
const program = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { DatabaseSync } = require('node:sqlite');
  const database = new DatabaseSync(workerData.path, { readOnly: true });
  parentPort.postMessage(database.prepare(workerData.question).all());
  database.close();`;

/**
 * Checks the structure of a database file, on a thread of its own unless it is small.
 *
 * @throws SidecarError `keystore_corrupt`
 */
export async function checkFile(database: DatabaseSync): Promise<void> {
  const pages = Number(guarded(() => database.prepare('PRAGMA page_count').get())?.page_count);
  const path = database.location();
  const isSmall = pages <= pagesWithoutThread || path === null;
  const found = isSmall ? guarded(() => database.prepare(question).all()) : await onThread(path);
  if (found.length !== 1 || found[0]?.integrity_check !== 'ok') throw corruption('the database is malformed');
}

function onThread(path: string): Promise<Record<string, unknown>[]> {
  const worker = new Worker(program, {
    name: 'ferrohsm-keystore-check',
    eval: true,
    workerData: { path, question },
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: {},
  });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', (cause) => reject(corruption('the database is malformed', cause)));
    worker.once('exit', () => reject(new SidecarError('keystore_unavailable', 'the check of the database was ended')));
  });
}

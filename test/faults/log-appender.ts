import { entry, openLog } from '../../sidecar/src/audit/test-log.ts';

/** `log-appender FOLDER FIRST`: appends to a log until it is killed and prints `index number` for each acknowledged record. */

const inFlight = 16;

const [folder = '', first = '0'] = process.argv.slice(2);
const log = await openLog(folder, { checkpointIntervalMs: 20 });
let next = Number(first);

async function lane(): Promise<void> {
  for (;;) {
    const number = next;
    next += 1;
    const index = await log.append(entry(number));
    process.stdout.write(`${index} ${number}\n`);
  }
}

await Promise.all(Array.from({ length: inFlight }, lane));

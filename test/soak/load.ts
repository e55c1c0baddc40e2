import { setTimeout } from 'node:timers/promises';
import { connect } from '@ferrohsm/sdk/node';
import { tokenOf } from '../end-to-end/principals.ts';
import { type Activity, activities } from './activities.ts';
import { readOfficer } from './officer.ts';

/** How often each activity was done, by its name. */
export type Done = Readonly<Record<string, number>>;

/** `load SOCKET URL OFFICER`: all activities in a process of their own, until its parent disconnects. Fails when one of them does. */

const tellMs = 500;
const [socket = '', url = '', officerFile = ''] = process.argv.slice(2);
const person = readOfficer(officerFile);
const done: Record<string, number> = {};
const leaving = new AbortController();

/** The parent may go at any moment: it has heard enough then. */
const telling = setInterval(() => process.send?.(done, undefined, undefined, () => undefined), tellMs);
process.once('disconnect', () => {
  clearInterval(telling);
  leaving.abort();
});
await using hsm = await connect({ socket });
await using officer = await connect({ url, token: tokenOf(person.id) });
await Promise.all(activities.flatMap((activity) => Array.from({ length: activity.loops }, () => repeat(activity))));

async function repeat({ name, pauseMs, prepare }: Activity): Promise<void> {
  const act = await prepare({ hsm, socket, officer: { person, hsm: officer } });
  while (!leaving.signal.aborted) {
    await act();
    done[name] = (done[name] ?? 0) + 1;
    await setTimeout(pauseMs, undefined, { signal: leaving.signal }).catch(() => undefined);
  }
}

import { describeKeystore, describeLargeKeystore } from './test-conformance.ts';
import { memoryMedium, sqliteMedium } from './test-media.ts';

for (const [what, createMedium] of [
  ['SQLite', sqliteMedium],
  ['memory', memoryMedium],
] as const) {
  describeKeystore(what, createMedium);
  describeLargeKeystore(what, createMedium, 2_000);
}

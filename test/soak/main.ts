import { runSize } from '../faults/run-size.ts';
import { sampleLine, titleLine } from './sample.ts';
import { soak } from './soak.ts';

// npm run test:soak; FERROHSM_SOAK_MINUTES says how long, 10 unless said. Exit status 1 when something grows.

const minutes = runSize('FERROHSM_SOAK_MINUTES', 10);
const intervalMs = 10_000;

console.log(titleLine);
const { done, findings } = await soak({
  durationMs: minutes * 60_000,
  intervalMs,
  warmUpMs: intervalMs,
  onSample: (sample) => console.log(sampleLine(sample)),
});
console.log(
  `\n${Object.entries(done)
    .map(([name, times]) => `${name}: ${times}`)
    .join('\n')}\n`,
);
for (const { text, isHeld } of findings) console.log(`${isHeld ? 'held' : 'GROWS'}  ${text}`);
if (findings.some(({ isHeld }) => !isHeld)) process.exitCode = 1;

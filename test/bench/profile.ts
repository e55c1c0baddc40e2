import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describeMachine } from './machine.ts';
import { writeSection } from './markdown.ts';
import { operationIds } from './operations.ts';
import { parseProfileOptions } from './options.ts';
import { costsOf } from './profile-costs.ts';
import { type ProfileReport, profileMarkdown, profileText } from './profile-report.ts';
import { profileWindows } from './profile-windows.ts';
import { versionsOf } from './versions.ts';

// Where each microsecond of an operation goes; what the rows mean: docs/performance.md.

const options = parseProfileOptions(process.argv.slice(2), operationIds);
const { operation, durationMs, json, markdown } = options;
const machine = describeMachine(tmpdir());
const { profile, windows } = await profileWindows(options);
const costs = windows.map((window) => costsOf(profile, window));
const report: ProfileReport = { machine, versions: versionsOf([]), operation, durationMs, costs };
console.log(profileText(report));
if (json !== undefined) writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`);
if (markdown !== undefined) writeSection(markdown, 'profile', profileMarkdown(report));

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { referencePages } from './reference/pages.ts';

// Writes docs/reference from schemas/, as a part of npm run build. A test holds the pages to what this would write.

const root = join(import.meta.dirname, '..');

for (const [path, text] of referencePages(root)) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

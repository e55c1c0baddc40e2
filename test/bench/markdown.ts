import { readFileSync, writeFileSync } from 'node:fs';
import { absentLines, type Cells, otherLines, type Report, rateCells, rateHeadings, settingLines } from './report.ts';

/** What is measured into a page; each has its place there, between two comments. */
export type Section = 'rates' | 'growth' | 'profile';

/** The report as a part of a page. */
export function markdownOf(report: Report): string {
  const lines = [...settingLines(report), ...absentLines(report.absent), ...otherLines(report)];
  return [...lines.map((line) => `- ${line}`), '', ...markdownTable(rateHeadings, rateCells(report.rows))].join('\n');
}

export function markdownTable(headings: Cells, lines: readonly Cells[]): readonly string[] {
  return [headings, headings.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`);
}

/**
 * Replaces what lies between `<!-- section -->` and `<!-- /section -->`.
 *
 * @throws Error when the page has no such place
 */
export function writeSection(path: string, section: Section, markdown: string): void {
  const [begin, end] = [`<!-- ${section} -->\n`, `\n<!-- /${section} -->`];
  const page = readFileSync(path, 'utf8');
  const from = page.indexOf(begin);
  const to = page.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`${path} has no place for ${section}`);
  writeFileSync(path, page.slice(0, from + begin.length) + markdown + page.slice(to));
}

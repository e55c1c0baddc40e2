import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parsePage } from './markdown.ts';

const root = join(import.meta.dirname, '../..');
const built = ['docs/api/**', 'examples/generated/**', '**/node_modules/**', '**/dist/**'];
const pages = globSync(['*.md', '{docs,examples,sdk,sidecar,cli,test}/**/*.md'], { cwd: root, exclude: built });

const read = (path: string) => parsePage(readFileSync(join(root, path), 'utf8'));

/** What is wrong with a link of a page: nothing, or why it leads nowhere. */
function faultOf(page: string, link: string): string[] {
  if (/^[a-z][a-z0-9+.-]*:/i.test(link)) return [];
  const [path = '', anchor] = decodeURI(link).split('#');
  const target = path === '' ? page : relative(root, join(root, dirname(page), path));
  if (target.startsWith('..')) return [`${link}: outside of the repository`];
  if (!existsSync(join(root, target))) return [`${link}: no such file`];
  if (anchor === undefined || (target.endsWith('.md') && read(target).anchors.has(anchor))) return [];
  return [`${link}: no such heading`];
}

test('there are pages, and links between them', () => {
  expect(pages).toEqual(expect.arrayContaining(['README.md', 'SECURITY.md', 'CONTRIBUTING.md', 'docs/keys.md']));
  expect(pages.flatMap((page) => read(page).links).length).toBeGreaterThan(100);
});

describe('every relative link leads to a file and a heading that are there', () => {
  test.each(pages.toSorted())('%s', (page) => {
    expect(read(page).links.flatMap((link) => faultOf(page, link))).toEqual([]);
  });
});

describe('a link is found wrong', () => {
  test.each([
    ['./no-such-page.md', 'no such file'],
    ['keys.md#no-such-heading', 'no such heading'],
    ['#no-such-heading', 'no such heading'],
    ['../../README.md', 'outside of the repository'],
    ['../README.md', undefined],
    ['keys.md#rotation', undefined],
    ['https://example.com/x#y', undefined],
  ])('%s', (link, fault) => {
    expect(faultOf('docs/audit.md', link)).toEqual(fault === undefined ? [] : [`${link}: ${fault}`]);
  });
});

describe('a page is read as GitHub shows it', () => {
  test('links in text, with a title, in brackets, as references, of images and behind code', () => {
    const text = '[a](one.md) ![b](two.png "t") [c](<three.md#x>) [`d[0]`](four.md)\n\n[e]: five.md\n';
    expect(parsePage(text).links).toEqual(['one.md', 'two.png', 'three.md#x', 'four.md', 'five.md']);
  });

  test('no links of code', () => {
    expect(parsePage('`[a](one.md)`\n```md\n[b](two.md)\n# c\n```\n')).toEqual({ links: [], anchors: new Set() });
  });

  test('anchors of headings with code, punctuation and links, and of two with one text', () => {
    const text = '# One, `two` & three?\n\n## With a [link](x.md)\n### Twice\n### Twice\n## Größe_1\n';
    const anchors = ['one-two--three', 'with-a-link', 'twice', 'twice-1', 'größe_1'];
    expect([...parsePage(text).anchors]).toEqual(anchors);
  });
});

import { expect, test } from 'vitest';
import { Html, html } from './html.ts';
import { htmlReport } from './html-report.ts';
import { summaryOf } from './summary.ts';
import { asOf, testKey } from './test-keys.ts';
import { textReport } from './text-report.ts';

const hostile = `"><script>alert(1)</script><img src=x onerror='alert(2)'>&amp;`;

/** Tags of a page in their order, with their attributes; none of it is written by the code under test. */
function tagsOf(page: string): readonly string[] {
  return [...page.matchAll(/<([^>]*)>/g)].map(([, tag = '']) => tag);
}

const names = 'html|head|meta|title|style|body|h1|h2|p|meter|div|table|thead|tbody|tr|th|td|ul|li|bdi|!doctype';
const allowed = new RegExp(`^/?(${names})( [a-z-]+="[^"<>]*")*$|^!doctype html$`);

function inventoryOf(...keys: readonly ReturnType<typeof testKey>[]) {
  return { asOf, summary: summaryOf(keys), keys };
}

test('hostile labels, owners and descriptions stay text', () => {
  const key = testKey({ name: 'a', owner: hostile, description: hostile, labels: { note: hostile, [hostile]: 'x' } });
  const page = htmlReport(inventoryOf(key));
  for (const tag of tagsOf(page)) expect(tag).toMatch(allowed);
  expect(page).not.toMatch(/<script|<img/i);
  expect(page.split('&quot;&gt;&lt;script&gt;alert(1)')).toHaveLength(5);
  expect(page).toContain('&amp;amp;');
});

test('characters that steer a line are shown by their numbers, in a page and never in a terminal', () => {
  const key = testKey({ name: 'a', labels: { note: 'abc\u202edef\u009b31m\u2028' } });
  const page = htmlReport(inventoryOf(key));
  expect(page).toContain('abc\\u{202e}def\\u{9b}31m\\u{2028}');
  expect(page).not.toMatch(/[\u202e\u009b\u2028]/);
  expect(textReport(inventoryOf(key))).not.toMatch(/[^\P{C}\n]/u);
});

test('every tag that is opened is closed', () => {
  const page = htmlReport(inventoryOf(testKey({ name: 'a', labels: { team: 'x' } }), testKey({ name: 'b' })));
  const open: string[] = [];
  for (const tag of tagsOf(page)) {
    const name = tag.split(' ')[0] ?? '';
    if (name === '!doctype' || name === 'meta') continue;
    if (name.startsWith('/')) expect(open.pop()).toBe(name.slice(1));
    else open.push(name);
  }
  expect(open).toEqual([]);
});

test('the page loads nothing, and keys with the most findings come first', () => {
  const good = { name: 'ML-DSA-87', securityBits: 256, quantumSafe: true, cnsa2: true };
  const page = htmlReport(inventoryOf(testKey({ name: 'good' }, [good]), testKey({ name: 'poor' })));
  expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  expect(page).not.toMatch(/src=|href=|url\(|@import|https?:/);
  expect(page.indexOf('<tr class="bad"><td><bdi>poor')).toBeGreaterThan(0);
  expect(page.lastIndexOf('<bdi>good')).toBeGreaterThan(page.lastIndexOf('<bdi>poor'));
});

test('a page without keys says so', () => {
  expect(htmlReport(inventoryOf())).toContain('<p>keys: 0, in force: 0');
});

test('a template escapes all but other templates', () => {
  expect(html`<b>${'<'}${1}${html`<i>${'"'}</i>`}${[html`<u></u>`, new Html('<s>')]}</b>`.text).toBe(
    '<b>&lt;1<i>&quot;</i><u></u>\n<s></b>',
  );
});

test('the bar of a terminal is neither empty nor full unless the share is', () => {
  const strong = { name: 'ML-DSA-87', quantumSafe: true };
  const many = Array.from({ length: 200 }, (_, index) => testKey({ name: `k${index}` }, [strong]));
  const bar = (...keys: readonly ReturnType<typeof testKey>[]) =>
    /\[[#.]+\]/.exec(textReport(inventoryOf(...keys)))?.[0];
  expect(bar(...many)).toBe(`[${'.'.repeat(20)}]`);
  expect(bar(...many, testKey({}))).toBe(`[#${'.'.repeat(19)}]`);
  expect(bar(testKey({}))).toBe(`[${'#'.repeat(20)}]`);
});

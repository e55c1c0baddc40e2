/** Head of every page that is written by this tool; nobody sees it in the page. */
export const markdownBanner =
  '<!-- Written from schemas/ by tools/reference-pages.ts, which npm run build runs. Change the schemas, not this page. -->\n\n';

/** What the checks of the documentation read of a page in Markdown. */
export interface Page {
  /** Targets of its links, as they are written. */
  readonly links: readonly string[];
  /** What a link to a heading of it names behind `#`. */
  readonly anchors: ReadonlySet<string>;
}

/** Reads a page as GitHub shows it: inline links and images, references, and the anchors of headings. */
export function parsePage(text: string): Page {
  const prose = text.replaceAll(/^ *(```+|~~~+).*?^ *\1 *$/gms, '');
  return { links: linksIn(prose), anchors: anchorsIn(prose) };
}

function linksIn(prose: string): string[] {
  // A word in backticks may hold brackets; the text of a link may be one.
  const marked = prose.replaceAll(/(`+)(?!`).*?\1/g, 'code');
  const inline = [...marked.matchAll(/\]\(<?([^()\s<>]+(?:\([^()\s]*\))?)>?(?: "[^"]*")?\)/g)];
  const references = [...marked.matchAll(/^\[[^\]]+\]: +(\S+)/gm)];
  return [...inline, ...references].map(([, target = '']) => target);
}

/** Of two headings with one text the second has `-1` behind its anchor. */
function anchorsIn(prose: string): Set<string> {
  const seen = new Map<string, number>();
  const anchors = [...prose.matchAll(/^#{1,6} +(.+?) *#*$/gm)].map(([, heading = '']) => {
    const slug = slugOf(heading);
    const before = seen.get(slug) ?? 0;
    seen.set(slug, before + 1);
    return before === 0 ? slug : `${slug}-${before}`;
  });
  return new Set(anchors);
}

/** GitHub keeps letters, digits, hyphens and underscores of what is to be read, in lower case. */
function slugOf(heading: string): string {
  const text = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1');
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

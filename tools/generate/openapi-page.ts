import { hash } from 'node:crypto';
import { problemCodes } from './openapi-responses.ts';
import { title } from './product.ts';
import { propertiesOf, type Route, routesOf } from './routes.ts';
import type { MethodSchema, Schemas } from './schemas.ts';

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 62rem; padding: 0 1rem; }
code { font: 0.9em ui-monospace, monospace; overflow-wrap: anywhere; }
details { border-top: 1px solid #8886; padding: 0.4rem 0; }
summary { cursor: pointer; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #8884; padding: 0.3rem 0.6rem 0.3rem 0; text-align: left; vertical-align: top; }
`;

/** Nothing but its own style may be loaded, and nothing runs. */
const policy = `default-src 'none'; style-src 'sha256-${hash('sha256', style, 'base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** A page to read the OpenAPI document with, as the sidecar answers it at `/v1/`. */
export function openapiPage(schemas: Schemas, version: string): { html: string; contentSecurityPolicy: string } {
  const groups = Map.groupBy(routesOf(schemas), ({ method }) => method.slice(0, method.indexOf('.')));
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title} ${version}: REST</title>
<style>${style}</style>
</head>
<body>
<h1>${title} ${version}: REST</h1>
<p>The operations of this sidecar over HTTP. For programs: <a href="/v1/openapi.json">openapi.json</a> (OpenAPI 3.1). Bytes in JSON are base64url without padding.</p>
${[...groups].map(([group, routes]) => groupText(group, routes, schemas)).join('\n')}
<h2 id="errors">Errors</h2>
<p>Every refusal is <code>application/problem+json</code> (RFC 9457) with one of these codes.</p>
<table>
<tr><th>code</th><th>status</th><th>says</th><th>what to do</th></tr>
${schemas.errors.map(({ code, http, message, hint }) => `<tr id="${code}"><td><code>${code}</code></td><td>${http}</td><td>${escaped(message)}</td><td>${escaped(hint)}</td></tr>`).join('\n')}
</table>
</body>
</html>
`;
  return { html, contentSecurityPolicy: policy };
}

function groupText(group: string, routes: readonly Route[], schemas: Schemas): string {
  return `<h2>${group}</h2>\n${routes.map((route) => routeText(route, schemas)).join('\n')}`;
}

function routeText(route: Route, schemas: Schemas): string {
  const schema = schemas.methods.find(({ method }) => method === route.method) as MethodSchema;
  const { summary, description = '' } = schema;
  const head = `<details id="${route.method}"><summary><code>${route.verb} ${escaped(route.path)}</code> ${escaped(summary)}</summary>`;
  if (route.perConnection)
    return `${head}\n<p>Over a Unix socket or WebSocket only: it belongs to one connection.</p></details>`;
  return `${head}
${description === '' ? '' : `<p>${escaped(description)}</p>`}
${parameterTable(route, schema)}
<p>Answers ${route.status}: ${codeList(Object.keys(propertiesOf(schema.result)))}. Refusals: ${codeList(problemCodes(route, schema))}.</p>
</details>`;
}

function parameterTable(route: Route, { params }: MethodSchema): string {
  const required = new Set((params.required ?? []) as string[]);
  const rows = Object.entries(propertiesOf(params)).map(([name, { description = '' }]) => {
    const needed = required.has(name) && name !== 'requestId' ? 'required' : '';
    return `<tr><td><code>${nameOf(name)}</code></td><td>${placeOf(name, route)}</td><td>${needed}</td><td>${escaped(String(description))}</td></tr>`;
  });
  const ifMatch =
    '<tr><td><code>If-Match</code></td><td>header</td><td></td><td>ETags of the key or the object.</td></tr>';
  const all = route.isConditional ? [...rows, ifMatch] : rows;
  return all.length === 0 ? '' : `<table>\n${all.join('\n')}\n</table>`;
}

function nameOf(param: string): string {
  return param === 'requestId' ? 'Idempotency-Key' : param;
}

function placeOf(name: string, { inPath, inQuery, hasBody, rawParam }: Route): string {
  if (name === 'requestId') return 'header';
  if (name in inPath) return 'path';
  if (!hasBody) return 'query';
  if (name === rawParam) return 'body, or the whole body';
  return name in inQuery ? 'body, or query' : 'body';
}

function codeList(names: readonly string[]): string {
  return names.map((name) => `<code>${escaped(name)}</code>`).join(', ') || 'nothing';
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

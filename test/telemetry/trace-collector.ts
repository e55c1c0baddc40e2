import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string; readonly intValue?: string };
}

/** As OTLP/JSON has it. */
export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly Attribute[];
  readonly status?: { readonly code: number };
}

interface ExportRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly CollectedSpan[] }[];
  }[];
}

/** Takes OTLP over HTTP, as collectors of OpenTelemetry do. */
export class TraceCollector {
  readonly spans: CollectedSpan[] = [];
  readonly bodies: string[] = [];
  readonly requests: string[] = [];
  /** What is answered. */
  status = 200;
  readonly #server: Server;

  static async start(): Promise<TraceCollector> {
    const collector = new TraceCollector();
    collector.#server.listen(0, '127.0.0.1');
    await once(collector.#server, 'listening');
    return collector;
  }

  private constructor() {
    this.#server = createServer(async (request, response) => {
      const body = (await json(request)) as ExportRequest;
      this.requests.push(`${request.method} ${request.url} ${request.headers['content-type']}`);
      this.bodies.push(JSON.stringify(body));
      response.writeHead(this.status, { 'content-type': 'application/json' }).end('{}');
      if (this.status !== 200) return;
      for (const { scopeSpans } of body.resourceSpans) this.spans.push(...scopeSpans.flatMap(({ spans }) => spans));
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  named(name: string): CollectedSpan[] {
    return this.spans.filter((span) => span.name === name);
  }

  below({ spanId }: CollectedSpan): CollectedSpan[] {
    return this.spans.filter(({ parentSpanId }) => parentSpanId === spanId);
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

/** Values of the attributes by their names. */
export function attributesOf({ attributes }: CollectedSpan): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue]));
}

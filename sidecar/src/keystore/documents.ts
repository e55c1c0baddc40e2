import type { ChangeRequest, DocumentChanges, DocumentQuery, Documents, ListedDocument } from '../documents.ts';
import { SidecarError } from '../errors.ts';
import type { AuthenticatedRows } from './authenticated-rows.ts';
import { type Canonical, canonicalBytes } from './canonical-json.ts';
import type { ReadRows } from './proven-rows.ts';
import type { RowChanges } from './row-change.ts';

interface StoredResult {
  readonly digest: string;
  readonly result: Canonical;
}

/** An id may hold any text; its escaped form has no slash. */
const paths = Object.freeze({
  document: (kind: string, id: string) => `document/${kind}/${encodeURIComponent(id)}`,
  result: ({ requestId, principal }: ChangeRequest) => `result/${encodeURIComponent(requestId)}/${principal}`,
});

/** Escaped ids are ASCII below this, so it ends the range of a kind. */
const afterIds = '\x7f';

/** JSON documents in the authenticated rows: what is known beside keys, such as principals, policies and approvals. */
export class DocumentRows implements Documents {
  readonly #rows: AuthenticatedRows;

  constructor(rows: AuthenticatedRows) {
    this.#rows = rows;
  }

  async get<Value>(kind: string, id: string): Promise<Value | undefined> {
    return this.#read<Value>(kind, id);
  }

  async list<Value>(kind: string, { after, limit }: DocumentQuery): Promise<ListedDocument<Value>[]> {
    const start = paths.document(kind, '');
    const from = after === undefined ? start : `${paths.document(kind, after)}\0`;
    return this.#rows.pathsBetween(from, start + afterIds, limit).map((path) => {
      const id = decodeURIComponent(path.slice(start.length));
      return { id, value: this.#read<Value>(kind, id) as Value };
    });
  }

  async result<Result>(request: ChangeRequest): Promise<Result | undefined> {
    return this.#earlier<Result>(request);
  }

  async change<Result>(work: (changes: DocumentChanges) => Result, request?: ChangeRequest): Promise<Result> {
    if (request !== undefined) {
      const earlier = this.#earlier<Result>(request);
      if (earlier !== undefined) return earlier;
      request.requireCurrent?.();
    }
    return this.#rows.change((rows) => {
      const result = work(this.#changes(rows));
      if (request !== undefined) {
        rows.put(paths.result(request), canonicalBytes({ digest: request.requestDigest, result: result as Canonical }));
      }
      return result;
    });
  }

  #changes(rows: RowChanges): DocumentChanges {
    return {
      get: (kind, id) => jsonAt(rows, paths.document(kind, id)),
      put: (kind, id, value) => rows.put(paths.document(kind, id), canonicalBytes(value as Canonical)),
      delete: (kind, id) => rows.delete(paths.document(kind, id)),
    };
  }

  #earlier<Result>(request: ChangeRequest): Result | undefined {
    const stored = jsonAt<StoredResult>(this.#rows, paths.result(request));
    if (stored === undefined) return undefined;
    if (stored.digest !== request.requestDigest) throw new SidecarError('request_conflict', request.requestId);
    return stored.result as Result;
  }

  #read<Value>(kind: string, id: string): Value | undefined {
    return jsonAt<Value>(this.#rows, paths.document(kind, id));
  }
}

/** The row's JSON; its shape is ours because its bytes are proven. */
function jsonAt<Value>(rows: ReadRows, path: string): Value | undefined {
  const bytes = rows.read(path);
  return bytes && (JSON.parse(bytes.toString('utf8')) as Value);
}

import type { JWK } from 'jose';
import { ConfigReader, type MemberReaders } from './config-reader.ts';

/** Signature algorithms of accepted tokens. Symmetric ones are not among them: whoever verifies could also sign. */
export const tokenAlgorithms = Object.freeze(['EdDSA', 'ES256', 'ES384', 'PS256', 'ML-DSA-65'] as const);
export type TokenAlgorithm = (typeof tokenAlgorithms)[number];

/** Seconds that the lifetime of any token can have. */
export const longestLifetimeSeconds = 86_400;
/** Seconds that the clocks can differ. */
export const largestToleranceSeconds = 300;

/** One trusted issuer of JWTs. */
export interface Issuer {
  /** How credential rules call it. */
  readonly name: string;
  /** The `iss` of its tokens. */
  readonly issuer: string;
  /** What `aud` of a token must hold one of. */
  readonly audience: readonly string[];
  readonly algorithms: readonly TokenAlgorithm[];
  readonly keys: IssuerKeys;
  readonly maxLifetimeSeconds: number;
  readonly clockToleranceSeconds: number;
  /** Only tokens that are bound to the connection (`cnf.x5t#S256` or `uid`) are accepted. */
  readonly requireBinding: boolean;
}

/** Where the public keys of an issuer are. */
export type IssuerKeys =
  | { readonly kind: 'inline'; readonly jwks: readonly JWK[] }
  /** Name of a file in the configuration folder, or a whole path. */
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'url'; readonly url: URL };

interface IssuerMembers {
  readonly name: string;
  readonly issuer: string;
  readonly audience: readonly string[];
  readonly algorithms?: readonly TokenAlgorithm[];
  readonly jwks?: readonly JWK[];
  readonly jwksFile?: string;
  readonly jwksUrl?: URL;
  readonly maxLifetimeSeconds?: number;
  readonly clockToleranceSeconds?: number;
  readonly requireBinding?: boolean;
}

const plainText = /^[ -~]{1,256}$/;
const mostIssuers = 100;
const mostKeys = 100;

const readers: MemberReaders<IssuerMembers> = {
  name: (it) => it.text(plainText),
  issuer: (it) => it.text(plainText),
  audience: (it) => it.elements(16).map((audience) => audience.text(plainText)),
  algorithms: (it) => it.elements(tokenAlgorithms.length).map((algorithm) => algorithm.oneOf(tokenAlgorithms)),
  jwks: readJwks,
  jwksFile: (it) => it.text(/^[ -~]{1,1024}$/),
  jwksUrl: readUrl,
  maxLifetimeSeconds: (it) => it.integer(1, longestLifetimeSeconds),
  clockToleranceSeconds: (it) => it.integer(0, largestToleranceSeconds),
  requireBinding: (it) => it.boolean(),
};

/**
 * Reads the text of `issuers.json`: `{"issuers": [{"name", "issuer", "audience": [...], "algorithms"?: [...], "jwks" |
 * "jwksFile" | "jwksUrl", "maxLifetimeSeconds"?: 3600, "clockToleranceSeconds"?: 30, "requireBinding"?: false}]}`.
 *
 * @throws SidecarError `config_invalid` with the JSON pointer of the first misfit
 */
export function parseIssuers(text: string): readonly Issuer[] {
  const root = ConfigReader.parse('issuers.json', text);
  root.allowOnly(['issuers']);
  const members = root.member('issuers').elements(mostIssuers);
  const issuers = members.map(readIssuer);
  const taken = new Set<string>();
  for (const [index, { name, issuer }] of issuers.entries()) {
    for (const claim of [`name ${name}`, `issuer ${issuer}`]) {
      if (taken.has(claim)) throw root.misfit(`${claim} is already taken`, `/issuers/${index}`);
      taken.add(claim);
    }
  }
  return issuers;
}

function readIssuer(reader: ConfigReader): Issuer {
  const members = reader.object(readers, ['name', 'issuer', 'audience']);
  reader.onlyOneOf(['jwks', 'jwksFile', 'jwksUrl']);
  const { name, issuer, audience, algorithms = tokenAlgorithms } = members;
  if (audience.length === 0) throw reader.member('audience').misfit('no audience');
  if (algorithms.length === 0) throw reader.member('algorithms').misfit('no algorithm');
  return {
    name,
    issuer,
    audience,
    algorithms,
    keys: keysOf(members),
    maxLifetimeSeconds: members.maxLifetimeSeconds ?? 3600,
    clockToleranceSeconds: members.clockToleranceSeconds ?? 30,
    requireBinding: members.requireBinding ?? false,
  };
}

function keysOf({ jwks = [], jwksFile, jwksUrl }: IssuerMembers): IssuerKeys {
  if (jwksFile !== undefined) return { kind: 'file', path: jwksFile };
  return jwksUrl === undefined ? { kind: 'inline', jwks } : { kind: 'url', url: jwksUrl };
}

/** An RFC 7517 key set: what is not a public key does not belong into a configuration. */
function readJwks(reader: ConfigReader): readonly JWK[] {
  const keys = reader.member('keys').elements(mostKeys);
  if (keys.length === 0) throw reader.misfit('no key', '/keys');
  return keys.map((key) => {
    for (const secret of ['d', 'k', 'priv']) {
      if (key.optional(secret) !== undefined) throw key.misfit('not a public key', `/${secret}`);
    }
    key.member('kty').text(/^(?:OKP|EC|RSA|AKP)$/);
    return key.anything() as JWK;
  });
}

/** Whoever can change the keys on their way can be anyone. */
function readUrl(reader: ConfigReader): URL {
  const url = URL.parse(reader.text(/^https?:\/\/[!-~]{1,1024}$/));
  if (url === null) throw reader.misfit('not a URL');
  if (url.username !== '' || url.password !== '') throw reader.misfit('no credentials in a URL');
  const isLocal = /^(?:127(?:\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol === 'http:' && !isLocal) throw reader.misfit('http only to a loopback address, otherwise https');
  return url;
}

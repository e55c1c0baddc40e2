import type { ConfigHost } from './serve-config.ts';

/** A configuration has some hundred lines; this is a hundred times that. */
const configBytesMax = 256 * 1024;

/** This host, this user, this environment. */
export async function configHost(): Promise<ConfigHost> {
  const { defaultPlaces, readConfigBytes } = await import('@ferrohsm/sidecar');
  const uid = process.geteuid?.() ?? 0;
  return {
    environment: process.env,
    places: defaultPlaces(process.env, uid),
    read: (path) => readConfigBytes(path, uid, configBytesMax),
  };
}

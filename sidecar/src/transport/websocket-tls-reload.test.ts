import { appendFileSync, chmodSync, copyFileSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import {
  authority,
  clearPlace,
  client,
  identity,
  install,
  makePlace,
  open,
  place,
  removeCertificates,
  serialOf,
  server,
  serverNames,
  start,
  stranger,
} from './test-tls.ts';

beforeEach(makePlace);
afterEach(clearPlace);
afterAll(removeCertificates);

describe('changed files', () => {
  it('another certificate is served, still with TLS 1.3 only and a client certificate', async () => {
    const { url, accepted, errors } = await start();
    const before = await open(url);
    expect(before.serial).toBe(serialOf(server));
    const next = authority.issue('next', serverNames);
    install(next);
    let serial = before.serial;
    while (serial !== serialOf(next)) serial = (await open(url)).serial;
    expect((await open(url, {})).outcome).toBe('alert certificate required');
    expect((await open(url, { ...identity(client), maxVersion: 'TLSv1.2' })).outcome).toBe('alert protocol version');
    before.socket.send('{"hello":1}');
    await new Promise((resolve) => before.socket.once('message', resolve));
    expect(accepted[0]?.frames).toHaveLength(1);
    expect(errors).toEqual([]);
  });

  it.each<[string, (files: { certificate: string; privateKey: string; clientCa: string; crl: string }) => void]>([
    [
      'a broken certificate',
      ({ certificate }) => writeFileSync(certificate, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'),
    ],
    ['an empty list of authorities', ({ clientCa }) => writeFileSync(clientCa, '')],
    ['the key of another certificate', ({ privateKey }) => copyFileSync(client.privateKey, privateKey)],
    ['a key that others may read', ({ privateKey }) => chmodSync(privateKey, 0o644)],
    ['a broken revocation list', ({ crl }) => writeFileSync(crl, readFileSync(crl, 'utf8').replace('\nM', '\nN'))],
    ['a missing file', ({ clientCa }) => renameSync(clientCa, `${clientCa}.old`)],
  ])('%s leaves the old ones in use and is told', async (_, spoil) => {
    const { url, tls, errors, failed } = await start({ list: true });
    const before = await open(url);
    spoil(tls as Required<typeof tls>);
    await failed;
    expect(errors).toEqual([expect.objectContaining({ code: 'config_invalid' })]);
    expect(String(errors)).not.toContain(place.folder);
    const after = await open(url);
    expect([after.outcome, after.serial]).toEqual(['open', serialOf(server)]);
    expect(before.socket.readyState).toBe(WebSocket.OPEN);
  });

  it('a new revocation list ends the open connection of what it revokes, and no other', async () => {
    const { url, tls, accepted } = await start({ list: true });
    const [leaving, staying] = [authority.issue('leaving'), await open(url)];
    const open1 = await open(url, identity(leaving));
    expect(open1.outcome).toBe('open');
    authority.revoke(leaving);
    authority.writeList(tls.crl ?? '');
    await open1.closed;
    await accepted[1]?.closed;
    expect((await open(url, identity(leaving))).outcome).not.toBe('open');
    expect((await open(url)).outcome).toBe('open');
    expect(staying.socket.readyState).toBe(WebSocket.OPEN);
  });

  it('an authority in between comes from the client or from the files; without it the client is refused', async () => {
    const { url, tls, accepted, errors } = await start();
    const between = authority.issue('between', { isAuthority: true });
    const far = authority.issue('far', { issuer: between });
    const opened = await open(url, identity(far));
    expect(opened.outcome).toBe('open');
    expect(accepted[0]?.connection.peer).toMatchObject({ certificate: { subject: 'CN=far' } });
    const [leaf = ''] = readFileSync(far.certificate, 'utf8').split(/(?<=END CERTIFICATE-----\n)/);
    const alone = { ...identity(far), cert: leaf };
    expect((await open(url, alone)).outcome).toBe('ECONNRESET');
    appendFileSync(tls.clientCa, readFileSync(between.certificate));
    while ((await open(url, alone)).outcome !== 'open') expect(errors).toEqual([]);
    expect(opened.socket.readyState).toBe(WebSocket.OPEN);
  });

  it('an authority that is taken out takes its connections along, through a swapped link', async () => {
    const link = join(place.folder, 'authorities.pem');
    const both = join(place.folder, 'both.pem');
    writeFileSync(both, [authority, stranger].map(({ certificate }) => readFileSync(certificate, 'utf8')).join(''));
    symlinkSync(both, link);
    const { url, accepted } = await start({ clientCa: link });
    const staying = await open(url);
    const leaving = await open(url, identity(stranger.issue('other')));
    expect([staying.outcome, leaving.outcome]).toEqual(['open', 'open']);
    symlinkSync(authority.certificate, `${link}.new`);
    renameSync(`${link}.new`, link);
    await leaving.closed;
    await accepted[1]?.closed;
    expect(staying.socket.readyState).toBe(WebSocket.OPEN);
  });
});

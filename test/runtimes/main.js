// usage: main.js '{"socket":…}' or '{"url":…,"token":…}' PREFIX; prints the runtime's name and the results as JSON.
import process from 'node:process';
import * as portable from '@ferrohsm/sdk';
import { Envelope } from '@ferrohsm/sdk/envelope';
import * as node from '@ferrohsm/sdk/node';
import { runSuite } from './suite.js';

const [, , place, prefix] = process.argv;
const options = JSON.parse(place);
// Node 20 has no WebSocket.
if (options.url !== undefined && globalThis.WebSocket === undefined) options.webSocket = (await import('ws')).WebSocket;

const isSocket = options.url === undefined;
const sdk = isSocket ? node : portable;
const nobody = isSocket ? { socket: '/nobody/listens/here.sock' } : { url: 'ws://127.0.0.1:4' };
const connect = (changes) => sdk.connect({ ...options, ...changes });
// An idle Unix socket does not keep the process alive: this one is left open.
if (isSocket) await connect({});
const results = await runSuite({ ...sdk, Envelope, connect, nobody }, prefix);

// Deno and Bun claim to be a Node, too.
const { deno, bun, node: nodeVersion } = process.versions;
const runtime = (deno && 'Deno') ?? (bun && 'Bun') ?? `Node ${nodeVersion.split('.')[0]}`;
console.log(JSON.stringify({ runtime, results }));

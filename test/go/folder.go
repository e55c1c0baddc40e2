package main

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// folder is a log in the layout of C2SP tlog-tiles.
type folder string

func (f folder) Height() int { return tileHeight }

func (f folder) SaveTiles(tiles []tlog.Tile, data [][]byte) {}

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		data, err := f.readTile(tile)
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

// readTile reads the file of a tile; the layout of Go's checksum database differs in these two prefixes only.
func (f folder) readTile(tile tlog.Tile) ([]byte, error) {
	path := strings.Replace(tile.Path(), "tile/8/data/", "tile/entries/", 1)
	return os.ReadFile(filepath.Join(string(f), strings.Replace(path, "tile/8/", "tile/", 1)))
}

// hashTree computes the hashes of the whole tree from the entries alone, for pruned ones from the hashes of their bundles.
func (f folder) hashTree(minimum, size int64) (storedHashes, error) {
	hashes := make(storedHashes)
	for first := int64(0); first < minimum; first += bundleWidth {
		hash, err := f.readBundleHash(first/bundleWidth, size)
		if err != nil {
			return nil, err
		}
		hashes.addNode(tileHeight, first/bundleWidth, hash)
	}
	for first := minimum; first < size; first += bundleWidth {
		entries, err := f.readEntries(first, size)
		if err != nil {
			return nil, err
		}
		for i, entry := range entries {
			hashes.addNode(0, first+int64(i), tlog.RecordHash(entry))
		}
	}
	return hashes, nil
}

// readBundleHash reads the hash over a full bundle from the tile of level 1.
func (f folder) readBundleHash(bundle, size int64) (tlog.Hash, error) {
	tile := tlog.Tile{H: tileHeight, L: 1, N: bundle / bundleWidth, W: bundleWidth}
	if bundles := size/bundleWidth - tile.N*bundleWidth; bundles < bundleWidth {
		tile.W = int(bundles)
	}
	data, err := f.readTile(tile)
	if err != nil {
		return tlog.Hash{}, err
	}
	return tlog.HashFromTile(tile, data, tlog.StoredHashIndex(tileHeight, bundle))
}

// readEntries reads the bundle that begins with the entry first.
func (f folder) readEntries(first, size int64) ([][]byte, error) {
	bundle := tlog.Tile{H: tileHeight, L: -1, N: first / bundleWidth, W: bundleWidth}
	if size-first < int64(bundle.W) {
		bundle.W = int(size - first)
	}
	data, err := f.readTile(bundle)
	if err != nil {
		return nil, err
	}
	var entries [][]byte
	for len(data) > 0 {
		if len(data) < 2 || len(data)-2 < int(binary.BigEndian.Uint16(data)) {
			return nil, fmt.Errorf("%s: cut off", bundle.Path())
		}
		end := 2 + int(binary.BigEndian.Uint16(data))
		entries = append(entries, data[2:end])
		data = data[end:]
	}
	if len(entries) != bundle.W {
		return nil, fmt.Errorf("%s: holds %d entries", bundle.Path(), len(entries))
	}
	return entries, nil
}

// storedHashes holds the hashes of a tree by their tlog.StoredHashIndex, without those below pruned bundles.
type storedHashes map[int64]tlog.Hash

// addNode adds the next node of a level, and those above that it completes.
func (s storedHashes) addNode(level int, index int64, hash tlog.Hash) {
	s[tlog.StoredHashIndex(level, index)] = hash
	if index%2 == 1 {
		s.addNode(level+1, index/2, tlog.NodeHash(s[tlog.StoredHashIndex(level, index-1)], hash))
	}
}

func (s storedHashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		hash, found := s[index]
		if !found {
			return nil, fmt.Errorf("no hash %d: it is not in the tree, or was pruned", index)
		}
		hashes[i] = hash
	}
	return hashes, nil
}

// root is the one of RFC 6962 section 2.1; tlog says zeros for the empty tree, which its hash is not.
func (s storedHashes) root(size int64) (tlog.Hash, error) {
	if size == 0 {
		return sha256.Sum256(nil), nil
	}
	return tlog.TreeHash(size, s)
}

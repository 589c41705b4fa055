// A stranger to our code: Go's own note and tlog packages, fed with what we publish.
//
// Every question is one JSON value on standard input, every answer one on standard output.
package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type signature struct {
	Name   string
	Hash   uint32
	Base64 string
}

type opened struct {
	Text       string
	Verified   []signature
	Unverified []signature
	Problem    string
}

// proof speaks of leaf A in a tree of B (inclusion), or of tree A as the beginning of B.
type proof struct {
	Kind    string
	A, B    int64
	First   tlog.Hash // the leaf, or the root of the older tree
	Root    tlog.Hash
	Hashes  []tlog.Hash
	Problem string
}

func main() {
	log.SetFlags(0)
	questions := map[string]func(json.RawMessage) (interface{}, error){
		"open": open, "sign": sign, "read": read, "judge": judge, "make": makeLog,
	}
	answer, known := questions[os.Args[1]]
	if !known {
		log.Fatalf("unknown question %q", os.Args[1])
	}
	var question json.RawMessage
	must(json.NewDecoder(os.Stdin).Decode(&question))
	value, err := answer(question)
	must(err)
	must(json.NewEncoder(os.Stdout).Encode(value))
}

// open answers what Go's note package finds in a note, given the keys to trust.
func open(question json.RawMessage) (interface{}, error) {
	var asked struct {
		Note  string
		VKeys []string
	}
	if err := json.Unmarshal(question, &asked); err != nil {
		return nil, err
	}
	found, err := openNote(asked.Note, asked.VKeys...)
	if err != nil {
		return opened{Problem: err.Error()}, nil
	}
	return opened{Text: found.Text, Verified: signatures(found.Sigs), Unverified: signatures(found.UnverifiedSigs)}, nil
}

// sign has Go's note package sign a text with a private key as our key files hold it.
func sign(question json.RawMessage) (interface{}, error) {
	var asked struct{ Text, SKey string }
	if err := json.Unmarshal(question, &asked); err != nil {
		return nil, err
	}
	signer, err := note.NewSigner(asked.SKey)
	if err != nil {
		return nil, err
	}
	signed, err := note.Sign(&note.Note{Text: asked.Text}, signer)
	return string(signed), err
}

// read walks a log's folder as a client of the log would, from its checkpoint down, and
// answers with the proofs it made and checked itself.
func read(question json.RawMessage) (interface{}, error) {
	var asked struct {
		Folder, VKey string
		Pairs        [][2]int64
	}
	if err := json.Unmarshal(question, &asked); err != nil {
		return nil, err
	}
	signed, err := os.ReadFile(filepath.Join(asked.Folder, "checkpoint"))
	if err != nil {
		return nil, err
	}
	found, err := openNote(string(signed), asked.VKey)
	if err != nil {
		return nil, err
	}
	tree, err := parse(found.Text)
	if err != nil {
		return nil, err
	}
	hashes := tlog.TileHashReader(tree, &folder{asked.Folder})
	if err := checkEntries(asked.Folder, tree.N, hashes); err != nil {
		return nil, err
	}
	return prove(hashes, asked.Pairs)
}

// judge answers for each proof of ours whether Go's tlog package accepts it.
func judge(question json.RawMessage) (interface{}, error) {
	var proofs []proof
	if err := json.Unmarshal(question, &proofs); err != nil {
		return nil, err
	}
	verdicts := []bool{}
	for _, p := range proofs {
		verdicts = append(verdicts, check(p) == nil)
	}
	return verdicts, nil
}

// makeLog writes a log of its own into a folder: tiles, checkpoint, proofs.
func makeLog(question json.RawMessage) (interface{}, error) {
	var asked struct {
		Folder, Name string
		Size         int64
		Pairs        [][2]int64
	}
	if err := json.Unmarshal(question, &asked); err != nil {
		return nil, err
	}
	var stored []tlog.Hash
	hashes := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		list := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			list[i] = stored[index]
		}
		return list, nil
	})
	for n := int64(0); n < asked.Size; n++ {
		more, err := tlog.StoredHashes(n, []byte(fmt.Sprintf("record %d", n)), hashes)
		if err != nil {
			return nil, err
		}
		stored = append(stored, more...)
	}
	for _, tile := range tlog.NewTiles(8, 0, asked.Size) {
		data, err := tlog.ReadTileData(tile, hashes)
		if err != nil {
			return nil, err
		}
		path := filepath.Join(asked.Folder, tilePath(tile))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return nil, err
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			return nil, err
		}
	}
	skey, vkey, err := note.GenerateKey(rand.Reader, asked.Name)
	if err != nil {
		return nil, err
	}
	signer, err := note.NewSigner(skey)
	if err != nil {
		return nil, err
	}
	root, err := tlog.TreeHash(asked.Size, hashes)
	if err != nil {
		return nil, err
	}
	text := fmt.Sprintf("%s\n%d\n%s\n", asked.Name, asked.Size, root)
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	if err != nil {
		return nil, err
	}
	proofs, err := prove(hashes, asked.Pairs)
	return struct {
		Note, SKey, VKey string
		Proofs           []proof
	}{string(signed), skey, vkey, proofs}, err
}

// prove makes for each pair (a, b), a < b, the inclusion of leaf a in b and, where a > 0, the
// consistency of a with b, and checks both at once.
func prove(hashes tlog.HashReader, pairs [][2]int64) ([]proof, error) {
	proofs := []proof{}
	for _, pair := range pairs {
		a, b := pair[0], pair[1]
		root, err := tlog.TreeHash(b, hashes)
		if err != nil {
			return nil, err
		}
		leaf, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, a)})
		if err != nil {
			return nil, err
		}
		record, err := tlog.ProveRecord(b, a, hashes)
		if err != nil {
			return nil, err
		}
		proofs = append(proofs, proof{Kind: "inclusion", A: a, B: b, First: leaf[0], Root: root, Hashes: record})
		if a == 0 {
			continue
		}
		old, err := tlog.TreeHash(a, hashes)
		if err != nil {
			return nil, err
		}
		tree, err := tlog.ProveTree(b, a, hashes)
		if err != nil {
			return nil, err
		}
		proofs = append(proofs, proof{Kind: "consistency", A: a, B: b, First: old, Root: root, Hashes: tree})
	}
	for _, p := range proofs {
		if err := check(p); err != nil {
			return nil, fmt.Errorf("%s %d %d: %v", p.Kind, p.A, p.B, err)
		}
	}
	return proofs, nil
}

func check(p proof) error {
	if p.Kind == "inclusion" {
		return tlog.CheckRecord(p.Hashes, p.B, p.Root, p.A, p.First)
	}
	return tlog.CheckTree(p.Hashes, p.B, p.Root, p.A, p.First)
}

// checkEntries reads every entry bundle and compares each entry with its proved leaf hash.
func checkEntries(path string, size int64, hashes tlog.HashReader) error {
	for first := int64(0); first < size; first += 256 {
		width := size - first
		if width > 256 {
			width = 256
		}
		tile := tlog.Tile{H: 8, L: 0, N: first / 256, W: int(width)}
		name := strings.Replace(tilePath(tile), "tile/0/", "tile/entries/", 1)
		data, err := os.ReadFile(filepath.Join(path, name))
		if err != nil {
			return err
		}
		var indexes []int64
		for n := first; n < first+width; n++ {
			indexes = append(indexes, tlog.StoredHashIndex(0, n))
		}
		leaves, err := hashes.ReadHashes(indexes)
		if err != nil {
			return err
		}
		for n, leaf := range leaves {
			length := int(binary.BigEndian.Uint16(data))
			if tlog.RecordHash(data[2:2+length]) != leaf {
				return fmt.Errorf("entry %d is not what its leaf hash says", first+int64(n))
			}
			data = data[2+length:]
		}
		if len(data) != 0 {
			return fmt.Errorf("%s holds %d bytes too many", name, len(data))
		}
	}
	return nil
}

func openNote(text string, vkeys ...string) (*note.Note, error) {
	var verifiers []note.Verifier
	for _, vkey := range vkeys {
		verifier, err := newVerifier(vkey)
		if err != nil {
			return nil, err
		}
		verifiers = append(verifiers, verifier)
	}
	return note.Open([]byte(text), note.VerifierList(verifiers...))
}

// newVerifier knows one kind of key more than Go's note package: a witness's (0x04).
func newVerifier(vkey string) (note.Verifier, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, fmt.Errorf("malformed verifier key")
	}
	typed, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(typed) != 33 || typed[0] != 4 {
		return note.NewVerifier(vkey)
	}
	id := sha256.Sum256(append([]byte(parts[0]+"\n"), typed...))
	return &cosigner{parts[0], binary.BigEndian.Uint32(id[:]), typed[1:]}, nil
}

// cosigner verifies cosignature/v1 lines when note.Open asks it to.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (c *cosigner) Name() string    { return c.name }
func (c *cosigner) KeyHash() uint32 { return c.hash }

func (c *cosigner) Verify(text, signed []byte) bool {
	if len(signed) != 8+ed25519.SignatureSize {
		return false
	}
	seconds := binary.BigEndian.Uint64(signed)
	message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", seconds, text)
	return ed25519.Verify(c.key, []byte(message), signed[8:])
}

func signatures(list []note.Signature) []signature {
	found := []signature{}
	for _, one := range list {
		found = append(found, signature{one.Name, one.Hash, one.Base64})
	}
	return found
}

func parse(text string) (tlog.Tree, error) {
	lines := strings.Split(text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

// tilePath says where C2SP puts a tile that Go's package names with its height.
func tilePath(tile tlog.Tile) string {
	return strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
}

type folder struct{ path string }

func (f *folder) Height() int { return 8 }

func (f *folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var list [][]byte
	for _, tile := range tiles {
		data, err := os.ReadFile(filepath.Join(f.path, tilePath(tile)))
		if err != nil {
			return nil, err
		}
		list = append(list, data)
	}
	return list, nil
}

func (f *folder) SaveTiles([]tlog.Tile, [][]byte) {}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

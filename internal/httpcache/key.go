package httpcache

import (
	"bytes"
	"compress/gzip"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
)

// magic is the first line of every entry. Its number changes with the format, and with it all names.
const magic = "digest-httpcache 1\n"

// Key is what an entry is found and read with.
type Key struct {
	name   string // of the file
	secret []byte // that seals it
}

const nameLen = 2 * sha256.Size // hexadecimal digits

// NewKey returns the key of a request under a secret, such as the token it carries. An empty secret is for what anybody
// may read. It is made of the address and of all headers: so a server's Vary, whatever it names, has no two answers
// under one key. Validators must not be among the headers yet.
//
// Who has the folder and not the secret learns neither from the name nor from the file what was asked or answered; a
// folder may end up in a backup, or in a build's cache that others can read.
func NewKey(secret string, req *http.Request) Key {
	root := hash([]byte(secret), describe(req))
	return Key{name: hex.EncodeToString(hash(root, "name")), secret: hash(root, "seal")}
}

// describe writes a request so that no two different ones read the same: everything is quoted.
func describe(req *http.Request) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s%q %q\n", magic, req.Method, req.URL.String())
	names := make([]string, 0, len(req.Header))
	for name := range req.Header {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(&b, "%q %q\n", name, req.Header[name])
	}
	return b.String()
}

func hash(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// box returns what an entry is sealed with. Every name has a box of its own, which opens no other entry.
func (k Key) box() (cipher.AEAD, error) {
	block, err := aes.NewCipher(k.secret)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// seal writes an entry: the magic line, and sealed and compressed a line of JSON, which is
// the headers, and the body.
func (k Key) seal(e Entry) ([]byte, error) {
	box, err := k.box()
	if err != nil {
		return nil, err
	}
	var plain bytes.Buffer
	z, err := gzip.NewWriterLevel(&plain, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(json.NewEncoder(z).Encode(e.Header), copyTo(z, e.Body), z.Close()); err != nil {
		return nil, err
	}
	return box.Seal([]byte(magic), nil, plain.Bytes(), []byte(magic)), nil
}

func copyTo(w io.Writer, data []byte) error {
	_, err := w.Write(data)
	return err
}

// open reads what seal wrote.
func (k Key) open(data []byte) (Entry, error) {
	sealed, ok := bytes.CutPrefix(data, []byte(magic))
	if !ok {
		return Entry{}, errOdd
	}
	box, err := k.box()
	if err != nil {
		return Entry{}, err
	}
	plain, err := box.Open(nil, nil, sealed, []byte(magic))
	if err != nil {
		return Entry{}, errors.New("damaged")
	}
	z, err := gzip.NewReader(bytes.NewReader(plain))
	if err != nil {
		return Entry{}, err
	}
	// Without a secret anybody who knows the address can seal: what comes out is bounded.
	text, err := io.ReadAll(io.LimitReader(z, maxFile))
	if err != nil {
		return Entry{}, err
	}
	head, body, _ := bytes.Cut(text, []byte("\n"))
	e := Entry{Body: body}
	if err := json.Unmarshal(head, &e.Header); err != nil || e.Header == nil || len(body) > maxEntry {
		return Entry{}, errOdd
	}
	return e, nil
}

package publish

import (
	"crypto/sha1"
	"fmt"
)

// blobOID is the name that git gives to a file with these bytes. It says whether two files are the same; nothing is
// trusted because of it.
func blobOID(data []byte) string {
	h := sha1.New()
	fmt.Fprintf(h, "blob %d\x00", len(data))
	h.Write(data)
	return fmt.Sprintf("%x", h.Sum(nil))
}

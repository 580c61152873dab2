package tariff

import (
	"fmt"
	"io"
)

// maxInput is how much usage is read at once, in bytes. A year of half-hours of ten
// registers takes half of it.
const maxInput = 32 << 20

// bounded returns a reader of what is not longer than maxInput; of what is, reading
// ends with an error that says so.
func bounded(r io.Reader) io.Reader { return &boundedReader{r: r, left: maxInput} }

type boundedReader struct {
	r    io.Reader
	left int64
}

func (b *boundedReader) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, fmt.Errorf("holds more than %d MiB: give it in parts, each of some months", maxInput>>20)
	}
	return n, err
}

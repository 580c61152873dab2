package pages

import (
	"fmt"
	"strings"

	"github.com/skip2/go-qrcode"
)

// A qr is a QR code, ISO/IEC 18004, as one path of an SVG picture.
type qr struct {
	Size int // modules on a side, the quiet zone of 4 included
	Path string
}

// drawQR draws a text that a phone's camera reads, with the error correction of
// level M: 15 % may be hidden.
func drawQR(text string) (qr, error) {
	code, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return qr{}, fmt.Errorf("draw qr code: %w", err)
	}
	modules := code.Bitmap()
	var b strings.Builder
	for y, row := range modules {
		for x := 0; x < len(row); x++ {
			begin := x
			for x < len(row) && row[x] {
				x++
			}
			if x > begin {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", begin, y, x-begin, x-begin)
			}
		}
	}
	return qr{len(modules), b.String()}, nil
}

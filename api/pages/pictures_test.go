//go:build pictures

package pages

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestPictures keeps pictures of the pages in the folder FOYER_PICTURES, for a person
// to look at: the first screen and the whole page, on a phone and on a desk, and on
// paper. FOYER_PICTURE is a part of the names of those to keep.
func TestPictures(t *testing.T) {
	out := os.Getenv("FOYER_PICTURES")
	b, s := chromium(t), site(t)
	all := drawings(t, s)
	base := gallery(t, s, all)
	keep := func(name string, png []byte) {
		if err := os.WriteFile(filepath.Join(out, name+".png"), png, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, d := range all {
		if only := os.Getenv("FOYER_PICTURE"); !strings.Contains(d.Name, only) {
			continue
		}
		for _, size := range [][2]int64{{360, 740}, {1280, 800}} {
			b.size(size[0], size[1])
			b.open(base + d.Name)
			keep(fmt.Sprintf("%s-%dx%d", d.Name, size[0], size[1]), run(b, chromedp.CaptureScreenshot()))
			keep(fmt.Sprintf("%s-%d", d.Name, size[0]), run(b, chromedp.FullScreenshot(100)))
		}
		b.size(690, 1000) // A4 without its margins
		b.media("print")
		keep(d.Name+"-paper", run(b, chromedp.FullScreenshot(100)))
		b.media("")
	}
}

package main

import (
	"io"
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progressAfter is how long a command works before it shows how far it is.
const progressAfter = 2 * time.Second

// A progressBar shows on a terminal how far something is, and how long it still
// takes, once it took two seconds. Elsewhere it shows nothing.
type progressBar struct {
	to    io.Writer // nil where there is no terminal
	began time.Time

	mu   sync.Mutex
	what string
	bar  *progressbar.ProgressBar
}

func newProgressBar(w io.Writer) *progressBar {
	b := &progressBar{began: time.Now()} //nolint:forbidigo // how long a person waits at a terminal
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		b.to = w
	}
	return b
}

// show says that some of all parts are done. It may be called from several goroutines.
func (b *progressBar) show(what string, done, total int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.to == nil || time.Since(b.began) < progressAfter {
		return
	}
	if b.bar == nil || b.what != what {
		b.clear()
		b.what, b.bar = what, progressbar.NewOptions(total,
			progressbar.OptionSetWriter(b.to), progressbar.OptionSetDescription(what), progressbar.OptionShowCount(),
			progressbar.OptionSetPredictTime(true), progressbar.OptionFullWidth(), progressbar.OptionThrottle(100*time.Millisecond))
	}
	_ = b.bar.Set(done) // what cannot be drawn is no fault of the work
}

// end takes the bar away.
func (b *progressBar) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.clear()
}

func (b *progressBar) clear() {
	if b.bar != nil {
		_ = b.bar.Clear()
		b.bar = nil
	}
}

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

func init() {
	register(Property{
		IDs: []string{"S2"}, Says: "consents withdrawn under 500 requests a second, with alerts queued, streams open and exports being written",
		Full: 100, Short: 2, Round: 50, Apart: true, Run: withdrawn,
	})
}

const (
	asked  = 500                    // requests a second, as far as the machine can
	askers = 16                     // at the same time
	closed = 5 * time.Second        // from a withdrawal to the end of a stream
	onWay  = 500 * time.Millisecond // what was sent before a withdrawal may arrive so late
)

// A withdrawal is the time in which one family agrees to nothing.
type withdrawal struct {
	family *Family
	from   time.Time // when the command that withdrew had ended
}

// A watch is what reads while families withdraw.
type watch struct {
	*Desk
	gone atomic.Pointer[withdrawal] // now; nil while all agree

	answers, within, late atomic.Int64
}

// withdrawn has one family after another take everything back, in the midst of its
// export, while the machine reads as fast as it may, follows the stream, and is sent
// messages that it refuses.
func withdrawn(t *Trial) {
	box := t.receiver()
	w := &watch{Desk: t.sit(box.endpoint())}
	t.await("messages to be queued", func() bool { return box.count() >= homes })
	ctx, cancel := context.WithCancel(t.Context)
	var reading sync.WaitGroup
	t.Cleanup(func() { cancel(); reading.Wait() }) // before foyer is ended
	began := t.now()
	for i := range askers {
		reading.Go(func() { w.load(ctx, i) })
	}
	for cycle := range t.Cycles {
		w.cycle(w.families[cycle%homes], box)
	}
	took := t.now().Sub(began)
	cancel()
	reading.Wait()
	t.report.Count("S2", "answers to requests that began after a withdrawal and know the family", w.within.Load(), w.late.Load())
	t.report.Figure("S2", "requests a second while families withdraw", fmt.Sprintf("%.0f of %d", float64(w.answers.Load())/took.Seconds(), asked), w.within.Load() > 0)
	if w.late.Load() > 0 {
		t.Errorf("%d answers came too late", w.late.Load())
	}
	w.stop()
}

// load asks its part of the requests until ctx ends, each at its time: who is late asks
// at once until it is not, so that a pause takes none of them away.
func (w *watch) load(ctx context.Context, worker int) {
	line, err := dial(fmt.Sprintf("127.0.0.1:%d", w.web), w.token)
	if err != nil {
		w.t.Errorf("ask foyer: %v", err)
		return
	}
	defer line.close()
	due := time.NewTimer(time.Duration(worker) * time.Second / asked)
	defer due.Stop()
	first := w.t.now().Add(time.Duration(worker) * time.Second / asked)
	for i := 0; ; i++ {
		select {
		case <-ctx.Done():
			return
		case <-due.C:
		}
		if err := w.once(line, worker+i); err != nil {
			w.t.Errorf("ask foyer: %v", err)
			return
		}
		due.Reset(first.Add(time.Duration(i+1) * askers * time.Second / asked).Sub(w.t.now()))
	}
}

// once asks for one thing and looks whether the answer knows a family that it must not.
func (w *watch) once(line *wire, i int) error {
	began, gone := w.t.now(), w.gone.Load()
	f := w.families[i%homes]
	if gone != nil && i%2 == 0 {
		f = gone.family
	}
	path := []string{
		"/api/v1/families/" + f.id, "/api/v1/families", "/api/v1/alerts?limit=200", "/api/v1/families/" + f.id + "/usage?by=month",
		"/api/v1/alerts?limit=1", "/api/v1/families/" + f.id + "/money",
	}[i/2%6]
	status, says, err := line.ask(path)
	if err != nil {
		return err
	}
	if status != http.StatusOK && status != http.StatusNotFound {
		return fmt.Errorf("%s is answered %d", path, status)
	}
	w.answers.Add(1)
	if gone != nil && gone == w.gone.Load() && began.After(gone.from) { // wholly within
		w.within.Add(1)
		if gone.family.known(says) {
			w.late.Add(1)
			w.t.Logf("%s, asked %v after the withdrawal, knows the family", path, began.Sub(gone.from))
		}
	}
	return nil
}

// cycle has one family take everything back, and agree again.
func (w *watch) cycle(f *Family, box *inbox) {
	t := w.t
	t.await("the family to be told of", func() bool {
		_, says, err := w.ask(http.DefaultClient, "/api/v1/families/"+f.id)
		return err == nil && f.known(says)
	})
	s, e := w.follow(), w.export(f)
	t.await("the stream and the export to tell of the family", func() bool {
		return s.later(f, time.Time{}) > 0 && e.later(f, time.Time{}) > 0
	})
	queued := slices.ContainsFunc(box.since(0), f.known) && !f.withdrew
	t.wander(200 * time.Millisecond)
	w.say("withdraw", f)
	gone := &withdrawal{f, t.now()}
	w.gone.Store(gone)
	messages := box.count()
	t.report.Took("S2", "from a withdrawal to the end of an open stream", 1, closed, s.over(t).Sub(gone.from))
	t.report.Count("S2", "streams that tell of the family after its withdrawal", 1, bad(s.later(f, gone.from.Add(onWay)) > 0))
	written := e.over(t)
	whole := e.complete()
	if !whole || written.After(gone.from.Add(onWay)) { // else it was written before
		t.report.Count("S2", "exports whole that were being written at the withdrawal", 1, bad(whole))
	}
	before := w.within.Load()
	t.await("readers to read", func() bool { return w.within.Load() >= before+10 })
	told := int64(0)
	for _, m := range box.since(messages) {
		if f.known(m) && t.now().Sub(gone.from) > onWay {
			told++
		}
	}
	if queued {
		t.report.Count("S2", "families of whom a queued message was sent after their withdrawal", 1, bad(told > 0))
	}
	w.gone.Store(nil)
	f.withdrew = true
	if whole && written.After(gone.from.Add(onWay)) || told > 0 {
		t.Errorf("export whole: %t, messages: %d", whole, told)
	}
	w.say("give", f, everything...)
}

// A tail is an answer that comes bit by bit, and when each line of it came.
type tail struct {
	mu    sync.Mutex
	lines [][]byte
	at    []time.Time
	ended chan time.Time
}

// open has somebody read an answer line by line; at most a run of 4 KiB counts as one.
func (w *watch) open(c *http.Client, path, bearer string) *tail {
	req, err := http.NewRequestWithContext(w.t.Context, http.MethodGet, w.address(path), http.NoBody)
	w.t.must(err, "ask foyer")
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
		req.Header.Set("Last-Event-ID", "0")
	}
	res, err := c.Do(req) //nolint:bodyclose // who reads it to its end closes it
	w.t.must(err, "ask foyer")
	if res.StatusCode != http.StatusOK {
		w.t.Fatalf("%s is answered %s", path, res.Status)
	}
	l := &tail{ended: make(chan time.Time, 1)}
	go func() {
		defer func() { _ = res.Body.Close() }()
		in := bufio.NewReaderSize(res.Body, 4<<10)
		for err := error(nil); err == nil; {
			var line []byte
			line, err = in.ReadSlice('\n')
			if errors.Is(err, bufio.ErrBufferFull) {
				err = nil
			}
			l.mu.Lock()
			l.lines, l.at = append(l.lines, bytes.Clone(line)), append(l.at, w.t.now())
			l.mu.Unlock()
		}
		l.ended <- w.t.now()
	}()
	return l
}

// follow opens the stream of alerts, from the first on.
func (w *watch) follow() *tail {
	return w.open(&http.Client{}, "/api/v1/events", w.token)
}

// export has a family begin to take home everything that is kept about it.
func (w *watch) export(f *Family) *tail { return w.open(f.phone, "/api/v1/me/export", "") }

// over waits until an answer has ended and returns when.
func (l *tail) over(t *Trial) time.Time {
	late := time.NewTimer(time.Minute)
	defer late.Stop()
	select {
	case at := <-l.ended:
		return at
	case <-late.C:
		t.Fatal("an open answer does not end within a minute")
		return time.Time{}
	}
}

// later returns how many lines that came after an instant tell of a family.
func (l *tail) later(f *Family, after time.Time) (n int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, line := range l.lines {
		if l.at[i].After(after) && f.known(line) {
			n++
		}
	}
	return n
}

// complete reports whether an export came to its end.
func (l *tail) complete() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Contains(bytes.Join(l.lines, nil), []byte(`"complete":true`))
}

package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"foyer/internal/disclosure"
	"foyer/internal/text"
)

// How a stream of events behaves.
const (
	eventPoll      = time.Second      // how often the last step is looked at
	eventHeartbeat = 15 * time.Second // a comment, and a look whether the credential still holds
	eventDeadline  = 4 * time.Second  // for one event to be taken off our hands: less than a withdrawal may take to close the stream
	eventFresh     = time.Second      // how old what consent allowed may be when it is sent
	streamsEach    = 5                // streams of one subject
)

// streams counts the open streams of each subject.
type streams struct {
	mu   sync.Mutex
	open map[string]int
	each int // of one subject at once
}

func newStreams(each int) *streams { return &streams{open: map[string]int{}, each: each} }

// enter reports false when a subject has as many as it may.
func (s *streams) enter(subject string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[subject] >= s.each {
		return false
	}
	s.open[subject]++
	return true
}

func (s *streams) leave(subject string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[subject]--; s.open[subject] <= 0 {
		delete(s.open, subject)
	}
}

// FollowAlerts answers GET /api/v1/events.
func (s *Server) FollowAlerts(ctx context.Context, r FollowAlertsRequestObject) (FollowAlertsResponseObject, error) {
	who := callerOf(ctx)
	f := &follower{Server: s, ctx: ctx, caller: who, language: s.language(r.Params.AcceptLanguage)}
	var err error
	if r.Params.LastEventID != nil {
		f.after, err = strconv.ParseInt(*r.Params.LastEventID, 10, 64)
		if err != nil {
			return nil, invalid("/header/last-event-id", "does not read")
		}
	}
	at, err := s.Gate.Position(ctx, who.audience)
	if err != nil {
		return nil, err
	}
	f.ended = at.Ended
	if r.Params.LastEventID == nil {
		f.after = at.Step
	}
	select {
	case <-s.closing:
		return nil, failure{kind: kindUnavailable}
	default:
	}
	if !s.streams.enter(who.audience.Subject()) {
		return nil, failure{kind: kindTooMany}
	}
	return f, nil
}

// A follower is one open stream.
type follower struct {
	*Server
	ctx context.Context //nolint:containedctx // the generated interface hands the writer over without one
	caller
	language *text.Language
	after    int64 // last step sent, or looked at
	ended    int64 // how often something had ended when the stream began

	out  http.ResponseWriter
	wire *http.ResponseController
}

// errEnded ends a stream without a word: the server stops, or the credential or what
// somebody agreed to ended.
var errEnded = errors.New("stream ended")

// VisitFollowAlertsResponse runs the stream until one side has enough.
func (f *follower) VisitFollowAlertsResponse(w http.ResponseWriter) error {
	defer f.streams.leave(f.audience.Subject())
	f.metrics.streams.Inc()
	defer f.metrics.streams.Dec()
	f.out, f.wire = w, http.NewResponseController(w)
	defer f.hurry()()
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	err := f.run()
	if errors.Is(err, errEnded) || f.ctx.Err() != nil {
		return nil
	}
	return err
}

func (f *follower) run() error {
	if err := f.send("retry: 3000\n\n"); err != nil {
		return err
	}
	poll, heartbeat := time.NewTicker(eventPoll), time.NewTicker(eventHeartbeat)
	defer poll.Stop()
	defer heartbeat.Stop()
	for {
		if err := f.catchUp(); err != nil {
			return err
		}
		select {
		case <-f.closing:
			return errEnded
		case <-f.ctx.Done():
			return errEnded
		case <-poll.C:
		case <-heartbeat.C:
			if err := f.again(); err != nil {
				return err
			}
			if err := f.send(":\n\n"); err != nil {
				return err
			}
		}
	}
}

// catchUp sends the steps since the last one. Consent is asked again for what has
// waited, so that a slow reader gets nothing that was withdrawn meanwhile. Once
// anything has ended that the audience could see, the stream does too: who comes back
// reads anew what there is, and forgets the rest.
func (f *follower) catchUp() error {
	for {
		at, err := f.Gate.Position(f.ctx, f.audience)
		if err != nil {
			return err
		}
		if at.Ended != f.ended {
			return errEnded
		}
		if at.Step <= f.after {
			return nil
		}
		if err := f.again(); err != nil {
			return err
		}
		asked := f.Now()
		changes, err := f.Gate.Changes(f.ctx, f.audience, f.after)
		if err != nil {
			return err
		}
		if len(changes) == 0 { // none of the steps up to last may be seen
			f.after = at.Step
			return nil
		}
		for i, c := range changes {
			if i > 0 && f.Now().Sub(asked) > eventFresh {
				break
			}
			if err := f.tell(c); err != nil {
				return err
			}
			f.after = c.Seq
		}
	}
}

// again looks whether the credential still holds.
func (f *follower) again() error {
	select {
	case <-f.closing:
		return errEnded
	default:
	}
	aud, err := f.Gate.Authenticate(f.ctx, f.shown)
	if errors.Is(err, disclosure.ErrUnauthenticated) {
		return errEnded
	}
	if err != nil {
		return err
	}
	f.audience = aud
	return nil
}

func (f *follower) tell(c disclosure.Change) error {
	body, err := alert(c.Alert, f.language, f.now())
	if err != nil {
		return err
	}
	data, err := json.Marshal(AlertChange{Step: AlertChangeStep(c.Step), State: AlertState(c.State), At: c.At.UTC(), Alert: body})
	if err != nil {
		return fmt.Errorf("write event: %w", err)
	}
	return f.send(fmt.Sprintf("id: %d\nevent: alert\ndata: %s\n\n", c.Seq, data))
}

// hurry cuts a write short when the server is to end: a reader that takes nothing
// would hold it up. What it returns stops that and waits for it.
func (f *follower) hurry() (stop func()) {
	done, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		select {
		case <-f.closing:
			_ = f.wire.SetWriteDeadline(f.Now()) // it fails only where there is no deadline to set
		case <-done:
		}
	}()
	return func() { close(done); <-gone }
}

// send writes and flushes within the deadline of one event.
func (f *follower) send(s string) error {
	if err := f.wire.SetWriteDeadline(f.Now().Add(eventDeadline)); err != nil {
		return fmt.Errorf("write event: %w", err)
	}
	select {
	case <-f.closing: // asked after the deadline is set, so that hurry has the last word
		return errEnded
	default:
	}
	if _, err := f.out.Write([]byte(s)); err != nil {
		return errEnded // the reader is gone or too slow
	}
	if err := f.wire.Flush(); err != nil {
		return errEnded
	}
	return nil
}

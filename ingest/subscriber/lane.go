package subscriber

import (
	"sync"

	mqtt "github.com/eclipse/paho.mqtt.golang"
)

const (
	// mostWaiting is how many messages may wait to be handled, beyond what a broker
	// is to send before it has acknowledgements: paho's reader also hears whether
	// the connection lives. Mosquitto 2.0.11 under load sends sixty times its
	// max_inflight_messages; then the reader waits for room, and mosquitto for it.
	mostWaiting = 1 << 12

	// A worker decodes for as long as others commit; a few of them wait when one
	// handles messages that take long.
	mostWorkers = 16
	mostAtOnce  = 256 // messages of one worker, about
)

// Lanes hand messages to a handler, as many at once as wait, so that they share a
// commit: those of one topic in their order, and never to two workers. A topic
// without messages costs nothing.
type lanes struct {
	handle func([]mqtt.Message)
	room   chan struct{} // takes one for each message that waits

	mu      sync.Mutex
	turn    *sync.Cond       // for workers that have nothing to do
	lanes   map[string]*lane // by topic that has messages
	ready   []*lane          // that no worker has, in order
	idle    int              // workers that wait and have not been called
	workers int
	closed  bool
	working sync.WaitGroup
}

// A lane is what waits under one topic.
type lane struct {
	topic   string
	waiting []mqtt.Message
}

func newLanes(handle func([]mqtt.Message)) *lanes {
	l := &lanes{handle: handle, room: make(chan struct{}, mostWaiting), lanes: map[string]*lane{}}
	l.turn = sync.NewCond(&l.mu)
	return l
}

// put hands m over and reports whether it did. While too many wait it blocks, at
// most until quit is closed.
func (l *lanes) put(m mqtt.Message, quit <-chan struct{}) bool {
	select {
	case l.room <- struct{}{}:
	case <-quit:
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return false
	}
	if busy, ok := l.lanes[m.Topic()]; ok {
		busy.waiting = append(busy.waiting, m)
		return true
	}
	fresh := &lane{m.Topic(), []mqtt.Message{m}}
	l.lanes[fresh.topic] = fresh
	l.ready = append(l.ready, fresh)
	switch {
	case l.idle > 0:
		l.idle-- // here, and not when it wakes: the next message calls another
		l.turn.Signal()
	case l.workers < mostWorkers:
		l.workers++
		l.working.Go(l.work)
	}
	return true
}

// work handles what is ready until everything is done and nothing more can come.
func (l *lanes) work() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for {
		for len(l.ready) == 0 {
			if l.closed {
				return
			}
			l.idle++
			l.turn.Wait()
		}
		mine, batch := l.take()
		l.serve(batch)
		for _, n := range mine {
			if len(n.waiting) > 0 {
				l.ready = append(l.ready, n)
			} else {
				delete(l.lanes, n.topic)
			}
		}
	}
}

// take returns lanes that are ready and what waits in them.
func (l *lanes) take() (mine []*lane, batch []mqtt.Message) {
	for len(mine) < len(l.ready) && len(batch) < mostAtOnce {
		n := l.ready[len(mine)]
		mine, batch = append(mine, n), append(batch, n.waiting...)
		n.waiting = nil
	}
	clear(l.ready[:len(mine)])
	l.ready = l.ready[len(mine):]
	return mine, batch
}

// serve handles messages, without the lock that its caller holds.
func (l *lanes) serve(batch []mqtt.Message) {
	l.mu.Unlock()
	defer l.mu.Lock()
	for range batch {
		<-l.room
	}
	l.handle(batch)
}

// close takes nothing more and returns once everything that waited was handled.
func (l *lanes) close() {
	l.mu.Lock()
	l.closed = true
	l.turn.Broadcast()
	l.mu.Unlock()
	l.working.Wait()
}

package subscriber

import (
	"sync"

	mqtt "github.com/eclipse/paho.mqtt.golang"
)

// mostWaiting is how many messages may wait to be handled: more than any broker
// sends before it has acknowledgements, since MQTT numbers no more. Paho's reader,
// which also hears whether the connection lives, is held up beyond it alone.
const mostWaiting = 1 << 16

// Lanes hand messages to a handler: those of one topic one after the other, in
// order, and those of all topics at once, so that they share a commit. A topic
// without messages costs nothing.
type lanes struct {
	handle func(mqtt.Message)
	room   chan struct{} // takes one for each message that waits

	mu      sync.Mutex
	waiting map[string][]mqtt.Message // by topic that is being handled: what comes next
	closed  bool
	working sync.WaitGroup
}

func newLanes(handle func(mqtt.Message)) *lanes {
	return &lanes{handle: handle, room: make(chan struct{}, mostWaiting), waiting: map[string][]mqtt.Message{}}
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
	next, busy := l.waiting[m.Topic()]
	if busy {
		l.waiting[m.Topic()] = append(next, m)
		return true
	}
	l.waiting[m.Topic()] = nil
	l.working.Go(func() { l.work(m) })
	return true
}

// work handles m and what has come under its topic meanwhile.
func (l *lanes) work(m mqtt.Message) {
	topic := m.Topic()
	for batch := []mqtt.Message{m}; len(batch) > 0; batch = l.next(topic) {
		for _, m := range batch {
			<-l.room
			l.handle(m)
		}
	}
}

// next returns what waits under a topic, and forgets the topic when that is nothing.
func (l *lanes) next(topic string) []mqtt.Message {
	l.mu.Lock()
	defer l.mu.Unlock()
	batch := l.waiting[topic]
	if len(batch) == 0 {
		delete(l.waiting, topic)
		return nil
	}
	l.waiting[topic] = nil
	return batch
}

// close takes nothing more and returns once everything that waited was handled.
func (l *lanes) close() {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	l.working.Wait()
}

package indicators

import "sync"

// waiting is what the files of this package add, in their order. Some of it is read from
// the files of countries, which most processes never need: an ingester takes readings in
// and computes nothing. So nothing of it is done before somebody looks.
var waiting []func()

// add has f run before anybody looks. It is called at start only.
func add(f func()) { waiting = append(waiting, f) }

// added returns once everything was added.
var added = sync.OnceFunc(func() {
	for _, f := range waiting {
		f()
	}
	waiting = nil
})

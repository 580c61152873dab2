package main

import "time"

// spread calls do n times from several goroutines, at most rate times a second, 0 for as
// often as it can, and returns how long that took. An error ends it.
func (t *Trial) spread(n, rate int, do func(i int) error) time.Duration {
	const workers = 16
	began := t.now()
	turns, errs := make(chan int), make(chan error, workers)
	for range workers {
		go func() {
			for i := range turns {
				if err := do(i); err != nil {
					errs <- err
					return
				}
			}
			errs <- nil
		}()
	}
	ended, left := error(nil), workers
	for i := 0; i < n && ended == nil; i++ {
		if rate > 0 {
			if ahead := time.Duration(i)*time.Second/time.Duration(rate) - t.now().Sub(began); ahead > 0 {
				t.pause(ahead)
			}
		}
		select {
		case turns <- i:
		case ended = <-errs:
			left--
		}
	}
	close(turns)
	for range left {
		if err := <-errs; ended == nil {
			ended = err
		}
	}
	t.must(ended, "ask foyer")
	return t.now().Sub(began)
}

package caltrack

import "time"

// A Comfort is how long a home was too cold in a winter.
type Comfort struct {
	Below, Seen, Of time.Duration // below the limit; seen at all; the winter
}

// A Guard says when a home saved by being cold. Its figures are those of the
// contract, in percent.
type Guard struct {
	Rise     int64 // points by which the cold share of a winter may rise
	Small    int64 // share under which it may rise by more
	Coverage int64 // of each winter that a sensor has to have seen
}

// A Judgement is what a [Guard] says.
type Judgement string

// The judgements of a guard.
const (
	Kept   Judgement = "kept"   // the home was not colder
	Colder Judgement = "colder" // it was: the saving does not count
	Unseen Judgement = "unseen" // too little of a winter was seen to say
)

// Judge compares the winter of the baseline with that of the reporting period.
// Exactly the rise that is allowed is allowed; exactly the small share is not small.
func (g Guard) Judge(before, after Comfort) Judgement {
	if !before.enough(g.Coverage) || !after.enough(g.Coverage) {
		return Unseen
	}
	// In whole seconds, by cross-multiplication: a winter has 2·10⁷ of them.
	b, bs := int64(before.Below/time.Second), int64(before.Seen/time.Second)
	a, as := int64(after.Below/time.Second), int64(after.Seen/time.Second)
	if a*100 < g.Small*as || (a*bs-b*as)*100 <= g.Rise*as*bs {
		return Kept
	}
	return Colder
}

// enough reports whether a share of the winter was seen, in percent.
func (c Comfort) enough(percent int64) bool {
	return c.Seen >= time.Second && c.Of > 0 && int64(c.Seen/time.Second)*100 >= percent*int64(c.Of/time.Second)
}

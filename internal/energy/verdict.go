package energy

// A Verdict says what a reading of a counter is, judged by its neighbours in time.
type Verdict int

// The verdicts on a reading. Only the last three are not accepted.
const (
	First    Verdict = iota // nothing is known before it: a segment starts
	Normal                  // the counter went on
	Rollover                // the counter passed its last digit and went on
	Reset                   // the counter started anew: a segment starts, the energy before it is unknown
	Jump                    // the counter rose beyond its limit and stayed there: a segment starts likewise, until a person says that it was used
	Glitch                  // not what the counter stood at
	Unready                 // a zero that stands for "not known yet"
	Pending                 // a drop, a jump or a zero that too few readings follow to tell
)

// Accepted reports whether energy is measured from readings of this verdict.
func (v Verdict) Accepted() bool { return v < Glitch }

// Starts reports whether a segment starts: the energy since the reading before is unknown.
func (v Verdict) Starts() bool { return v == First || v == Reset || v == Jump }

// A Judged is a reading and what it is.
type Judged struct {
	Reading
	Verdict Verdict
	Rise    int64 // since the accepted reading before; 0 when a segment starts or Verdict is not accepted
}

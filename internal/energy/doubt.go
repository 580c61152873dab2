package energy

// A Doubt is a rise of a counter that its limit does not explain. It is not
// counted until a person says that it was used, see [Limit.Used].
type Doubt struct {
	Before Reading // the last reading that was accepted before
	After  Reading // what it rose to
	Told   bool    // the counter went on from there; else too few readings follow yet
}

// Rise returns what the counter rose by, in thousandths of the base unit.
func (d Doubt) Rise() int64 { return d.After.Value - d.Before.Value }

// Doubts returns the rises among the judged readings of one register that its limit
// does not explain, in order of time.
func Doubts(judged []Judged) []Doubt {
	var all []Doubt
	var last *Judged
	for i := range judged {
		j := &judged[i]
		if last != nil && j.Value > last.Value && (j.Verdict == Jump || j.Verdict == Pending) {
			all = append(all, Doubt{last.Reading, j.Reading, j.Verdict == Jump})
			if j.Verdict == Pending {
				break // those after it are of the same rise
			}
		}
		if j.Verdict.Accepted() {
			last = j
		}
	}
	return all
}

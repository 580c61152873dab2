package text

import "strings"

// BillLine returns the words of a line of a bill: those of its label, "bill.standing".
// A period that only a town's own tariff knows is said as use. It fails on a label that
// is no line's.
func (l *Language) BillLine(label string) (string, error) {
	if strings.HasPrefix(label, "bill.energy.") {
		return l.Or(label, "bill.energy")
	}
	return l.T(label)
}

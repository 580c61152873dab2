package opendata

import "fmt"

// An Anonymity says how well the records of an extract hide in each other.
type Anonymity struct {
	K       int // records of the smallest class of equal quasi-identifiers
	L       int // distinct sensitive values of the least diverse class
	Classes int
}

// A Record is what an extract would say of a home: its quasi-identifiers, in one
// order, and its sensitive value; one that is not known adds to no diversity.
type Record struct {
	Quasi     []string
	Sensitive *string
}

// AnonymityOf returns how well records hide. All is 0 without one.
//
// Source: Sweeney 2002; Machanavajjhala et al. 2007, distinct l-diversity.
func AnonymityOf(records []Record) Anonymity {
	sizes, values := map[string]int{}, map[string]map[string]bool{}
	for _, r := range records {
		class := fmt.Sprintf("%q", r.Quasi)
		sizes[class]++
		if values[class] == nil {
			values[class] = map[string]bool{}
		}
		if r.Sensitive != nil {
			values[class][*r.Sensitive] = true
		}
	}
	a := Anonymity{Classes: len(sizes)}
	first := true
	for class, n := range sizes {
		if first || n < a.K {
			a.K = n
		}
		if l := len(values[class]); first || l < a.L {
			a.L = l
		}
		first = false
	}
	return a
}

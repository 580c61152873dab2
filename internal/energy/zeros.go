package energy

import "time"

// stood reports whether a counter that shows zero from one time to another, n times
// in a row, is believed to be there: a dozen times over an hour, or four times over
// a day.
func stood(from, to time.Time, n int) bool {
	d := to.Sub(from)
	return n >= 12 && d >= time.Hour || n > followers && d >= 24*time.Hour
}

// zeros is the first and the last of readings of zero in a row.
type zeros struct{ first, last int }

// standing returns of each reading of zero in which row of them it is; nil without any.
func standing(rs []Reading) []zeros {
	var all []zeros
	for i := 0; i < len(rs); i++ {
		if rs[i].Value != 0 {
			continue
		}
		if all == nil {
			all = make([]zeros, len(rs))
		}
		z := zeros{i, i}
		for z.last+1 < len(rs) && rs[z.last+1].Value == 0 {
			z.last++
		}
		for ; i < z.last; i++ {
			all[i] = z
		}
		all[i] = z
	}
	return all
}

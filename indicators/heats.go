package indicators

// Days of which heating is learnt at least, and how far off the depth of winter may be that
// a day is told to be of: as two weeks sooner or later make it at the edge of the season.
const (
	fewestHeats = usualDays
	offSeason   = 0.15
)

// heats learns from days of less than a year what one costs more in the depth of winter than
// without heating, EUR, and how much of that they tell, from 0 to 1. Few days, or days of one
// season, tell nothing: it is drawn to 0, against how far they strayed from it, by how much
// a home heated by electricity that costs as much may heat. How much they tell, when winter
// comes as early or late as it may, is less where they lie close together in it.
//
// Source: ridge regression with a known variance of the factor, A. E. Hoerl and R. W.
// Kennard, Technometrics 12 (1970) 55-67; errors in a variable, W. A. Fuller, Measurement
// Error Models, 1.1.
func (h *habit) heats() (more, told float64) {
	y := yearOfHeating()
	var n, costs, depths, both, squares, strayed float64
	for i, cost := range h.costs {
		if h.valid[i] {
			x := h.depth(i)
			n, costs, depths = n+1, costs+cost, depths+x
			both, squares, strayed = both+x*cost, squares+x*x, strayed+cost*cost
		}
	}
	if n < fewestHeats || costs <= 0 {
		return 0, 0
	}
	both, squares, strayed = both-depths*costs/n, squares-depths*depths/n, strayed-costs*costs/n
	if both <= 0 || squares <= 0 {
		both, squares = 0, max(squares, 0)
	} else {
		strayed -= both * both / squares
	}
	most := costs / n * y.more / (1 + y.more*depths/n)
	spells := (1 + y.next) / (1 - y.next) // of weather
	drawn := max(strayed, 0) / n * spells / (most * most)
	return both / (squares + max(drawn, least)), squares / (squares + drawn + n*offSeason*offSeason)
}

// least keeps what divides from being nothing.
const least = 1e-9

// depth returns how deep in the heating season the i-th day is, from 0 to 1.
func (h *habit) depth(i int) float64 { return max(yearOfHeating().depth(h.day(i)), 0) }

package opendata

import "errors"

// The errors of tables.
var (
	// ErrNotProtectable refuses a table whose margins give a hidden cell back,
	// whatever else is hidden: publish it without them, or coarser.
	ErrNotProtectable = errors.New("its margins would give a hidden cell back")
	// ErrNotATable refuses counts below 0 and rows of different lengths.
	ErrNotATable = errors.New("not a table of counts")
)

// Hide says which cells of a row of counts are hidden. With its total, at least two
// are, of at least min homes together: the smallest others join, the first of equal
// ones first. A cell without homes is not hidden.
func Hide(counts []int, least int, total bool) ([]bool, error) {
	hidden := make([]bool, len(counts))
	cells, sum := 0, 0
	for i, n := range counts {
		switch {
		case n < 0:
			return nil, ErrNotATable
		case n > 0 && n < least:
			hidden[i] = true
			cells++
			sum += n
		}
	}
	for total && cells > 0 && (cells < 2 || sum < least) {
		next := -1
		for i, n := range counts {
			if !hidden[i] && n > 0 && (next < 0 || n < counts[next]) {
				next = i
			}
		}
		if next < 0 {
			return nil, ErrNotProtectable
		}
		hidden[next] = true
		cells++
		sum += counts[next]
	}
	return hidden, nil
}

// HideTable says which cells of a table of counts are hidden. With the totals of its
// rows and columns, each hidden cell is a corner of a rectangle of hidden cells, none
// of them without homes: the one that hides the fewest homes more, the first of equal
// ones by row, then by column.
//
// Source: the hypercube method for two dimensions; Eurostat IFS, 9.1.2.
func HideTable(counts [][]int, least int, totals bool) ([][]bool, error) {
	hidden := make([][]bool, len(counts))
	for i, row := range counts {
		if len(row) != len(counts[0]) {
			return nil, ErrNotATable
		}
		hidden[i] = make([]bool, len(row))
		for j, n := range row {
			if n < 0 {
				return nil, ErrNotATable
			}
			hidden[i][j] = n > 0 && n < least
		}
	}
	if !totals {
		return hidden, nil
	}
	for i, row := range counts {
		for j, n := range row {
			if n == 0 || n >= least {
				continue
			}
			k, l, ok := cheapest(counts, hidden, i, j)
			if !ok {
				return nil, ErrNotProtectable
			}
			hidden[i][l], hidden[k][j], hidden[k][l] = true, true, true
		}
	}
	return hidden, nil
}

// cheapest returns the row and the column across from a cell that hide the fewest
// homes more.
func cheapest(counts [][]int, hidden [][]bool, i, j int) (row, column int, ok bool) {
	least := 0
	for k := range counts {
		for l := range counts[k] {
			if k == i || l == j {
				continue
			}
			cost, possible := 0, true
			for _, corner := range [...][2]int{{i, l}, {k, j}, {k, l}} {
				n := counts[corner[0]][corner[1]]
				possible = possible && n > 0
				if !hidden[corner[0]][corner[1]] {
					cost += n
				}
			}
			if possible && (!ok || cost < least) {
				row, column, least, ok = k, l, cost, true
			}
		}
	}
	return row, column, ok
}

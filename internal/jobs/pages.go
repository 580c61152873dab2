package jobs

import (
	"context"
	"iter"
	"slices"

	"foyer/internal/household"
)

// pageSize is how many homes a job holds at once, with all that their figures are computed
// from: of the others it knows where they live.
const pageSize = 256

// A stage is a part of a job, read a page at a time. Those of a stage begin when those
// before have ended.
type stage struct {
	of    int                      // tasks, with those that are nil
	pages iter.Seq2[[]task, error] // nil: nothing is to be done for one
}

// paged is a stage over the homes of residences. Tasks returns those of a page's homes,
// in any order, as it is begun: fewer when nothing is to be done for some.
func paged(ctx context.Context, all []household.Residence, tasks func(ctx context.Context, page []household.Residence) ([]task, error)) stage {
	return stage{len(all), func(yield func([]task, error) bool) {
		for page := range slices.Chunk(all, pageSize) {
			var some []task
			err := alone(ctx, func(ctx context.Context) (err error) {
				some, err = tasks(ctx, page)
				return err
			})
			if !yield(append(some, make([]task, max(len(page)-len(some), 0))...), err) {
				return
			}
		}
	}}
}

// homes is a stage that does the same for each home.
func (p *Planner) homes(ctx context.Context, all []household.Residence, do func(context.Context, *household.Home) error) stage {
	return paged(ctx, all, func(ctx context.Context, page []household.Residence) ([]task, error) {
		homes, err := p.store.Homes(ctx, page)
		tasks := make([]task, len(homes))
		for i := range homes {
			tasks[i] = func(ctx context.Context) error { return do(ctx, &homes[i]) }
		}
		return tasks, err
	})
}

// once is a stage of tasks that are few.
func once(tasks ...task) stage {
	return stage{len(tasks), func(yield func([]task, error) bool) { yield(tasks, nil) }}
}

// span returns the first and the last family of a page.
func span(page []household.Residence) (first, last household.FamilyID) {
	return page[0].Family, page[len(page)-1].Family
}

// those returns the homes of a page that a list by family has something of.
func those[T any](page []household.Residence, of map[household.FamilyID]T) []household.Residence {
	var some []household.Residence
	for _, r := range page {
		if _, ok := of[r.Family]; ok {
			some = append(some, r)
		}
	}
	return some
}

// pilotsOf returns the first residence of each pilot.
func pilotsOf(all []household.Residence) []household.Residence {
	var one []household.Residence
	seen := map[string]bool{}
	for _, r := range all {
		if !seen[r.Pilot] {
			seen[r.Pilot] = true
			one = append(one, r)
		}
	}
	return one
}

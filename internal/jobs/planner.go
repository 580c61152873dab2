package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/robfig/cron/v3"

	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/tariff"
)

// Config is when the planner wakes and how much it does at once.
type Config struct {
	Schedule string  // cron line in UTC, or "@every 10s"
	Parallel int     // families at once; 0: as many as there are processors
	Archive  Archive // asked for days whose weather nobody else knows
}

// A Planner brings usage, results and alerts up to date.
type Planner struct {
	store    Store
	series   Series
	book     *tariff.Book
	alerts   Alerts
	config   Config
	schedule cron.Schedule
	now      func() time.Time
	log      *slog.Logger
	metrics  *metrics

	one     sync.Mutex // one pass at a time
	backlog backlog    // held by one
	doubted int        // likewise: rises that waited for a decision after the last pass
	ran     int64      // likewise: the run noted last
	asked   energy.Day // likewise: the day on which the archive was asked last
	called  energy.Day // likewise: the day of UTC on which messages that are missing were looked for last
	counted string     // likewise: who agreed to be counted when homes were compared last; "": not known
	summed  energy.Day // likewise: the day of UTC on which it was looked for years to count last
	priced  bool       // likewise: whether it is known which days tariffs price otherwise than before
	ahead   time.Time  // likewise: the latest world time of any pass, when the clock went back since

	progress func(Progress) // likewise: of the pass that runs; may be nil

	mu     sync.Mutex
	taught map[household.FamilyID]taught // what the last pass found out about families
	recent map[household.FamilyID]recent // likewise, of some
}

// New returns a planner. Now is the world clock; alerts may be nil.
func New(store Store, series Series, book *tariff.Book, alerts Alerts, config Config, now func() time.Time, logger *slog.Logger, reg prometheus.Registerer) (*Planner, error) {
	s, err := ParseSchedule(config.Schedule)
	if err != nil {
		return nil, err
	}
	if config.Parallel <= 0 {
		config.Parallel = runtime.GOMAXPROCS(0)
	}
	return &Planner{
		store: store, series: series, book: book, alerts: alerts, config: config, schedule: s, now: now,
		log: logger.With("component", "jobs"), metrics: newMetrics(reg), taught: map[household.FamilyID]taught{},
		recent: map[household.FamilyID]recent{}, backlog: backlog{},
	}, nil
}

// A Report says what a pass did. A family that fails fails alone and is tried
// again by the next pass.
type Report struct {
	Rolled   int   // families and pilots whose usage or climate was rolled up
	Computed int   // families with results that were due
	Results  int   // results added
	Failed   int   // of all of these
	Behind   int   // families whose past waits for the next pass, since methods changed
	Removed  int64 // rows of the records that the charter keeps no longer
}

// RunOnce brings everything up to date. It returns an error when it could not
// begin, or when ctx ended.
func (p *Planner) RunOnce(ctx context.Context) (Report, error) { return p.bringUp(ctx, true, nil) }

// bringUp brings usage and results up to date, and alerts when it may judge, once no
// other process does.
func (p *Planner) bringUp(ctx context.Context, judge bool, progress func(Progress)) (r Report, err error) {
	p.one.Lock()
	defer p.one.Unlock()
	p.progress = progress
	err = p.store.Pass(ctx, func(ctx context.Context) error {
		r, err = p.passOnce(ctx, judge)
		return err
	})
	return r, err
}

// passOnce is one pass, while there is no other.
func (p *Planner) passOnce(ctx context.Context, judge bool) (Report, error) {
	now := p.now()
	if err := p.look(ctx, now); err != nil {
		return Report{}, err
	}
	// While readings cannot be kept nothing is known of what goes on.
	if err := p.series.Ping(ctx); err != nil {
		return Report{}, fmt.Errorf("reach the readings: %w", err)
	}
	all, err := p.store.Residences(ctx) // who comes later is looked at by the next pass
	if err != nil {
		return Report{}, err
	}
	if err := p.reprice(ctx, all, now); err != nil {
		return Report{}, err
	}
	var r Report
	if err := p.rollUp(ctx, all, now, &r); err != nil {
		return r, err
	}
	p.askArchive(ctx, all, now) // what it says is chosen by the next pass
	p.callRoll(ctx, now)
	if err := p.computeAll(ctx, all, now, &r); err != nil || !judge {
		return r, err
	}
	if err = p.evaluateAll(ctx, all, now, &r); err != nil {
		return r, err
	}
	if err = p.aggregateAll(ctx, all, now, &r); err != nil {
		return r, err
	}
	err = p.retain(ctx, all, now, &r)
	return r, err
}

// look finds out what went on since the last pass. What it found out about families
// holds no longer when another process had a pass meanwhile.
func (p *Planner) look(ctx context.Context, now time.Time) error {
	last, latest, err := p.store.LastRun(ctx)
	if err != nil {
		return err
	}
	if last != p.ran {
		p.forget()
		p.ran = last
	}
	p.ahead = time.Time{}
	if latest.After(now) {
		p.ahead = latest
	}
	return nil
}

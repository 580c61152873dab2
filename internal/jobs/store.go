package jobs

import (
	"context"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// A Series holds raw readings, each list in order of time.
type Series interface {
	// Read returns the readings of every register of a meter in [from, to).
	Read(ctx context.Context, meter energy.MeterID, from, to time.Time) ([]energy.Reading, error)
	// Before returns the last n readings of a register before an instant.
	Before(ctx context.Context, meter energy.MeterID, register energy.Register, at time.Time, n int) ([]energy.Reading, error)
	// After returns the first n readings of a register at or after an instant.
	After(ctx context.Context, meter energy.MeterID, register energy.Register, at time.Time, n int) ([]energy.Reading, error)
	// EraseSpans removes the readings of meters in spans.
	EraseSpans(ctx context.Context, spans []energy.Span) error
	// Ping reports whether readings can be kept and read.
	Ping(ctx context.Context) error
}

// A Store holds what is computed and what it is computed from, readings apart.
type Store interface {
	Homes
	Marks
	Usages
	Weathers
	Prices
	Results
	Cohorts
	Aggregates
	Runs
	Kept
	Retention
	RollCalls
}

// Homes say who lives with which meters under which contract.
type Homes interface {
	// Residences returns where every family lives, by id: Homes what is known of some, in
	// that order.
	Residences(ctx context.Context) ([]household.Residence, error)
	Homes(ctx context.Context, of []household.Residence) ([]household.Home, error)
	// Stations returns the outdoor meters, by pilot.
	Stations(ctx context.Context) ([]household.Station, error)
}

// Marks say what has to be computed again.
type Marks interface {
	// Stale has usage and climate rolled up again from what meters showed in spans.
	Stale(ctx context.Context, spans []energy.Span) error
	// MarkDirty has results computed again that read a family's days of [from, to).
	MarkDirty(ctx context.Context, family household.FamilyID, from, to energy.Day) error
	// MarkDays does so of days, all or nothing.
	MarkDays(ctx context.Context, dirty map[household.FamilyID][]energy.Day) error
	// Waiting returns how much waits for that.
	Waiting(ctx context.Context) (household.Waiting, error)
}

// Usages are what registers amount to, and marks of what changed.
type Usages interface {
	// StaleSpans returns what has to be rolled up again of the meters that each family from
	// one to another has or had, StaleStations of outdoor meters.
	StaleSpans(ctx context.Context, first, last household.FamilyID) (map[household.FamilyID][]household.Stale, error)
	StaleStations(ctx context.Context) ([]household.Stale, error)
	// DropStale ends marks that all have dealt with, DropStrays those that nothing depends on.
	DropStale(ctx context.Context, ids []int64) error
	DropStrays(ctx context.Context) error
	// Registers returns every register a meter ever showed.
	Registers(ctx context.Context, meter energy.MeterID) ([]energy.Register, error)
	// Intervals returns what was imported for a meter and overlaps [from, to).
	Intervals(ctx context.Context, meter energy.MeterID, from, to time.Time) ([]energy.Interval, error)
	// UsageDays and UsageSlots return what is kept, in order, the end not included.
	UsageDays(ctx context.Context, family household.FamilyID, from, to energy.Day) ([]household.Usage, error)
	UsageSlots(ctx context.Context, family household.FamilyID, from, to time.Time) ([]household.Usage, error)
	// FirstUsage returns the first day with electricity, gas or heat; false when there is none.
	FirstUsage(ctx context.Context, family household.FamilyID) (energy.Day, bool, error)
	// Doubts returns the rises that are not counted and that nobody has judged yet.
	Doubts(ctx context.Context) ([]energy.Doubt, error)
	// SaveRoll replaces usage, marks the days it changes and ends the marks it
	// deals with, all or nothing.
	SaveRoll(ctx context.Context, r household.Roll) error
}

// Weathers are what sensors, stations and archives say of the weather of pilots.
type Weathers interface {
	// StaleWeather returns the days whose source has to be chosen again, MarkWeather
	// adds to them.
	StaleWeather(ctx context.Context) ([]household.StaleWeather, error)
	MarkWeather(ctx context.Context, pilot string, from, to energy.Day) error
	// WeatherOffers returns what imported sources say of days in [from, to), by day;
	// FirstOffer the first day of which any does.
	WeatherOffers(ctx context.Context, pilot string, from, to energy.Day) ([]household.Weather, error)
	FirstOffer(ctx context.Context, pilot string) (energy.Day, bool, error)
	// FirstMeter returns when the first family of a pilot had its first meter; false when none ever had.
	FirstMeter(ctx context.Context, pilot string) (time.Time, bool, error)
	// ImportWeather keeps what a source says and marks its days; false when the last
	// import of the source read the same.
	ImportWeather(ctx context.Context, x household.WeatherImport) (bool, error)
	// WeatherPins returns whom people believe, in the order they said it.
	WeatherPins(ctx context.Context, pilot string) ([]household.WeatherPin, error)
	// SaveClimate keeps who is believed, marks what that changes and ends the marks it
	// deals with, all or nothing.
	SaveClimate(ctx context.Context, c household.Climate) error
}

// Prices are what tariffs were like when days were priced.
type Prices interface {
	// Prices returns them as they were kept last, by tariff and day.
	Prices(ctx context.Context) ([]household.Priced, error)
	// KeepPrices keeps others, once the days that they reach are marked.
	KeepPrices(ctx context.Context, prices []household.Priced) error
}

// Results are only ever added.
type Results interface {
	// Computed returns the newest result of some indicators for each period that
	// begins on a day or later, without value and detail.
	Computed(ctx context.Context, family household.FamilyID, indicators []string, since energy.Day) ([]household.Result, error)
	// Newest returns the newest result of some indicators for each period that begins
	// in [from, to).
	Newest(ctx context.Context, family household.FamilyID, indicators []string, from, to energy.Day) ([]household.Result, error)
	// Looks returns the look of every family from one to another that has one.
	Looks(ctx context.Context, first, last household.FamilyID) (map[household.FamilyID]household.Look, error)
	// DirtyDays returns the days of families from one to another whose results are out of date.
	DirtyDays(ctx context.Context, first, last household.FamilyID) (map[household.FamilyID][]energy.Day, error)
	// FileResults adds results, replaces bills, keeps those of months that are over,
	// keeps the look, and ends the marks of dirty days, all or nothing.
	FileResults(ctx context.Context, f household.Filing) error
}

// Cohorts are the homes of a pilot, compared with each other over years.
type Cohorts interface {
	// CountedBy returns another text when who agreed to be counted with others, or from
	// how many homes on, is another.
	CountedBy(ctx context.Context) (string, error)
	// CohortYears returns every year of which something is known of homes, by pilot and day.
	CohortYears(ctx context.Context) ([]household.CohortYear, error)
	// CohortHomes tells what is known of homes over a year, by family.
	CohortHomes(ctx context.Context, y household.CohortYear, tell func(household.Counted) error) error
	// SaveCohort keeps what homes were compared with, and that they were.
	SaveCohort(ctx context.Context, c household.Cohort) error
	// MarkCohorts has homes compared again over the years that touch [from, to).
	MarkCohorts(ctx context.Context, from, to energy.Day) error
}

// Runs are the history of passes.
type Runs interface {
	// Pass runs fn while no other process runs a pass on the same store.
	Pass(ctx context.Context, fn func(context.Context) error) error
	// LastRun returns the id of the run begun last and the latest world time at which
	// any began; zero without one.
	LastRun(ctx context.Context) (int64, time.Time, error)
	BeginRun(ctx context.Context, r household.Run) (int64, error)
	EndRun(ctx context.Context, r household.Run) error
}

// Kept is what is stored besides, to compare with what comes out again.
type Kept interface {
	// UsageMonth returns the usage of a month, "2026-11", by register.
	UsageMonth(ctx context.Context, family household.FamilyID, month string) ([]household.Usage, error)
	// Bill returns the bill of a month.
	Bill(ctx context.Context, family household.FamilyID, month string) (household.Bill, error)
	// Weather returns the climate of a pilot by day, the end not included; a day of
	// which nothing was seen has none.
	Weather(ctx context.Context, pilot string, from, to energy.Day) ([]household.Weather, error)
}

// Alerts are decided on results once these are up to date.
type Alerts interface {
	EvaluateGateways(ctx context.Context, now time.Time) error
	Evaluate(ctx context.Context, family household.FamilyID, now time.Time) error
}

// Retention is what is kept no longer.
type Retention interface {
	// Promise returns for how long things are kept, as the charter in force says.
	Promise(ctx context.Context) (household.Promise, error)
	// Borders returns those of each pilot that has any.
	Borders(ctx context.Context) ([]household.Borders, error)
	// MoveBorders keeps borders before anything beyond them is removed, EndRetention
	// that all of it was; the journal is told where there was anything.
	MoveBorders(ctx context.Context, b household.Borders) error
	EndRetention(ctx context.Context, b household.Borders, promise household.Promise, told bool, rows int64) error
	// Decayed returns what of a family may be kept no longer, with its closed days of [from, to).
	Decayed(ctx context.Context, family household.FamilyID, from, to energy.Day) (household.Decayed, error)
	// FineDays returns the days before an instant of which anything is kept that is finer
	// than a day, readings apart.
	FineDays(ctx context.Context, family household.FamilyID, before time.Time, zone *time.Location) (map[energy.Day]bool, error)
	// Strays returns meters that showed something and are nobody's.
	Strays(ctx context.Context) ([]energy.MeterID, error)
	// Decay closes days and removes what is older than the borders of a family, all or
	// nothing; DecayOdds what contradicts itself before an instant, DecayAlerts alerts
	// that were resolved before one, DecayProofs what is proven before one. They return
	// how many rows went. The others count them.
	Decay(ctx context.Context, x household.Decay) (int64, error)
	DecayOdds(ctx context.Context, before time.Time) (int64, error)
	DecayAlerts(ctx context.Context, before time.Time) (int64, error)
	DecayProofs(ctx context.Context, before time.Time) (int64, error)
	Expired(ctx context.Context, x household.Decay) (int64, error)
	ExpiredOdds(ctx context.Context, before time.Time) (int64, error)
	ExpiredAlerts(ctx context.Context, before time.Time) (int64, error)
	ExpiredProofs(ctx context.Context, before time.Time) (int64, error)
}

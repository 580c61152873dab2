// Package jobs computes what is due: usage from readings, results from usage, and
// then asks for alerts.
//
// Cron only wakes the planner. What is due follows from what is stored: marks of
// what changed, and periods without a result. So a pass may come late, twice or
// after days of downtime and the figures are the same. The package alone reads raw
// readings of families; it shows nothing to anybody.
package jobs

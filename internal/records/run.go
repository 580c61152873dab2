package records

import (
	"context"
	"fmt"
	"math"
	"time"

	"foyer/internal/household"
)

// BeginRun notes that a pass of a job begins and returns its id.
func (d *DB) BeginRun(ctx context.Context, r household.Run) (int64, error) {
	var id int64
	err := d.write.QueryRowContext(ctx, `INSERT INTO run (job, started_at) VALUES ($1, $2) RETURNING id`, r.Job, millis(r.Started)).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("begin run: %w", err)
	}
	return id, nil
}

// EndRun notes how a pass ended.
func (d *DB) EndRun(ctx context.Context, r household.Run) error {
	_, err := d.write.ExecContext(ctx, `UPDATE run SET finished_at = $1, done = $2, failed = $3, fault = $4 WHERE id = $5`,
		millis(r.Finished), r.Done, r.Failed, string(r.Fault), r.ID)
	if err != nil {
		return fmt.Errorf("end run: %w", err)
	}
	return nil
}

// LastRun returns the id of the pass begun last and the latest world time at which any
// began; zero without one. The two may be of different passes: a clock can go back.
func (d *DB) LastRun(ctx context.Context) (int64, time.Time, error) {
	var id, latest int64
	err := d.read.QueryRowContext(ctx, `SELECT COALESCE((SELECT MAX(id) FROM run), 0), COALESCE((SELECT MAX(started_at) FROM run), 0)`).Scan(&id, &latest)
	if err != nil {
		return 0, time.Time{}, fmt.Errorf("read the last run: %w", err)
	}
	if id == 0 {
		return 0, time.Time{}, nil
	}
	return id, instant(latest), nil
}

// Runs returns passes of jobs, the one begun last first. A pass that has no end
// though another began has [household.FaultUnended]: passes take turns.
func (d *DB) Runs(ctx context.Context, q household.RunQuery) ([]household.Run, error) {
	before := q.Before
	if before <= 0 {
		before = math.MaxInt64
	}
	query, args := `SELECT id, job, started_at, finished_at, done, failed,
		CASE WHEN finished_at = 0 AND id < (SELECT MAX(id) FROM run) THEN 'unended' ELSE fault END
		FROM run WHERE id < $1`, []any{before, q.Limit}
	if q.Job != "" {
		query, args = query+` AND job = $3`, append(args, q.Job)
	}
	rows, err := d.read.QueryContext(ctx, query+` ORDER BY id DESC LIMIT $2`, args...)
	if err != nil {
		return nil, fmt.Errorf("list runs: %w", err)
	}
	defer rows.Close()
	var all []household.Run
	for rows.Next() {
		var r household.Run
		var started, finished int64
		if err := rows.Scan(&r.ID, &r.Job, &started, &finished, &r.Done, &r.Failed, &r.Fault); err != nil {
			return nil, fmt.Errorf("list runs: %w", err)
		}
		r.Started, r.Finished = instant(started), instant(finished)
		all = append(all, r)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list runs: %w", err)
	}
	return all, nil
}

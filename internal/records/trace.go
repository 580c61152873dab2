package records

import (
	"context"
	"database/sql"
	"math"
	"strconv"

	"golang.org/x/mod/sumdb/tlog"

	"foyer/internal/consent"
	"foyer/internal/household"
	"foyer/internal/journal"
	"foyer/internal/keyring"
)

// A trace is a row that an entry tells of. The entry holds a digest of it alone.
type trace struct {
	id     int64
	entry  sql.NullInt64 // that tells of it
	family string        // whose it is; "" for nobody's
	at     int64
	row    digested
	digest []byte // as it was when the entry was written

	sealed string        // a text that is kept sealed; "" for none
	place  keyring.Place // of that text
	commit []byte        // what stands for it in the row; nil for a row from before there were commitments

	body func(proof) any // what its own entry says; nil when one entry tells of several rows
}

// A proof is what an entry holds of the rows it tells of: how many, and the root of a
// tree over their digests, in order of their ids.
type proof struct {
	Rows int       `json:"rows"`
	Root tlog.Hash `json:"root"`
}

func proofOf(traces []trace) proof {
	digests := make([][]byte, len(traces))
	for i, x := range traces {
		digests[i] = x.digest
	}
	return proof{Rows: len(digests), Root: journal.RootOf(digests)}
}

// A source is a table of rows that entries tell of.
type source struct {
	kind    journal.Kind
	table   string
	family  string // column
	columns string // that are digested; none is ever sealed, so that no other form of a row has another digest
	commits bool   // a commitment stands for a text that is kept sealed
	from    string // table and joins
	untold  string // condition of rows that want an entry and have none
	scan    func(rowScanner) (trace, error)
}

// A digested row says what its digest is of.
type digested interface{ committed([]byte) }

// A commitment stands in a row for a text that is kept sealed: HMAC-SHA-256 of the text
// under the key of the row.
type commitment struct {
	Commitment []byte `json:"commitment,omitempty"`
}

func (c *commitment) committed(sum []byte) { c.Commitment = sum }

// The members of a digested row. Empty texts and zeros are left out, so that a column
// that comes later changes no digest of before.
type (
	saidRow struct {
		commitment
		Row         string `json:"row"`
		ID          int64  `json:"id"`
		Family      string `json:"family"`
		At          int64  `json:"at"`
		State       string `json:"state"`
		Purpose     string `json:"purpose"`
		Recipient   string `json:"recipient"`
		Category    string `json:"category"`
		Granularity int    `json:"granularity"`
		DataFrom    int64  `json:"data_from,omitempty"`
		DataTo      int64  `json:"data_to,omitempty"`
		ExpiresAt   int64  `json:"expires_at,omitempty"`
		Notice      string `json:"notice,omitempty"`
		Language    string `json:"language,omitempty"`
		Medium      string `json:"medium,omitempty"`
		By          string `json:"by_staff,omitempty"`
		Act         string `json:"act,omitempty"`
		Verb        string `json:"verb,omitempty"`
		Hash        string `json:"hash,omitempty"`
		Witness     string `json:"witness,omitempty"`
	}
	decidedRow struct {
		commitment
		Row      string `json:"row"`
		ID       int64  `json:"id"`
		Family   string `json:"family,omitempty"`
		Alert    string `json:"alert"`
		Seq      int64  `json:"seq"`
		Step     string `json:"step"`
		At       int64  `json:"at"`
		WallAt   int64  `json:"wall_at"`
		State    string `json:"state"`
		Severity string `json:"severity"`
		Reason   string `json:"reason,omitempty"`
		By       string `json:"by_staff,omitempty"`
		Outcome  string `json:"outcome,omitempty"`
	}
	readRow struct {
		commitment
		Row      string `json:"row"`
		ID       int64  `json:"id"`
		At       int64  `json:"at"`
		Audience string `json:"audience"`
		Subject  string `json:"subject,omitempty"`
		Family   string `json:"family,omitempty"`
		Purpose  string `json:"purpose,omitempty"`
		View     string `json:"view"`
	}
)

// What entries say in words.
type (
	saidBody struct {
		Verb        string `json:"verb,omitempty"` // of the act: give, refuse, narrow, withdraw
		State       string `json:"state"`
		Purpose     string `json:"purpose"`
		Recipient   string `json:"recipient"`
		Category    string `json:"category"`
		Granularity string `json:"granularity"`
		Medium      string `json:"medium"`
		By          string `json:"by"` // family, staff
		proof
	}
	decidedBody struct {
		Step    string `json:"step"`
		Rule    string `json:"rule"`
		Outcome string `json:"outcome,omitempty"`
		proof
	}
	readBody struct {
		Minute string `json:"minute"` // RFC 3339, UTC
		proof
	}
	removedBody struct {
		Why string `json:"why"` // erasure, retention
		proof
	}
)

var consents = source{
	kind: journal.Consent, table: "consent", family: "x.family", from: "consent x", untold: "x.entry IS NULL",
	columns: `x.family, x.at, x.state, x.purpose, x.recipient, x.category, x.granularity, x.data_from, x.data_to, x.expires_at,
		x.notice, x.language, x.medium, x.by_staff, x.act, x.verb, x.hash, x.witness, x.paper, x.commitment`,
	commits: true,
	scan: func(row rowScanner) (trace, error) {
		r := saidRow{Row: "consent"}
		x := trace{}
		err := row.Scan(&x.id, &x.entry, &x.digest, &r.Family, &r.At, &r.State, &r.Purpose, &r.Recipient, &r.Category, &r.Granularity,
			&r.DataFrom, &r.DataTo, &r.ExpiresAt, &r.Notice, &r.Language, &r.Medium, &r.By,
			&r.Act, &r.Verb, &r.Hash, &r.Witness, &x.sealed, &x.commit)
		by := "family"
		if r.By != "" {
			by = "staff"
		}
		r.ID = x.id
		x.family, x.at, x.row, x.place = r.Family, r.At, &r, paperOf(household.FamilyID(r.Family), r.Act)
		r.committed(x.commit)
		x.body = func(p proof) any {
			return saidBody{
				Verb: r.Verb, State: r.State, Purpose: r.Purpose, Recipient: r.Recipient, Category: r.Category,
				Granularity: consent.Granularity(r.Granularity).String(), Medium: r.Medium, By: by, proof: p,
			}
		}
		return x, err
	},
}

var decisions = source{
	kind: journal.Decision, table: "alert_event", family: "a.family", from: "alert_event x JOIN alert a ON a.id = x.alert",
	untold: "x.entry IS NULL AND x.step IN ('acknowledged', 'resolved') AND x.by_staff <> ''",
	columns: `COALESCE(a.family, ''), x.alert, x.seq, x.step, x.at, x.wall_at, x.state, x.severity, x.reason, x.by_staff, x.outcome,
		a.rule, x.note, x.commitment`,
	commits: true,
	scan: func(row rowScanner) (trace, error) {
		r := decidedRow{Row: "alert_event"}
		x := trace{}
		var rule string
		err := row.Scan(&x.id, &x.entry, &x.digest, &r.Family, &r.Alert, &r.Seq, &r.Step, &r.At, &r.WallAt, &r.State, &r.Severity,
			&r.Reason, &r.By, &r.Outcome, &rule, &x.sealed, &x.commit)
		r.ID = x.id
		x.family, x.at, x.row, x.place = r.Family, r.WallAt, &r, noteOf(r.Alert, r.Seq)
		r.committed(x.commit)
		x.body = func(p proof) any { return decidedBody{Step: r.Step, Rule: rule, Outcome: r.Outcome, proof: p} }
		return x, err
	},
}

var reads = source{
	kind: journal.Access, table: "access", family: "x.family", from: "access x", untold: "x.entry IS NULL",
	columns: `x.at, x.audience, x.subject, x.family, x.purpose, x.view`,
	scan: func(row rowScanner) (trace, error) {
		r := readRow{Row: "access"}
		x := trace{}
		err := row.Scan(&x.id, &x.entry, &x.digest, &r.At, &r.Audience, &r.Subject, &r.Family, &r.Purpose, &r.View)
		r.ID = x.id
		x.family, x.at, x.row = r.Family, r.At, &r
		return x, err
	},
}

// sources lists every table of rows that entries tell of.
var sources = []source{consents, decisions, reads, amendments}

// traces reads rows of a source, by entry and id.
func (s source) traces(ctx context.Context, q querier, where string, args ...any) ([]trace, error) {
	return s.some(ctx, q, math.MaxInt64, where, args...)
}

// some reads the first of these rows.
func (s source) some(ctx context.Context, q querier, limit int64, where string, args ...any) ([]trace, error) {
	query := `SELECT x.id, x.entry, x.digest, ` + s.columns + ` FROM ` + s.from + ` WHERE ` + where + ` ORDER BY x.entry, x.id LIMIT `
	rows, err := q.QueryContext(ctx, query+strconv.FormatInt(limit, 10), args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []trace
	for rows.Next() {
		x, err := s.scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, x)
	}
	return all, rows.Err()
}

// tellOf writes an entry for each row of a source that has none and meets a condition,
// in the order they were written.
func (d *DB) tellOf(ctx context.Context, tx *sql.Tx, s source, and string, args ...any) error {
	if err := d.journalTurn(ctx, tx); err != nil {
		return err
	}
	for more := true; more; {
		rows, err := s.some(ctx, tx, pageOfJournal, s.untold+and, args...)
		if err != nil {
			return err
		}
		if err := d.tellEach(ctx, tx, s, rows); err != nil {
			return err
		}
		more = len(rows) == pageOfJournal
	}
	return nil
}

func (d *DB) tellEach(ctx context.Context, tx *sql.Tx, s source, rows []trace) error {
	if len(rows) == 0 {
		return nil
	}
	if err := d.digestRows(ctx, tx, s, rows); err != nil {
		return err
	}
	inscriptions := make([]inscription, len(rows))
	for i, x := range rows {
		inscriptions[i] = inscription{s.kind, x.body(proofOf(rows[i : i+1]))}
	}
	first, err := d.inscribe(ctx, tx, inscriptions...)
	if err != nil {
		return err
	}
	return s.mark(ctx, tx, rows, func(i int) int64 { return first + int64(i) })
}

// mark notes in rows which entry tells of each, and the digest it is told by: when the
// salt is gone, that is what is left to prove the others with.
func (s source) mark(ctx context.Context, tx *sql.Tx, rows []trace, entry func(i int) int64) error {
	commits := ``
	if s.commits {
		commits = `, commitment = $4`
	}
	//nolint:gosec // only constants are joined
	update, err := tx.PrepareContext(ctx, `UPDATE `+s.table+` SET entry = $1, digest = $2`+commits+` WHERE id = $3`)
	if err != nil {
		return err
	}
	defer update.Close() //nolint:errcheck // it ends with the transaction
	for i, x := range rows {
		args := []any{entry(i), x.digest, x.id}
		if s.commits {
			args = append(args, x.commit)
		}
		if _, err := update.ExecContext(ctx, args...); err != nil {
			return err
		}
	}
	return nil
}

// tellConsents writes what a family just said into the journal.
func (d *DB) tellConsents(ctx context.Context, tx *sql.Tx, family household.FamilyID) error {
	return d.tellOf(ctx, tx, consents, ` AND x.family = $1`, string(family))
}

// tellDecision writes a step of an alert into the journal when a person took it.
func (d *DB) tellDecision(ctx context.Context, tx *sql.Tx, alert string, seq int64) error {
	return d.tellOf(ctx, tx, decisions, ` AND x.alert = $1 AND x.seq = $2`, alert, seq)
}

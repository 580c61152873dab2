package disclosure

import (
	"context"
	"errors"
	"slices"
	"time"

	"foyer/internal/consent"
	"foyer/internal/household"
	"foyer/internal/permission"
)

// An Exports store reads what is kept about a family, a run of rows at a time, each in
// one transaction that writes the read down.
type Exports interface {
	// Export reads rows of a table, of the zero one none, and always what the family
	// agrees to see. The family of the extract is "" when there is none.
	Export(ctx context.Context, a consent.Access, family household.FamilyID, t household.Table, from household.Place, limit int) (household.Extract, error)
}

// ErrEnded ends an export before its end: the phone was disconnected, or what the
// family agreed to see ended.
var ErrEnded = errors.New("export ended")

// How an export is read.
const (
	exportRun   = 200         // rows that are read at once
	exportFresh = time.Second // how old what consent allowed may be when it is written
)

// An Export is everything that is kept about one family, as long as it may have it.
type Export struct {
	Family   household.FamilyID
	Language string
	At       time.Time // world clock

	gate     *Gate
	access   consent.Access
	shown    Credential // asked again before every run; nothing at a desk
	standing []int64
}

// Export begins the export of the family on whose phone the audience is. The credential
// it showed is asked again before every run of rows. It returns [ErrWithheld] to others.
func (g *Gate) Export(ctx context.Context, aud Audience, shown Credential) (*Export, error) {
	if aud.Role() != permission.Family {
		return nil, g.metrics.count(viewExport, ErrWithheld)
	}
	return g.begin(ctx, aud.reader, aud.Family(), shown)
}

// ExportAtDesk begins the export of a family of a pilot that asked at a desk: by who has
// the records at hand. The family finds it among who read its data. It returns
// [ErrWithheld] for an unknown family.
func (g *Gate) ExportAtDesk(ctx context.Context, pilot string, family household.FamilyID) (*Export, error) {
	desk := consent.Reader{Kind: consent.Staff, Subject: "desk", Pilot: pilot, Recipient: consent.ToFamily}
	return g.begin(ctx, desk, family, Credential{})
}

func (g *Gate) begin(ctx context.Context, r consent.Reader, family household.FamilyID, shown Credential) (*Export, error) {
	e := &Export{
		Family: family, At: g.now(), gate: g, shown: shown,
		access: consent.Access{Reader: r, Purpose: consent.FamilyView, View: viewExport},
	}
	x, err := g.store.Export(ctx, e.access, family, household.Table{}, household.Place{}, 0)
	if err == nil && x.Family == "" {
		err = ErrWithheld
	}
	e.Language, e.standing = x.Language, x.Standing
	return e, g.metrics.count(viewExport, err)
}

// Rows calls write for every row of a table, in order. What consent allowed is never
// older than a second when a row is handed over: a slow reader has it read again. It
// returns [ErrEnded] once the family may not have the rest, and what write returns;
// flush is called after each run.
func (e *Export) Rows(ctx context.Context, t household.Table, now func() time.Time, write func([]any) error, flush func() error) error {
	at := household.Place{}
	for more := true; more; {
		asked := now()
		x, err := e.run(ctx, t, at)
		if err != nil {
			return err
		}
		more = x.More
		for i, row := range x.Rows {
			if i > 0 && now().Sub(asked) > exportFresh {
				more = true
				break
			}
			if err := write(row); err != nil {
				return err
			}
			at = x.Places[i]
		}
		if err := flush(); err != nil {
			return err
		}
	}
	return nil
}

// run reads rows while the family may have them.
func (e *Export) run(ctx context.Context, t household.Table, at household.Place) (household.Extract, error) {
	if e.shown != (Credential{}) {
		aud, err := e.gate.Authenticate(ctx, e.shown)
		if errors.Is(err, ErrUnauthenticated) || err == nil && aud.Family() != e.Family {
			err = ErrEnded
		}
		if err != nil {
			return household.Extract{}, err
		}
	}
	x, err := e.gate.store.Export(ctx, e.access, e.Family, t, at, exportRun)
	if err != nil {
		return household.Extract{}, e.gate.metrics.count(viewExport, err)
	}
	ended := slices.ContainsFunc(e.standing, func(id int64) bool { return !slices.Contains(x.Standing, id) })
	if x.Family == "" || ended {
		return household.Extract{}, ErrEnded
	}
	return x, nil
}

// Acts returns everything the family said, the oldest act first.
func (e *Export) Acts(ctx context.Context) ([][]consent.Event, error) {
	if _, err := e.run(ctx, household.Table{}, household.Place{}); err != nil {
		return nil, err
	}
	_, own, err := e.gate.store.Own(ctx, e.access, e.Family, household.Ask{})
	if err != nil {
		return nil, err
	}
	return consent.Acts(own.Said), nil
}

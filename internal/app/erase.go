package app

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"foyer/ingest"
	"foyer/ingest/spool"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/journal"
	"foyer/internal/keyring"
	"foyer/internal/registry"
)

// Erase erases a family for good, named by its label or its id; see [Office.EraseFamily].
// [registry.ErrUnknown] for a family that never was.
func (o *Office) Erase(ctx context.Context, name string) (string, error) {
	id := household.FamilyID(name)
	gone, err := o.erased(ctx, id)
	if err != nil {
		return "", err
	}
	if gone == nil {
		f, err := o.Family(ctx, name)
		if err != nil {
			return "", err
		}
		id = f.ID
	}
	return o.EraseFamily(ctx, id)
}

// EraseFamily erases a family for good: it withdraws everything, which stops collection,
// removes what the family's meters said and what waits of them, destroys the family's
// key, and removes its records. It returns a signed certificate, the one thing that is
// left to show.
//
// Stopped in between, it is ended by the next start of any command; called again, it
// gives the certificate.
func (o *Office) EraseFamily(ctx context.Context, family household.FamilyID) (string, error) {
	gone, err := o.erased(ctx, family)
	if err != nil {
		return "", err
	}
	c := journal.Certificate{Household: string(family), Entry: -1}
	if gone == nil {
		if c, err = o.erase(ctx, family); err != nil {
			return "", err
		}
		if gone, err = o.erased(ctx, family); err != nil {
			return "", err
		}
	} else if _, _, err := o.Records.Erase(ctx, household.Belongings{Family: family}); err != nil { // its files
		return "", err
	}
	if gone == nil {
		return "", errors.New("erase a household: its key is still there")
	}
	if err := o.sweepSeries(ctx); err != nil {
		return "", err
	}
	c.At, c.Ring = gone.At, o.Keys.ID()
	k, err := journal.OpenKey(ctx, o.Records, o.Config.Path(o.Config.Journal.Key), "foyer/"+o.Config.Pilot.ID)
	if err != nil {
		return "", err
	}
	return k.Certify(c)
}

// erased returns a family whose key was destroyed, nil for every other.
func (o *Office) erased(ctx context.Context, family household.FamilyID) (*keyring.Erased, error) {
	all, err := o.Keys.Erased(ctx)
	if err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(all, func(e keyring.Erased) bool { return e.Owner == string(family) }); i >= 0 {
		return &all[i], nil
	}
	return nil, nil
}

func (o *Office) erase(ctx context.Context, family household.FamilyID) (journal.Certificate, error) {
	if err := o.Registry.WithdrawAll(ctx, family, registry.Form{}); err != nil {
		return journal.Certificate{}, err
	}
	b, _, err := o.Records.Belongings(ctx, family)
	if err != nil {
		return journal.Certificate{}, err
	}
	if err := o.eraseElsewhere(ctx, b); err != nil {
		return journal.Certificate{}, err
	}
	if err := o.Keys.Destroy(ctx, string(family)); err != nil {
		return journal.Certificate{}, err
	}
	e, _, err := o.Records.Erase(ctx, b)
	if err != nil {
		return journal.Certificate{}, err
	}
	if err := o.eraseElsewhere(ctx, b); err != nil { // what was on its way
		return journal.Certificate{}, err
	}
	return journal.Certificate{Household: string(family), Entry: e.Entry, Rows: e.Rows, Meters: len(b.Meters) + len(b.Spans)}, nil
}

// eraseElsewhere removes what there is of a family in the series and in the spool of
// this machine.
func (o *Office) eraseElsewhere(ctx context.Context, b household.Belongings) (err error) {
	store, err := openSeries(ctx, o.Config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	for _, m := range b.Meters {
		if err := store.Erase(ctx, m); err != nil {
			return err
		}
	}
	spans := make([]energy.Span, 0, len(b.Spans))
	for _, s := range b.Spans {
		spans = append(spans, energy.Span(s))
	}
	if err := store.EraseSpans(ctx, spans); err != nil {
		return err
	}
	if _, err := os.Stat(o.spoolConfig().Path); errors.Is(err, fs.ErrNotExist) {
		return nil // another machine takes messages in
	}
	kept, err := spool.Open(ctx, o.spoolConfig(), o.Keys, prometheus.NewRegistry())
	if err != nil {
		return err
	}
	return errors.Join(eraseWaiting(ctx, kept, b), kept.Close())
}

// sweepSeries has nothing left in the series of what was erased from them.
func (o *Office) sweepSeries(ctx context.Context) error {
	store, err := openSeries(ctx, o.Config)
	if err != nil {
		return err
	}
	return errors.Join(store.Sweep(ctx), store.Close())
}

func (o *Office) spoolConfig() spool.Config {
	c := o.Config.Spool
	c.Path = o.Config.Path(c.Path)
	return c
}

// Settled counts what an older copy of the records did not know, and that holds in them
// now.
type Settled struct {
	Erased    int // households that were erased once more
	Withdrawn int // things that households agreed to no longer, withdrawn once more
	Due       int // households that confirmed to be erased, and are to be once more
	Shut      int // phones, members of staff and tokens that were shown out, and are once more
}

// eraseWaiting removes what waits of a family's meters, and what of its devices nobody
// understood.
func eraseWaiting(ctx context.Context, kept *spool.Spool, b household.Belongings) error {
	for after := int64(0); ; {
		cases, err := kept.Cases(ctx, after, 100)
		if err != nil {
			return err
		}
		if len(cases) == 0 {
			return kept.Erase(ctx, b.Meters...)
		}
		for _, c := range cases {
			after = c.ID
			if !concerns(c, b) {
				continue
			}
			if err := kept.Discard(ctx, c.ID); err != nil {
				return err
			}
		}
	}
}

// concerns reports whether a case is about a family: of a gateway that serves it alone,
// of one of its meters, or one that names a device of it.
func concerns(c ingest.Case, b household.Belongings) bool {
	if slices.Contains(b.Gateways, c.Gateway) {
		return true
	}
	for _, r := range c.Readings {
		if slices.Contains(b.Meters, r.Meter) {
			return true
		}
	}
	text := c.Device + "\n" + c.Message.Topic + "\n" + string(c.Message.Payload)
	return slices.ContainsFunc(b.Devices, func(d household.GatewayDevice) bool {
		return d.Gateway == c.Gateway && strings.Contains(text, d.Name)
	})
}

// settle has records that an older copy was put in place of know what happened since:
// families that were erased are erased in them too, and what families withdrew is
// withdrawn. Nothing is served before. An erasure that was stopped in between is ended
// by it as well.
func (o *Office) settle(ctx context.Context, logger *slog.Logger) (done Settled, err error) {
	erased, err := o.Keys.Erased(ctx)
	if err != nil {
		return done, err
	}
	for _, e := range erased {
		b, known, err := o.Records.Belongings(ctx, household.FamilyID(e.Owner))
		if err != nil {
			return done, err
		}
		if !known {
			continue
		}
		logger.WarnContext(ctx, "a household that was erased is there again, and is erased again")
		if err := o.eraseElsewhere(ctx, b); err != nil {
			return done, err
		}
		if _, _, err := o.Records.Erase(ctx, b); err != nil {
			return done, err
		}
		done.Erased++
	}
	if done.Erased > 0 {
		if err := o.sweepSeries(ctx); err != nil {
			return done, err
		}
	}
	since, err := o.Records.Ended(ctx)
	if err != nil {
		return done, err
	}
	for family, scopes := range since.Scopes {
		logger.WarnContext(ctx, "what a household withdrew is in force again, and is withdrawn again", "scopes", len(scopes))
		if err := o.Registry.Withdraw(ctx, family, scopes, registry.Form{}); err != nil {
			return done, err
		}
		done.Withdrawn += len(scopes)
	}
	err = o.Records.EndedSettled(ctx, &since)
	if done.Due = since.Due; done.Due > 0 {
		logger.WarnContext(ctx, "erasures that were confirmed are due again", "due", done.Due)
	}
	if done.Shut = since.Shut; done.Shut > 0 {
		logger.WarnContext(ctx, "who was shown out came in again, and is shown out again", "ended", done.Shut)
	}
	return done, err
}

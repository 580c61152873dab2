package records

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/keyring"
)

// What is sealed where: docs/explanation/security.md lists every column.

func labelOf(family household.FamilyID) keyring.Place {
	return keyring.Place{Table: "family", Column: "label", Row: string(family)}
}

func amountsOf(family household.FamilyID, from string) keyring.Place {
	return keyring.Place{Table: "income", Column: "amounts", Row: string(family) + " " + from}
}

// nameOf is the name of a member of staff or of a token: an alert shows either.
func nameOf(id string) keyring.Place { return keyring.Place{Table: "staff", Column: "name", Row: id} }

func totpOf(staff string) keyring.Place {
	return keyring.Place{Table: "staff", Column: "totp", Row: staff}
}

// paperOf is where the paper of an act of consent is.
func paperOf(family household.FamilyID, act string) keyring.Place {
	return keyring.Place{Table: "consent", Column: "paper", Row: string(family) + " " + act}
}

func entryOf(id, column string) keyring.Place {
	return keyring.Place{Table: "money", Column: column, Row: id}
}

func emailOf(staff string) keyring.Place {
	return keyring.Place{Table: "staff", Column: "email", Row: staff}
}

func deviceOf(gateway, scheme, index string) keyring.Place {
	return keyring.Place{Table: "meter_alias", Column: "name", Row: gateway + " " + scheme + " " + index}
}

func factOf(gateway, index string) keyring.Place {
	return keyring.Place{Table: "fact", Column: "value", Row: gateway + " " + index}
}

func noteOf(alert string, seq int64) keyring.Place {
	return keyring.Place{Table: "alert_event", Column: "note", Row: alert + " " + strconv.FormatInt(seq, 10)}
}

func changeOf(id int64, column string) keyring.Place {
	return keyring.Place{Table: "meter_change", Column: column, Row: strconv.FormatInt(id, 10)}
}

func resultOf(r household.Result, column string) keyring.Place {
	row := []string{string(r.Family), r.Indicator, r.From.String(), r.To.String(), strconv.FormatInt(millis(r.At), 10)}
	return keyring.Place{Table: "result", Column: column, Row: strings.Join(row, " ")}
}

func answerOf(id int64, column string) keyring.Place {
	return keyring.Place{Table: "answer", Column: column, Row: strconv.FormatInt(id, 10)}
}

func figuresOf(pilot, from string) keyring.Place {
	return keyring.Place{Table: "cohort", Column: "figures", Row: pilot + " " + from}
}

func worksOf(w household.Works) keyring.Place {
	row := []string{string(w.Family), string(w.Kind), w.From.String(), strconv.FormatInt(millis(w.Said), 10)}
	return keyring.Place{Table: "works", Row: strings.Join(row, " ")}
}

func pinOf(p household.WeatherPin) keyring.Place {
	row := []string{p.Pilot, p.From.String(), p.To.String(), strconv.FormatInt(millis(p.At), 10)}
	return keyring.Place{Table: "weather_pin", Row: strings.Join(row, " ")}
}

// sealWord seals who said something and why, in the columns said_by and why of a row.
func (d *DB) sealWord(ctx context.Context, family household.FamilyID, row keyring.Place, by, why string) (sealedBy, sealedWhy string, err error) {
	row.Column = "said_by"
	if sealedBy, err = d.seal(ctx, family, row, by); err == nil {
		row.Column = "why"
		sealedWhy, err = d.seal(ctx, family, row, why)
	}
	return sealedBy, sealedWhy, err
}

// unsealWord opens what [DB.sealWord] sealed.
func (d *DB) unsealWord(ctx context.Context, family household.FamilyID, row keyring.Place, by, why *string) error {
	row.Column = "said_by"
	if err := d.unseal(ctx, family, row, by); err != nil {
		return err
	}
	row.Column = "why"
	return d.unseal(ctx, family, row, why)
}

// tellsIncome reports whether results of a category are made with a family's income,
// which they would give back together with its bills, or with what it answered.
func tellsIncome(category string) bool {
	return category == "indicators" || category == "income" || category == "survey"
}

// seal encrypts a text under a family's key, or the installation's for "".
func (d *DB) seal(ctx context.Context, family household.FamilyID, at keyring.Place, plain string) (string, error) {
	return d.keys.Seal(ctx, string(family), at, plain)
}

// unseal decrypts texts that rows were read with, in place. What a destroyed key has
// sealed is there no more: it reads as "".
func (d *DB) unseal(ctx context.Context, family household.FamilyID, at keyring.Place, text *string) error {
	plain, err := d.keys.Open(ctx, string(family), at, *text)
	if errors.Is(err, keyring.ErrDestroyed) {
		plain, err = "", nil
	}
	*text = plain
	return err
}

// sealIncome returns the amounts of an income as the table keeps them.
func (d *DB) sealIncome(ctx context.Context, x household.Income) (string, error) {
	plain := strconv.FormatInt(x.Disposable, 10) + " " + strconv.FormatInt(x.Aid, 10)
	return d.seal(ctx, x.Family, amountsOf(x.Family, x.From.String()), plain)
}

// scanIncome reads an income with its family; false when its key was destroyed.
func (d *DB) scanIncome(ctx context.Context, row rowScanner) (x household.Income, known bool, err error) {
	var from, amounts string
	if err := row.Scan(&x.Family, &from, &amounts); err != nil {
		return x, false, err
	}
	if err := d.unseal(ctx, x.Family, amountsOf(x.Family, from), &amounts); err != nil || amounts == "" {
		return x, false, err
	}
	disposable, aid, _ := strings.Cut(amounts, " ")
	var faults [3]error
	x.Disposable, faults[0] = strconv.ParseInt(disposable, 10, 64)
	x.Aid, faults[1] = strconv.ParseInt(aid, 10, 64)
	x.From, faults[2] = energy.ParseDay(from)
	return x, true, errors.Join(faults[:]...)
}

// A sealedEntry is what a dated amount says of its family, as the table keeps it:
// cents is 0 where amount has them.
type sealedEntry struct {
	cents              int64
	source, by, amount string
}

// sealEntry seals where an amount comes from and who said so, and how much it is where
// its category tells the income.
func (d *DB) sealEntry(ctx context.Context, e household.Entry, category string) (s sealedEntry, err error) {
	if s.source, err = d.seal(ctx, e.Family, entryOf(e.ID, "source"), e.Source); err != nil {
		return s, err
	}
	if s.by, err = d.seal(ctx, e.Family, entryOf(e.ID, "said_by"), e.By); err != nil {
		return s, err
	}
	if !tellsIncome(category) {
		s.cents = e.Cents
		return s, nil
	}
	s.amount, err = d.seal(ctx, e.Family, entryOf(e.ID, "amount"), strconv.FormatInt(e.Cents, 10))
	return s, err
}

// unsealEntry opens what [DB.sealEntry] sealed.
func (d *DB) unsealEntry(ctx context.Context, e *household.Entry, amount string) error {
	err := errors.Join(d.unseal(ctx, e.Family, entryOf(e.ID, "source"), &e.Source), d.unseal(ctx, e.Family, entryOf(e.ID, "said_by"), &e.By),
		d.unseal(ctx, e.Family, entryOf(e.ID, "amount"), &amount))
	if err != nil || amount == "" {
		return err
	}
	e.Cents, err = strconv.ParseInt(amount, 10, 64)
	return err
}

// sealResult seals what a result tells of its family's income.
func (d *DB) sealResult(ctx context.Context, r household.Result, category string) (value, detail string, err error) {
	if !tellsIncome(category) {
		return r.Value, string(r.Detail), nil
	}
	if value, err = d.seal(ctx, r.Family, resultOf(r, "value"), r.Value); err == nil {
		detail, err = d.seal(ctx, r.Family, resultOf(r, "detail"), string(r.Detail))
	}
	return value, detail, err
}

// unsealResult opens what [DB.sealResult] sealed.
func (d *DB) unsealResult(ctx context.Context, r *household.Result, category string) error {
	if !tellsIncome(category) {
		return nil
	}
	detail := string(r.Detail)
	err := d.unseal(ctx, r.Family, resultOf(*r, "value"), &r.Value)
	if err == nil {
		err = d.unseal(ctx, r.Family, resultOf(*r, "detail"), &detail)
	}
	r.Detail = []byte(detail)
	return err
}

package api

import (
	"context"
	"time"

	"github.com/shopspring/decimal"

	"foyer/internal/disclosure"
	"foyer/internal/household"
)

// GetFamilyMoney answers GET /api/v1/families/{id}/money.
func (s *Server) GetFamilyMoney(ctx context.Context, r GetFamilyMoneyRequestObject) (GetFamilyMoneyResponseObject, error) {
	m, err := s.money(ctx, household.FamilyID(r.Id), r.Params.AsOf)
	if err != nil {
		return nil, err
	}
	return GetFamilyMoney200JSONResponse{MoneyJSONResponse(m)}, nil
}

// GetMyMoney answers GET /api/v1/me/money.
func (s *Server) GetMyMoney(ctx context.Context, r GetMyMoneyRequestObject) (GetMyMoneyResponseObject, error) {
	m, err := s.money(ctx, callerOf(ctx).audience.Family(), r.Params.AsOf)
	if err != nil {
		return nil, err
	}
	return GetMyMoney200JSONResponse{MoneyJSONResponse(m)}, nil
}

func (s *Server) money(ctx context.Context, id household.FamilyID, asOf *time.Time) (Money, error) {
	aud := callerOf(ctx).audience
	var m disclosure.Money
	var err error
	if asOf != nil {
		m, err = s.Gate.MoneyAsOf(ctx, aud, id, *asOf)
	} else {
		m, err = s.Gate.Money(ctx, aud, id)
	}
	if err != nil {
		return Money{}, err
	}
	return money(m), nil
}

func money(m disclosure.Money) Money {
	out := Money{Family: string(m.Family), Status: some(Status(m.Status)), Accounts: []Account{}, Amounts: []Amount{}, Bills: []Bill{}}
	if m.Status != "" {
		out.Through = new(date(m.Through))
	}
	for _, a := range m.Accounts {
		out.Accounts = append(out.Accounts, accountOf(a))
	}
	for _, e := range m.Amounts {
		x := Amount{
			Id: e.ID, Day: date(e.Day), Fuel: Fuel(e.Fuel), Kind: AmountKind(e.Kind), Eur: disclosure.Cents(e.Cents).String(), Source: some(e.Source),
		}
		if e.Quantity > 0 {
			x.Quantity, x.Unit = new(decimal.New(e.Quantity, -3).String()), some(e.Unit)
		}
		out.Amounts = append(out.Amounts, x)
	}
	for _, b := range m.Bills {
		out.Bills = append(out.Bills, billOf(b))
	}
	return out
}

func accountOf(a disclosure.Account) Account {
	out := Account{
		Fuel: Fuel(a.Fuel), From: date(a.From), To: date(a.To), Coverage: DayCoverage{KnownDays: a.Known, ElapsedDays: a.Elapsed},
		PaidEur: a.Paid.String(), Planned: a.Planned, AidEur: a.Aid.String(), CostEur: cents(a.Cost), AheadEur: cents(a.Ahead),
		Forecast: forecast(a.Forecast), Due: forecast(a.Due), CreditEur: cents(a.Credit),
	}
	if d := a.Days; d != nil {
		out.CreditDays = &DaysLeft{Low: d.Low, Central: d.Central, High: d.High}
	}
	return out
}

func billOf(b disclosure.Bill) Bill {
	out := Bill{
		Month: b.Month, Issue: b.Number, IssuedAt: b.At.UTC(), TotalEur: b.Total.String(), Estimated: b.Estimated,
		Status: Status(b.Status), Coverage: coverage(b.Seen, b.Of), Lines: []BillLine{},
	}
	if b.Before != nil {
		out.DifferenceEur = new((b.Total - *b.Before).String())
	}
	if len(b.Partial) > 0 {
		out.Partial = &[]Fuel{}
		for _, f := range b.Partial {
			*out.Partial = append(*out.Partial, Fuel(f))
		}
	}
	for _, l := range b.Lines {
		out.Lines = append(out.Lines, BillLine{
			Start: l.Start.UTC(), Fuel: Fuel(l.Fuel), Label: l.Label, Quantity: l.Quantity, Unit: l.Unit,
			PriceEur: l.Price, Eur: disclosure.Cents(l.Cents).String(), Estimated: l.Estimated,
		})
	}
	return out
}

// forecast translates a range; nil stays absent.
func forecast(f *disclosure.Forecast) *Forecast {
	if f == nil {
		return nil
	}
	return &Forecast{LowEur: f.Low.String(), CentralEur: f.Central.String(), HighEur: f.High.String()}
}

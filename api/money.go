package api

import (
	"context"
	"net/url"
	"time"

	"github.com/shopspring/decimal"

	"foyer/internal/disclosure"
	"foyer/internal/household"
)

// GetFamilyMoney answers GET /api/v1/families/{id}/money.
func (s *Server) GetFamilyMoney(ctx context.Context, r GetFamilyMoneyRequestObject) (GetFamilyMoneyResponseObject, error) {
	p := r.Params
	m, err := s.money(ctx, household.FamilyID(r.Id), moneyAsk{"/api/v1/families/" + url.PathEscape(r.Id) + "/money", p.AsOf, p.Limit, p.Cursor})
	if err != nil {
		return nil, err
	}
	if p.IfNoneMatch != nil && matches(*p.IfNoneMatch, *m.Headers.ETag) {
		return GetFamilyMoney304Response{Headers: NotModifiedResponseHeaders{ETag: m.Headers.ETag}}, nil
	}
	return GetFamilyMoney200JSONResponse{m}, nil
}

// GetMyMoney answers GET /api/v1/me/money.
func (s *Server) GetMyMoney(ctx context.Context, r GetMyMoneyRequestObject) (GetMyMoneyResponseObject, error) {
	p := r.Params
	m, err := s.money(ctx, callerOf(ctx).audience.Family(), moneyAsk{"/api/v1/me/money", p.AsOf, p.Limit, p.Cursor})
	if err != nil {
		return nil, err
	}
	if p.IfNoneMatch != nil && matches(*p.IfNoneMatch, *m.Headers.ETag) {
		return GetMyMoney304Response{Headers: NotModifiedResponseHeaders{ETag: m.Headers.ETag}}, nil
	}
	return GetMyMoney200JSONResponse{m}, nil
}

// A moneyAsk is what a question for money may say.
type moneyAsk struct {
	path   string
	asOf   *time.Time
	limit  *int
	cursor *string
}

// money returns a page of a family's money, with its tag and the way to the next one.
func (s *Server) money(ctx context.Context, id household.FamilyID, ask moneyAsk) (MoneyJSONResponse, error) {
	aud := callerOf(ctx).audience
	limit, cursor, again := paging(ask.limit, ask.cursor)
	var m disclosure.Money
	var err error
	if ask.asOf != nil {
		again.Set("as_of", ask.asOf.Format(time.RFC3339Nano))
		m, err = s.Gate.MoneyAsOf(ctx, aud, id, *ask.asOf)
	} else {
		m, err = s.Gate.Money(ctx, aud, id)
	}
	if err != nil {
		return MoneyJSONResponse{}, err
	}
	page, after, err := m.Page(limit, cursor)
	if err != nil {
		return MoneyJSONResponse{}, err
	}
	out := MoneyJSONResponse{Body: money(page)}
	out.Body.NextCursor = next(after)
	if after != "" {
		out.Headers.Link = new(onward(ask.path, again, after))
	}
	tag, err := strongTag(out.Body)
	out.Headers.ETag = &tag
	return out, err
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
			Id: e.ID, Month: e.Day.String()[:len("2006-01")], Fuel: Fuel(e.Fuel), Kind: AmountKind(e.Kind), Eur: disclosure.Cents(e.Cents).String(), Source: some(e.Source),
		}
		if e.Daily {
			x.Day = new(date(e.Day))
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
			PriceEur: some(l.Price), Eur: disclosure.Cents(l.Cents).String(), Estimated: l.Estimated,
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

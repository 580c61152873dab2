package api

import (
	"context"
	"net/url"
	"strconv"

	"foyer/internal/charter"
	"foyer/internal/consent"
	"foyer/internal/disclosure"
	"foyer/internal/text"
)

// ListMyReceipts answers GET /api/v1/me/receipts.
func (s *Server) ListMyReceipts(ctx context.Context, r ListMyReceiptsRequestObject) (ListMyReceiptsResponseObject, error) {
	a, err := s.Gate.Agreements(ctx, callerOf(ctx).audience)
	if err != nil {
		return nil, err
	}
	acts := a.Acts
	if c := r.Params.Cursor; c != nil {
		for len(acts) > 0 && acts[0][0].Act != *c {
			acts = acts[1:]
		}
		if len(acts) == 0 {
			return nil, disclosure.ErrCursor
		}
		acts = acts[1:]
	}
	limit := 50
	if r.Params.Limit != nil {
		limit = *r.Params.Limit
	}
	book, err := s.Gate.Charter(ctx)
	if err != nil {
		return nil, err
	}
	l := s.own(a.Language, r.Params.AcceptLanguage)
	out := ListMyReceipts200JSONResponse{Body: ReceiptList{Items: []Receipt{}, NextCursor: next("")}}
	for _, act := range acts[:min(limit, len(acts))] {
		c, err := s.controller(l, book.At(act[0].At))
		if err != nil {
			return nil, err
		}
		out.Body.Items = append(out.Body.Items, consent.NewReceipt(c, string(a.Family), act))
	}
	if len(acts) > limit {
		last := acts[limit-1][0].Act
		out.Body.NextCursor = next(last)
		out.Headers.Link = new(onward("/api/v1/me/receipts", url.Values{"limit": {strconv.Itoa(limit)}}, last))
	}
	return out, nil
}

// GetMyReceipt answers GET /api/v1/me/receipts/{id}.
func (s *Server) GetMyReceipt(ctx context.Context, r GetMyReceiptRequestObject) (GetMyReceiptResponseObject, error) {
	a, err := s.Gate.Agreements(ctx, callerOf(ctx).audience)
	if err != nil {
		return nil, err
	}
	act := a.Act(r.Id)
	if act == nil {
		return nil, disclosure.ErrWithheld
	}
	book, err := s.Gate.Charter(ctx)
	if err != nil {
		return nil, err
	}
	c, err := s.controller(s.own(a.Language, r.Params.AcceptLanguage), book.At(act[0].At))
	return GetMyReceipt200JSONResponse{ReceiptJSONResponse(consent.NewReceipt(c, string(a.Family), act))}, err
}

// GetReceipt answers GET /api/v1/receipts/{id}.
func (s *Server) GetReceipt(ctx context.Context, r GetReceiptRequestObject) (GetReceiptResponseObject, error) {
	out, err := s.receiptOf(ctx, r.Id, r.Params.AcceptLanguage)
	return GetReceipt200JSONResponse{out}, err
}

// receiptOf returns the receipt of an act that who asks wrote down, in the language
// of its text unless another is wished for.
func (s *Server) receiptOf(ctx context.Context, id string, wish *string) (ReceiptJSONResponse, error) {
	family, act, err := s.Gate.Receipt(ctx, callerOf(ctx).audience, id)
	if err != nil {
		return ReceiptJSONResponse{}, err
	}
	book, err := s.Gate.Charter(ctx)
	if err != nil {
		return ReceiptJSONResponse{}, err
	}
	c, err := s.controller(s.own(act[0].Language, wish), book.At(act[0].At))
	return ReceiptJSONResponse(consent.NewReceipt(c, string(family), act)), err
}

// controller says who answers for the data, in a language, as a charter has it.
func (s *Server) controller(l *text.Language, promised charter.Charter) (consent.Controller, error) {
	c := s.Controller
	var err error
	c.Storage, c.Retention, c.Withdrawal, err = l.ReceiptTerms(s.Contact.Phone, text.Retention{
		HalfHours: promised.Number(charter.HalfHours), Months: promised.Number(charter.Months), Proof: promised.Number(charter.Proofs),
	})
	c.Contact, c.Jurisdiction = s.Contact.Phone, "FR"
	return c, err
}

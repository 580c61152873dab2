package main

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"foyer/internal/app"
	"foyer/internal/charter"
	"foyer/internal/consent"
	"foyer/internal/household"
	"foyer/internal/text"
)

func newConsentList() *cobra.Command {
	cmd := &cobra.Command{
		Use: "list HOUSEHOLD", Short: "List what a family agrees to now", Example: `  foyer consent list "Foyer 01"`,
		Args: oneArg("a household"),
	}
	path, asJSON := configFlag(cmd), jsonFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return inOffice(cmd, *path, func(o *app.Office) error {
			family, err := o.Family(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			grants, err := o.Registry.Grants(cmd.Context(), family.ID)
			if err != nil {
				return err
			}
			var rows [][]string
			for _, g := range grants {
				rows = append(rows, []string{
					string(g.Scope.Purpose), string(g.Scope.Recipient), string(g.Scope.Category), g.Scope.Granularity.String(),
					g.Expires.In(o.Zone).Format(time.DateOnly),
				})
			}
			return printRows(cmd.OutOrStdout(), *asJSON, []string{"purpose", "recipient", "category", "finest", "until"}, rows)
		})
	}
	return cmd
}

func newConsentReceipts() *cobra.Command {
	cmd := &cobra.Command{
		Use: "receipts HOUSEHOLD", Short: "Print the receipt of everything a family said, oldest first, one a line",
		Long:    "JSON with the fields of ISO/IEC TS 27560:2023; docs/reference/receipt.schema.json describes them.",
		Example: `  foyer consent receipts "Foyer 01" > receipts.jsonl`,
		Args:    oneArg("a household"),
	}
	path := configFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return inOffice(cmd, *path, func(o *app.Office) error {
			family, err := o.Family(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			said, err := o.Registry.Said(cmd.Context(), family.ID)
			if err != nil {
				return err
			}
			book, err := o.Registry.Charter(cmd.Context())
			if err != nil {
				return err
			}
			enc := json.NewEncoder(visibleJSON{cmd.OutOrStdout()})
			for _, act := range consent.Acts(said) {
				c, err := controller(o, family.Language, book.At(act[0].At))
				if err != nil {
					return err
				}
				if err := enc.Encode(consent.NewReceipt(c, string(family.ID), act)); err != nil {
					return fmt.Errorf("print receipt: %w", err)
				}
			}
			return nil
		})
	}
	return cmd
}

// controller says who answers for the data, in a language, as a charter has it.
func controller(o *app.Office, language string, promised charter.Charter) (consent.Controller, error) {
	texts, err := text.Load()
	if err != nil {
		return consent.Controller{}, err
	}
	p := o.Config.Pilot
	c := consent.Controller{ID: p.ID, Name: p.Name, Address: p.Address, Contact: string(p.Contact.Phone), Jurisdiction: "FR"}
	c.Storage, c.Retention, c.Withdrawal, err = texts.In(language).ReceiptTerms(string(p.Contact.Phone), text.Retention{
		HalfHours: promised.Number(charter.HalfHours), Months: promised.Number(charter.Months), Proof: promised.Number(charter.Proofs),
	})
	return c, err
}

func newConsentDue() *cobra.Command {
	cmd := &cobra.Command{
		Use: "due", Short: "List what ends within 30 days, and what ended by itself less than 30 days ago",
		Long:    "Who refused or withdrew is not in it, and nobody is to remind them.",
		Example: `  foyer consent due`, Args: cobra.NoArgs,
	}
	path, asJSON := configFlag(cmd), jsonFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return inOffice(cmd, *path, func(o *app.Office) error {
			families, err := o.Registry.Families(cmd.Context(), o.Config.Pilot.ID)
			if err != nil {
				return err
			}
			var rows [][]string
			for _, f := range families {
				more, err := dueOf(cmd, o, f)
				if err != nil {
					return err
				}
				rows = append(rows, more...)
			}
			return printRows(cmd.OutOrStdout(), *asJSON, []string{"household", "purpose", "recipient", "until", "state"}, rows)
		})
	}
	return cmd
}

func dueOf(cmd *cobra.Command, o *app.Office, f household.Family) ([][]string, error) {
	said, err := o.Registry.Said(cmd.Context(), f.ID)
	if err != nil {
		return nil, err
	}
	var rows [][]string
	for _, r := range consent.Remind(said, app.Wall()) {
		state := "soon"
		if r.Ended {
			state = "ended"
		}
		rows = append(rows, []string{f.Label, string(r.Purpose), string(r.Recipient), r.Expires.In(o.Zone).Format(time.DateOnly), state})
	}
	return rows, nil
}

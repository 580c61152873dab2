package main

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"foyer/internal/app"
	"foyer/internal/consent"
	"foyer/internal/registry"
)

func newConsent() *cobra.Command {
	cmd := &cobra.Command{Use: "consent", Short: "Enter what a family agreed to on paper, and what it took back"}
	cmd.AddCommand(newConsentGive(), newConsentWithdraw(), newConsentList())
	return cmd
}

// purposes reads names of purposes that something is offered for.
func purposes(names []string) ([]consent.Purpose, error) {
	var all []consent.Purpose
	for _, name := range names {
		p := consent.Purpose(name)
		if !slices.Contains(consent.Purposes, p) || consent.Offer(p) == nil {
			return nil, usageError{fmt.Errorf("purpose %q: want family_view, alert or cooperative_summary", name)}
		}
		all = append(all, p)
	}
	return all, nil
}

func newConsentGive() *cobra.Command {
	cmd := &cobra.Command{
		Use: "give HOUSEHOLD", Short: "Write down that a family agreed",
		Example: `  foyer consent give "Foyer 01" --purpose family_view --purpose alert --notice 2026-11/fr`,
		Args:    oneArg("a household"),
	}
	path := configFlag(cmd)
	f := cmd.Flags()
	names := f.StringArray("purpose", nil, "family_view, alert or cooperative_summary; may be repeated")
	hourly := f.Bool("hourly", false, "half-hours for the family itself too, which are asked in a box of their own")
	notice := f.String("notice", "", "version of the text that the family read")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		all, err := purposes(*names)
		if err != nil {
			return err
		}
		if len(all) == 0 || *notice == "" {
			return usageError{errors.New("give at least one --purpose, and the --notice that the family read")}
		}
		return inOffice(cmd, *path, func(o *app.Office) error {
			family, err := o.Family(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			form := registry.Form{Notice: *notice, Language: family.Language, Medium: "paper"}
			return o.Registry.Bundle(cmd.Context(), family.ID, form, *hourly, all...)
		})
	}
	return cmd
}

func newConsentWithdraw() *cobra.Command {
	cmd := &cobra.Command{
		Use: "withdraw HOUSEHOLD", Short: "Write down that a family takes its agreement back; it holds at once",
		Example: `  foyer consent withdraw "Foyer 01"
  foyer consent withdraw "Foyer 01" --purpose alert`,
		Args: oneArg("a household"),
	}
	path := configFlag(cmd)
	names := cmd.Flags().StringArray("purpose", nil, "only this purpose; may be repeated. Everything by default")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		all, err := purposes(*names)
		if err != nil {
			return err
		}
		return inOffice(cmd, *path, func(o *app.Office) error {
			family, err := o.Family(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			form := registry.Form{Notice: "withdrawal", Language: family.Language, Medium: "paper"}
			if len(all) == 0 {
				return o.Registry.WithdrawAll(cmd.Context(), family.ID, form)
			}
			var scopes []consent.Scope
			for _, p := range all {
				scopes = append(scopes, consent.Offer(p)...)
			}
			return o.Registry.Withdraw(cmd.Context(), family.ID, scopes, form)
		})
	}
	return cmd
}

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

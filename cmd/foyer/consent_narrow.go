package main

import (
	"github.com/spf13/cobra"

	"foyer/internal/app"
	"foyer/internal/consent"
)

func newConsentNarrow() *cobra.Command {
	cmd := &cobra.Command{
		Use: "narrow HOUSEHOLD", Short: "Write down that a family shares less; it holds at once",
		Long: "What is beyond the limits ends, exactly the rest goes on. Without --purpose, --recipient and\n" +
			"--category all that the family agrees to is narrowed.",
		Example: `  foyer consent narrow "Foyer 01" --purpose cooperative_summary --granularity monthly
  foyer consent narrow "Foyer 01" --purpose alert --keep-category indoor_climate`,
		Args: oneArg("a household"),
	}
	path := configFlag(cmd)
	f := cmd.Flags()
	var purpose, recipient, category, finest string
	f.StringVar(&purpose, "purpose", "", "of this purpose alone")
	f.StringVar(&recipient, "recipient", "", "of what this recipient gets alone")
	f.StringVar(&category, "category", "", "of this category alone")
	f.StringVar(&finest, "granularity", "", "no finer than annual, monthly, daily or half_hourly")
	recipients := f.StringArray("keep-recipient", nil, "recipient that still gets it; may be repeated. Each by default")
	categories := f.StringArray("keep-category", nil, "category that is still shared; may be repeated. Each by default")
	days, signed := periodFlags(f), paperFlags(f)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		l := consent.Limits{Purpose: consent.Purpose(purpose), Recipient: consent.Recipient(recipient), Category: consent.Category(category)}
		var err error
		if l.Finest, err = granularityFlag(finest); err != nil {
			return err
		}
		for _, r := range *recipients {
			l.Recipients = append(l.Recipients, consent.Recipient(r))
		}
		for _, c := range *categories {
			l.Categories = append(l.Categories, consent.Category(c))
		}
		return inOffice(cmd, *path, func(o *app.Office) error {
			if l.DataFrom, l.DataTo, l.Expires, err = days.read(o); err != nil {
				return err
			}
			if err := l.Validate(); err != nil {
				return usageError{err}
			}
			family, err := o.Family(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			form, err := signed.form(cmd, o, family, "narrow")
			if err != nil {
				return err
			}
			act, err := o.Registry.Narrow(cmd.Context(), family.ID, l, form)
			if err == nil && act == "" {
				return say(cmd, "nothing was beyond that")
			}
			return err
		})
	}
	return cmd
}

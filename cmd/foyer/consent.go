package main

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"foyer/internal/app"
	"foyer/internal/consent"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/registry"
	"foyer/internal/text"
)

func newConsent() *cobra.Command {
	cmd := &cobra.Command{
		Use: "consent", Short: "Enter what a family agreed to on paper, and what it took back",
		Long: "Each purpose is asked on its own: each is an act of its own, with its receipt. All of it holds at once.",
	}
	cmd.AddCommand(newConsentGive(), newConsentRefuse(), newConsentNarrow(), newConsentWithdraw(),
		newConsentList(), newConsentReceipts(), newConsentDue())
	return cmd
}

// boxes reads names of what is asked together: purposes, half-hours and questions.
func boxes(names []string) ([]string, error) {
	for _, name := range names {
		if _, ok := consent.Offered(name, 0); !ok {
			return nil, usageError{fmt.Errorf("purpose %q: want one of %v, %s or %s", name, consent.Purposes, consent.HourlyName, consent.SurveyName)}
		}
	}
	return names, nil
}

// A paper is what the flags say of the paper a family signed.
type paper struct{ notice, language, witness, place *string }

func paperFlags(f *pflag.FlagSet) paper {
	return paper{
		f.String("notice", text.NoticeVersion, "version of the text that the family read"),
		f.String("language", "", "language of that text; the family's by default"),
		f.String("witness", "", "address of the member of staff who saw it signed"),
		f.String("paper", "", "where the paper is"),
	}
}

// form returns how a family said something about a text, by its name.
func (p paper) form(cmd *cobra.Command, o *app.Office, family household.Family, name string) (registry.Form, error) {
	f := registry.Form{Notice: *p.notice, Language: *p.language, Medium: "paper", Paper: *p.place}
	if f.Language == "" {
		f.Language = family.Language
	}
	var known bool
	if f.Hash, known = text.NoticeHash(f.Notice, f.Language, name); !known {
		return f, usageError{fmt.Errorf("--notice %q: no text on %s of that version in language %q; this program shows %s in fr and en", f.Notice, name, f.Language, text.NoticeVersion)}
	}
	if *p.witness == "" {
		return f, nil
	}
	all, err := o.Accounts.Staff(cmd.Context())
	if err != nil {
		return f, err
	}
	i := slices.IndexFunc(all, func(s household.Staff) bool { return s.Email == *p.witness })
	if i < 0 {
		return f, usageError{fmt.Errorf("--witness %q: nobody of that address; `foyer staff list` shows them", *p.witness)}
	}
	f.Witness = all[i].ID
	return f, nil
}

// dayFlag reads a flag that is a day, as its first instant in the pilot's zone; zero
// when it is not given.
func dayFlag(o *app.Office, name, value string) (time.Time, error) {
	if value == "" {
		return time.Time{}, nil
	}
	d, err := energy.ParseDay(value)
	if err != nil {
		return time.Time{}, usageError{fmt.Errorf("--%s %q: want a day, 2026-11-25", name, value)}
	}
	return d.Start(o.Zone), nil
}

func granularityFlag(value string) (consent.Granularity, error) {
	if value == "" {
		return 0, nil
	}
	g, err := consent.ParseGranularity(value)
	if err != nil {
		return 0, usageError{fmt.Errorf("--granularity: %w", err)}
	}
	return g, nil
}

// A period is what the flags say of the days of the data and of the end.
type period struct{ from, to, until *string }

func periodFlags(f *pflag.FlagSet) period {
	return period{
		f.String("from", "", "first day of the data; all there is by default"),
		f.String("to", "", "first day no longer of the data; none by default"),
		f.String("until", "", "day on which it ends; a year from now by default"),
	}
}

func (p period) read(o *app.Office) (from, to, until time.Time, err error) {
	from, a := dayFlag(o, "from", *p.from)
	to, b := dayFlag(o, "to", *p.to)
	until, c := dayFlag(o, "until", *p.until)
	if c == nil && !until.IsZero() && !until.After(app.Wall()) {
		c = usageError{fmt.Errorf("--until %q: want a day after today; what holds no longer is withdrawn", *p.until)}
	}
	return from, to, until, errors.Join(a, b, c)
}

func newConsentGive() *cobra.Command {
	cmd := &cobra.Command{
		Use: "give HOUSEHOLD", Short: "Write down that a family agreed",
		Long: "What a family agrees to needs a proof: its signature, --paper says where it is, or a --witness.\n" +
			"A --granularity finer than what is offered is refused.",
		Example: `  foyer consent give "Foyer 01" --purpose family_view --purpose alert --paper "folder 3"
  foyer consent give "Foyer 01" --purpose cooperative_summary --granularity annual --witness nadia@example.org --paper "folder 3"`,
		Args: oneArg("a household"),
	}
	path := configFlag(cmd)
	f := cmd.Flags()
	names := f.StringArray("purpose", nil, "what it agreed to; may be repeated")
	hourly := f.Bool("hourly", false, "half-hours for the family itself too, which are asked in a box of their own")
	finest := f.String("granularity", "", "no finer than annual, monthly, daily or half_hourly; as offered by default")
	days, signed := periodFlags(f), paperFlags(f)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if *signed.place == "" && *signed.witness == "" {
			return usageError{errors.New("--paper is missing: say where the signed paper is (--paper \"folder 3\"), or who saw it signed (--witness nadia@example.org)")}
		}
		all, err := boxes(*names)
		if err != nil {
			return err
		}
		if *hourly {
			all = append(all, consent.HourlyName)
		}
		if len(all) == 0 {
			return usageError{errors.New("give at least one --purpose")}
		}
		g, err := granularityFlag(*finest)
		if err != nil {
			return err
		}
		for _, box := range all {
			if most := consent.Finest(box); g > most {
				return usageError{fmt.Errorf("--granularity %q: %s is offered %s at the finest; give it on its own, no finer than that", *finest, box, most)}
			}
		}
		return speak(cmd, *path, args[0], consent.Give, all, g, &days, signed)
	}
	return cmd
}

func newConsentRefuse() *cobra.Command {
	cmd := &cobra.Command{
		Use: "refuse HOUSEHOLD", Short: "Write down that a family was asked and said no",
		Example: `  foyer consent refuse "Foyer 01" --purpose research`, Args: oneArg("a household"),
	}
	path := configFlag(cmd)
	names := cmd.Flags().StringArray("purpose", nil, "what it refused; may be repeated")
	signed := paperFlags(cmd.Flags())
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		all, err := boxes(*names)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return usageError{errors.New("give at least one --purpose")}
		}
		return speak(cmd, *path, args[0], consent.Refuse, all, 0, nil, signed)
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
	signed := paperFlags(cmd.Flags())
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		all, err := boxes(*names)
		if err != nil {
			return err
		}
		return speak(cmd, *path, args[0], consent.Withdraw, all, 0, nil, signed)
	}
	return cmd
}

// speak writes down an act for each box, or a withdrawal of everything for none.
func speak(cmd *cobra.Command, path, name string, v consent.Verb, about []string, finest consent.Granularity, days *period, signed paper) error {
	return inOffice(cmd, path, func(o *app.Office) error {
		family, err := o.Family(cmd.Context(), name)
		if err != nil {
			return err
		}
		if len(about) == 0 {
			form, err := signed.form(cmd, o, family, "stop")
			if err != nil {
				return err
			}
			return o.Registry.WithdrawAll(cmd.Context(), family.ID, form)
		}
		forms := make([]registry.Form, len(about))
		for i, box := range about { // all of it is right before any is written
			if forms[i], err = signed.form(cmd, o, family, box); err != nil {
				return err
			}
			if days == nil {
				continue
			}
			f := &forms[i]
			if f.DataFrom, f.DataTo, f.Expires, err = days.read(o); err != nil {
				return err
			}
		}
		for i, box := range about {
			scopes, _ := consent.Offered(box, finest)
			if _, err := o.Registry.Say(cmd.Context(), family.ID, v, scopes, forms[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

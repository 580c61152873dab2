package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/tariff"
)

// usageHelp says what the commands that price usage read.
const usageHelp = "FILE.json holds the contracts, the usage, aids and instalments; FILE.csv holds the usage alone,\n" +
	"with a header of start (of a half-hour), day, from, to, meter, register, kwh, m3, estimated, and\n" +
	"--tariff, --kva and --off-peak say the contract. docs/reference/tariffs.md tells both.\n" +
	"- reads JSON from stdin.\n\n"

// usageFlags say what a list of usage leaves out.
type usageFlags struct {
	book     bookFlags
	zone     string
	from, to string
	contract household.Contract
}

func (f *usageFlags) on(cmd *cobra.Command) {
	f.book.on(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.zone, "zone", "Europe/Paris", "time zone of the days of a list")
	flags.StringVar(&f.from, "from", "", "first day of the bill of a list; that of its usage by default")
	flags.StringVar(&f.to, "to", "", "first day that is not billed; the day after its usage by default")
}

// read reads the usage of a file.
func (f *usageFlags) read(cmd *cobra.Command, name string) (*tariff.Book, tariff.Case, error) {
	var c tariff.Case
	book, err := f.book.open()
	if err != nil {
		return nil, c, err
	}
	if name == "-" {
		c, err = book.ReadCase(cmd.InOrStdin())
		return book, c, err
	}
	read := book.ReadCase
	if strings.EqualFold(filepath.Ext(name), ".csv") {
		if read, err = f.list(book); err != nil {
			return nil, c, usageError{err}
		}
	}
	err = readFile(name, func(r io.Reader) (err error) {
		c, err = read(r)
		return err
	})
	return book, c, err
}

// list returns what reads a list with these flags.
func (f *usageFlags) list(book *tariff.Book) (func(io.Reader) (tariff.Case, error), error) {
	zone, err := time.LoadLocation(f.zone)
	if err != nil {
		return nil, fmt.Errorf("--zone %q: want a zone like Europe/Paris", f.zone)
	}
	if f.contract.Tariff == "" {
		return nil, errors.New("--tariff is missing: a list does not say its contract")
	}
	var days [2]energy.Day
	for i, text := range []string{f.from, f.to} {
		if text == "" {
			continue
		}
		if days[i], err = energy.ParseDay(text); err != nil {
			return nil, fmt.Errorf("--%s %q: want a day like 2026-02-01", []string{"from", "to"}[i], text)
		}
	}
	return func(r io.Reader) (tariff.Case, error) { return book.ReadList(r, zone, f.contract, days[0], days[1]) }, nil
}

func newTariffPrice() *cobra.Command {
	var f usageFlags
	cmd := &cobra.Command{
		Use:   "price FILE",
		Short: "Say what usage costs, line by line",
		Long: "Prints the bill of some usage.\n\n" + usageHelp +
			"Each line is rounded once, to the cent, half away from zero; lines add up to the total.",
		Example: "  foyer tariff price november.json\n" +
			"  foyer tariff price november.csv --tariff fr-bleu-hphc --kva 6 --off-peak 22:00-06:00 --json",
		Args: oneArg("a file of usage, or - for stdin"),
	}
	f.on(cmd)
	cmd.Flags().StringVar(&f.contract.Tariff, "tariff", "", "tariff of a list")
	cmd.Flags().IntVar(&f.contract.PowerKVA, "kva", 0, "subscribed power of a list")
	cmd.Flags().StringVar(&f.contract.OffPeak, "off-peak", "", "the meter's off-peak hours of a list")
	asJSON := jsonFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		book, c, err := f.read(cmd, args[0])
		if err != nil {
			return err
		}
		s, err := book.Price(c)
		if err != nil {
			return err
		}
		if *asJSON {
			return printJSON(visibleJSON{cmd.OutOrStdout()}, page(c, s))
		}
		return printStatement(cmd.OutOrStdout(), c, s)
	}
	return cmd
}

// A statementPage is what --json prints of a statement. Amounts are exact decimals.
type statementPage struct {
	From      string     `json:"from"`
	To        string     `json:"to"`
	Lines     []linePage `json:"lines"`
	Billed    string     `json:"billed_eur"`
	Aid       string     `json:"aid_eur"`
	Net       string     `json:"net_eur"`
	AidLeft   string     `json:"aid_left_eur"`
	Paid      string     `json:"paid_eur"`
	Due       string     `json:"due_eur"`
	Estimated bool       `json:"estimated"`
	Outside   []string   `json:"outside_contracts,omitempty"` // days whose usage no line counts
}

type linePage struct {
	From      string `json:"from"`
	To        string `json:"to"`
	Label     string `json:"label"`
	Quantity  string `json:"quantity"`
	Unit      string `json:"unit"`
	Price     string `json:"price_eur"`
	EUR       string `json:"eur"`
	Estimated bool   `json:"estimated"`
}

func page(c tariff.Case, s tariff.Statement) statementPage {
	p := statementPage{
		From: c.From.String(), To: c.To.String(), Lines: []linePage{}, Billed: tariff.Euros(s.Billed), Aid: tariff.Euros(s.Aided),
		Net: tariff.Euros(s.Net), AidLeft: tariff.Euros(s.AidLeft), Paid: tariff.Euros(s.Paid), Due: tariff.Euros(s.Due), Estimated: s.Estimated,
	}
	for _, l := range s.Lines {
		p.Lines = append(p.Lines, linePage{
			l.From.String(), l.To.String(), l.Label, l.Quantity.String(), l.Unit, l.Price.String(), tariff.Euros(l.Cents), l.Estimated,
		})
	}
	for _, d := range s.Outside {
		p.Outside = append(p.Outside, d.String())
	}
	return p
}

// printStatement prints a bill as a table and what is to pay.
func printStatement(w io.Writer, c tariff.Case, s tariff.Statement) error {
	var rows [][]string
	for _, l := range page(c, s).Lines {
		mark := ""
		if l.Estimated {
			mark = "yes"
		}
		rows = append(rows, []string{l.From, l.To, l.Label, l.Quantity, l.Unit, l.Price, l.EUR, mark})
	}
	sum := func(what string, cents int64) {
		rows = append(rows, []string{"", "", what, "", "EUR", "", tariff.Euros(cents), ""})
	}
	sum("total", s.Net)
	if s.AidLeft != 0 {
		sum("aid left", s.AidLeft)
	}
	if s.Paid != 0 {
		sum("paid", s.Paid)
		sum("due", s.Due)
	}
	if err := printRows(w, false, []string{"from", "to", "line", "quantity", "unit", "price", "eur", "estimated"}, rows); err != nil {
		return err
	}
	if n := len(s.Outside); n > 0 {
		_, err := fmt.Fprintf(w, "not counted: usage of %d days, from %s to %s, on which no contract was in force\n", n, s.Outside[0], s.Outside[n-1])
		return err
	}
	return nil
}

func newTariffPreview() *cobra.Command {
	var f usageFlags
	var other household.Contract
	cmd := &cobra.Command{
		Use:   "preview FILE",
		Short: "Say what the same usage costs under another tariff",
		Long: "Prices the usage of a home twice, as it was and under the tariff of --as, and prints both and\n" +
			"the difference.\n\n" + usageHelp +
			"The usage is the home's own, as the family or its supplier hands it out; the command reads no\n" +
			"records, so that it shows nothing of a family that did not ask for it. Registers that count\n" +
			"the periods of one tariff say nothing of those of another: give half-hours.",
		Example: "  foyer tariff preview year.json --as fr-bleu-tempo --tariffs tariffs.d\n" +
			"  foyer tariff preview year.csv --tariff fr-bleu-base --kva 6 --as fr-bleu-hphc --as-off-peak 22:00-06:00",
		Args: oneArg("a file of usage, or - for stdin"),
	}
	f.on(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.contract.Tariff, "tariff", "", "tariff of a list as it was")
	flags.IntVar(&f.contract.PowerKVA, "kva", 0, "subscribed power of a list as it was")
	flags.StringVar(&f.contract.OffPeak, "off-peak", "", "the meter's off-peak hours of a list as it was")
	flags.StringVar(&other.Tariff, "as", "", "the other tariff")
	flags.IntVar(&other.PowerKVA, "as-kva", 0, "subscribed power under the other; as it was by default")
	flags.StringVar(&other.OffPeak, "as-off-peak", "", "the meter's off-peak hours under the other; as they were by default")
	asJSON := jsonFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if other.Tariff == "" {
			return usageError{errors.New("--as is missing: name the other tariff")}
		}
		book, c, err := f.read(cmd, args[0])
		if err != nil {
			return err
		}
		now, err := book.Price(c)
		if err != nil {
			return fmt.Errorf("as it was: %w", err)
		}
		c.Contracts = under(other, c.Contracts)
		if err := c.Check(book); err != nil {
			return fmt.Errorf("as %s: %w", other.Tariff, err)
		}
		then, err := book.Price(c)
		if err != nil {
			return fmt.Errorf("as %s: %w", other.Tariff, err)
		}
		return printPreview(cmd.OutOrStdout(), *asJSON, c, now, then)
	}
	return cmd
}

// under returns contracts on the same days under another tariff.
func under(other household.Contract, was []household.Contract) []household.Contract {
	all := make([]household.Contract, len(was))
	for i, c := range was {
		c.Tariff = other.Tariff
		c.PowerKVA = cmp.Or(other.PowerKVA, c.PowerKVA)
		c.OffPeak = cmp.Or(other.OffPeak, c.OffPeak)
		all[i] = c
	}
	return all
}

func printPreview(w io.Writer, asJSON bool, c tariff.Case, now, then tariff.Statement) error {
	if asJSON {
		return printJSON(visibleJSON{w}, struct {
			Was        statementPage `json:"was"`
			Other      statementPage `json:"other"`
			Difference string        `json:"difference_eur"`
		}{page(c, now), page(c, then), tariff.Euros(then.Billed - now.Billed)})
	}
	for _, s := range []tariff.Statement{now, then} {
		if err := printStatement(w, c, s); err != nil {
			return err
		}
		if _, err := fmt.Fprintln(w); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "difference %s EUR\n", tariff.Euros(then.Billed-now.Billed))
	return err
}

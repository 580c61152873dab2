package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"foyer/internal/app"
	"foyer/internal/household"
	"foyer/internal/journal"
	"foyer/internal/tariff"
)

func newHouseholdErase() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "erase LABEL|ID | erase --verify FILE",
		Short: "Erase a family for good, or check the certificate of an erasure",
		Long: "Removes everything there is of a family: records, readings, what waits, and the key under which\n" +
			"backups hold its names. It prints a signed certificate: give it to the family, Foyer keeps none.\n" +
			"Stopped in between, the next command ends it; erase again by the id for the certificate.\n\n" +
			"With --verify it checks a certificate, or - for standard input, and needs nothing but the public key\n" +
			"(`foyer audit key`). It ends with 3 when the certificate does not hold.",
		Example: "  foyer household erase 'Foyer 12' --yes > certificate.txt\n  foyer household erase --verify certificate.txt --key foyer/town+1a2b3c4d+AbCd…",
	}
	path, yes := configFlag(cmd), yesFlag(cmd)
	verify := cmd.Flags().String("verify", "", "file of a certificate to check instead; - for standard input")
	key := cmd.Flags().String("key", "", "public key that must have signed it; without, that of the configuration's file")
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		switch {
		case cmd.Flags().Changed("verify") && len(args) > 0:
			return usageError{fmt.Errorf("unexpected argument %q: --verify erases nothing", args[0])}
		case cmd.Flags().Changed("verify"):
			return nil
		}
		return oneArg("the label or the id of one household")(cmd, args)
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if cmd.Flags().Changed("verify") {
			return verifyCertificate(cmd, *verify, *path, *key)
		}
		if !*yes {
			return errNotSure
		}
		return inOffice(cmd, *path, func(o *app.Office) error {
			signed, err := o.Erase(cmd.Context(), args[0])
			if err == nil {
				_, err = io.WriteString(cmd.OutOrStdout(), signed)
			}
			return err
		})
	}
	return cmd
}

func verifyCertificate(cmd *cobra.Command, file, path, key string) error {
	signed, err := readCertificate(cmd, file)
	if err != nil {
		return fmt.Errorf("read a certificate: %w", err)
	}
	if key == "" {
		err = inOffice(cmd, path, func(o *app.Office) error {
			key, err = o.JournalKey(cmd.Context(), false)
			return err
		})
		if err != nil {
			return fmt.Errorf("%w. Say with --key which public key must have signed", err)
		}
	}
	if err := journal.ValidKey(key); err != nil {
		return usageError{fmt.Errorf("--key: %w", err)}
	}
	c, err := journal.OpenCertificate(signed, key)
	if err != nil {
		return errors.Join(say(cmd, "broken: %s", visible(err.Error())), errCheck)
	}
	return say(cmd, "household %s was erased at %s: the certificate holds", c.Household, c.At.Format(time.RFC3339))
}

// maxCertificate is more than a certificate has, in bytes.
const maxCertificate = 16 << 10

func readCertificate(cmd *cobra.Command, file string) (string, error) {
	in := cmd.InOrStdin()
	if file != "-" {
		f, err := os.Open(file) //nolint:gosec // the operator names the file
		if err != nil {
			return "", err
		}
		defer f.Close() //nolint:errcheck // it was only read
		in = f
	}
	b, err := io.ReadAll(io.LimitReader(in, maxCertificate))
	return string(b), err
}

func newHouseholdErased() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "erased",
		Short: "List the families that were erased, by their random ids, or what they were paid",
		Long: "The list is kept beside the keys. Whatever copy of the data is put back, nothing of these families\n" +
			"is in it once Foyer has started.\n\n" +
			"With --money it shows what stays of them for auditors: what they were paid and paid, as sums of a year\n" +
			"and a kind, and of how many amounts. The sum of few amounts may be one family's: show it to nobody else.",
		Example: "  foyer household erased --json\n  foyer household erased --money",
		Args:    noArgs,
	}
	path, asJSON := configFlag(cmd), jsonFlag(cmd)
	money := cmd.Flags().Bool("money", false, "show the sums that stay instead")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return inOffice(cmd, *path, func(o *app.Office) error {
			if *money {
				return printErasedMoney(cmd, o, *asJSON)
			}
			erased, err := o.Keys.Erased(cmd.Context())
			if err != nil {
				return err
			}
			var rows [][]string
			for _, e := range erased {
				rows = append(rows, []string{e.Owner, e.At.Format(time.RFC3339)})
			}
			return printRows(cmd.OutOrStdout(), *asJSON, []string{"id", "erased"}, rows)
		})
	}
	return cmd
}

func printErasedMoney(cmd *cobra.Command, o *app.Office, asJSON bool) error {
	var rows [][]string
	err := o.Records.ErasedMoney(cmd.Context(), o.Config.Pilot.ID, func(year int, kind household.EntryKind, cents, entries int64) {
		rows = append(rows, []string{strconv.Itoa(year), string(kind), tariff.Euros(cents), strconv.FormatInt(entries, 10)})
	})
	if err != nil {
		return err
	}
	return printRows(cmd.OutOrStdout(), asJSON, []string{"year", "kind", "amount_eur", "amounts"}, rows)
}

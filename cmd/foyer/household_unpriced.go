package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"foyer/internal/app"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/tariff"
)

// warnUnpriced tells, on stderr and each once, why contracts have no price today. They are
// kept all the same: a tariff's file may come later, and until then their days say so.
func warnUnpriced(cmd *cobra.Command, o *app.Office, contracts ...household.Contract) {
	warn := func(text string) { _, _ = fmt.Fprintf(cmd.ErrOrStderr(), "warning: %s\n", text) }
	book, err := tariff.Open(o.Config.Tariffs.Folder)
	if err != nil {
		warn(fmt.Sprintf("whether the contract has a price is not known: %v", err))
		return
	}
	told := map[string]bool{}
	for _, c := range contracts {
		if c.Tariff == "" {
			continue // a fuel that is delivered
		}
		day := energy.DayOf(o.World.Now(), o.Zone)
		if day.Before(c.From) {
			day = c.From
		}
		var text string
		switch _, err := book.Cost(c, day, nil); {
		case errors.Is(err, tariff.ErrUnknown):
			text = fmt.Sprintf("tariff %q is not known, so its days have no price; known are %s. Write a file of it (docs/reference/tariffs.md), or say another with `foyer household contract`",
				c.Tariff, strings.Join(book.IDs(), ", "))
		case errors.Is(err, tariff.ErrNoPower):
			text = err.Error()
		default:
			continue
		}
		if !told[text] {
			told[text] = true
			warn(text)
		}
	}
}

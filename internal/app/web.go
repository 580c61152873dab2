package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"
	"strings"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"foyer/api"
	"foyer/api/pages"
	"foyer/internal/consent"
	"foyer/internal/listen"
	"foyer/internal/tariff"
)

// openAPI opens the pages and the API on their address.
func (a *App) openAPI(ctx context.Context) error {
	contact := a.Config.Pilot.Contact
	book, err := tariff.Open(a.Config.Tariffs.Folder)
	if err != nil {
		return err
	}
	server, err := api.New(api.Options{
		Gate: a.gate, Accounts: a.Accounts, Registry: a.Registry, Writes: a.Records, Texts: a.texts,
		Now: Wall, World: a.World.Now, Zone: a.Zone,
		Contact: pages.Contact{Name: contact.Name, Phone: string(contact.Phone), Hours: contact.Hours},
		Tariff:  book.Name, Controller: consent.Controller{ID: a.Config.Pilot.ID, Name: a.Config.Pilot.Name, Address: a.Config.Pilot.Address},
		Version: apiVersion(), Log: a.Log, Registerer: a.metrics, Checks: a.checks,
		Metrics:      promhttp.HandlerFor(a.metrics, promhttp.HandlerOpts{}),
		MetricsToken: a.Config.Metrics.Token.Reveal(), Plain: !a.Config.HTTPS && a.Config.Cert == "",
		DemoFamily: a.DemoFamily, DemoConsole: a.DemoConsole,
	})
	if err != nil {
		return err
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", a.Config.Listen)
	if err != nil {
		return fmt.Errorf("open the pages: %w", err)
	}
	if a.Config.Cert != "" {
		pair, err := listen.OpenCertificate(a.Config.Path(a.Config.Cert), a.Config.Path(a.Config.Key), a.Log.With("component", "api"))
		if err != nil {
			return errors.Join(fmt.Errorf("open the pages: %w", err), l.Close())
		}
		l = pair.Listener(l)
	}
	a.closers = append(a.closers, func() error { _ = l.Close(); return nil }) // closed already when it ran
	a.web = l.Addr().String()
	a.parts = append(a.parts, part{"api", func(ctx context.Context) error { return server.Run(ctx, l) }})
	return nil
}

func apiVersion() api.Version {
	name, commit, known := strings.Cut(Version(), " ")
	v := api.Version{Version: name, Go: runtime.Version()}
	if known {
		v.Commit = &commit
	}
	return v
}

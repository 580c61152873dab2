package install

import (
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"strings"

	"foyer/internal/listen"
	"foyer/internal/permission"
)

// check reports every fault together.
func (a Answers) check() error {
	var faults []error
	unless := func(ok bool, field, value, want string) {
		if !ok {
			faults = append(faults, fmt.Errorf("%s: %q: want %s", field, value, want))
		}
	}
	p := a.Config.Pilot
	unless(a.First.Name != "", "first.name", a.First.Name, "the name of who signs in first, as colleagues see it")
	unless(isEmail(a.First.Email), "first.email", a.First.Email, "the e-mail address with which they sign in")
	unless(permission.Role(a.First.Role).IsStaff(), "first.role", a.First.Role, "caseworker, lead, auditor, funder or operator")
	unless(p.Name != "", "pilot.name", p.Name, "the name of the town, as families read it")
	unless(p.Address != "", "pilot.address", p.Address, "where the town answers by post: it stands on each receipt of consent")
	unless(p.Contact.Name != "", "pilot.contact.name", p.Contact.Name, "the name of who families call")
	unless(isPhone(string(p.Contact.Phone)), "pilot.contact.phone", string(p.Contact.Phone), "a number that is answered: families call it")
	unless(p.Contact.Hours != "", "pilot.contact.hours", p.Contact.Hours, "when it is answered, in words")
	a.checkAt(unless)
	if host, _, err := net.SplitHostPort(a.Config.Listen); err == nil && !listen.Loopback(host) && a.Config.Plain && a.Config.Cert == "" && !a.Config.HTTPS {
		faults = append(faults, fmt.Errorf("plain: true with listen %q: a password is chosen on these pages: want cert and key, or https: true where a proxy speaks HTTPS", a.Config.Listen))
	}
	return errors.Join(append(faults, a.Config.Validate())...)
}

// checkAt wants an address that people can open.
func (a Answers) checkAt(unless func(ok bool, field, value, want string)) {
	scheme, want := a.scheme()
	if scheme == "" {
		return
	}
	u, err := url.Parse(a.At)
	opens := err == nil && u.Scheme == scheme && u.Host != "" && *u == url.URL{Scheme: u.Scheme, Host: u.Host}
	unless(opens && (scheme == "https" || listen.Loopback(u.Hostname())), "at", a.At, want)
}

// scheme returns how an address of the pages begins, "" where that is not known, and what
// is wanted of it in words.
func (a Answers) scheme() (scheme, want string) {
	host, _, err := net.SplitHostPort(a.Config.Listen)
	switch {
	case a.Config.Cert != "" || a.Config.HTTPS:
		return "https", "where people open the pages, https://foyer.ville.example"
	case err == nil && listen.Loopback(host):
		return "http", "http://" + a.Config.Listen + ", for this machine alone; with https: true, the address of the proxy that speaks HTTPS"
	}
	return "", ""
}

func isEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s
}

// isPhone reports whether a text is one that somebody can dial.
func isPhone(s string) bool {
	digits := 0
	for _, c := range s {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case !strings.ContainsRune("+ .-/()\u00a0", c):
			return false
		}
	}
	return digits >= 3
}

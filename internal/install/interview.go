package install

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"foyer/internal/config"
	"foyer/internal/permission"
	"foyer/internal/text"
)

// An Interview asks a person, one line each.
type Interview struct {
	In    io.Reader
	Out   io.Writer
	Words *text.Language
}

// A question is one thing to answer. Its texts are init.ask.NAME and, for an answer that
// does not do, init.want.NAME.
type question struct {
	name   string
	preset string // what an empty line stands for
	does   func(string) bool
	into   *string
}

// Ask asks what a new installation has to be told, for a configuration's file, again where
// an answer does not do. It fails when nobody answers.
func (i Interview) Ask(file string) (Answers, error) {
	a := blank(file)
	p := &a.Config.Pilot
	phone := ""
	questions := []question{
		{"name", "", func(s string) bool { return slug(s) != "" }, &p.Name},
		{"address", "", given, &p.Address},
		{"zone", p.Zone, isZone, &p.Zone},
		{"contact", "", given, &p.Contact.Name},
		{"phone", "", isPhone, &phone},
		{"hours", config.Default().Pilot.Contact.Hours, given, &p.Contact.Hours},
		{"at", "-", a.opens, &a.At},
		{"data", a.Config.Data, given, &a.Config.Data},
		{"first", p.Contact.Name, given, &a.First.Name},
		{"email", "", isEmail, &a.First.Email},
		{"role", a.First.Role, func(s string) bool { return permission.Role(s).IsStaff() }, &a.First.Role},
	}
	if err := i.tell("init.begin"); err != nil {
		return Answers{}, err
	}
	lines := bufio.NewScanner(i.In)
	for _, q := range questions {
		if err := i.put(q, lines); err != nil {
			return Answers{}, err
		}
	}
	p.Contact.Phone = config.Phone(phone)
	if a.At == "-" {
		a.At = ""
	}
	a.Config.HTTPS = a.At != ""
	return a, a.settle()
}

// put asks one question until an answer does.
func (i Interview) put(q question, lines *bufio.Scanner) error {
	for {
		if err := i.tell("init.ask." + q.name); err != nil {
			return err
		}
		prompt := "> "
		if q.preset != "" {
			prompt = "[" + q.preset + "] > "
		}
		if _, err := io.WriteString(i.Out, prompt); err != nil {
			return err
		}
		if !lines.Scan() {
			err := lines.Err()
			if err == nil {
				err = errors.New("standard input ended; answer, or give --answers FILE")
			}
			return fmt.Errorf("question %s: %w", q.name, err)
		}
		answer := strings.TrimSpace(lines.Text())
		if answer == "" {
			answer = q.preset
		}
		if q.does(answer) {
			*q.into = answer
			return nil
		}
		if err := i.tell("init.want."+q.name, "Answer", answer); err != nil {
			return err
		}
	}
}

func (i Interview) tell(key string, pairs ...any) error {
	words, err := i.Words.T(key, pairs...)
	if err != nil {
		return err
	}
	_, err = io.WriteString(i.Out, words+"\n")
	return err
}

func given(s string) bool { return s != "" }

func isZone(s string) bool {
	_, err := time.LoadLocation(s)
	return err == nil && s != "" && s != "Local"
}

// opens reports whether an answer is where people open the pages: an address of a proxy,
// or this machine alone, "-".
func (a Answers) opens(s string) bool {
	a.At, a.Config.HTTPS = strings.TrimSuffix(s, "/"), true
	ok := true
	a.checkAt(func(does bool, _, _, _ string) { ok = does })
	return s == "-" || ok
}

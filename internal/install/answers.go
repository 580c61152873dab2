// Package install says what a new installation has to be told: it reads that from a file
// or asks a person, and writes the configuration that follows from it, with a word on
// each line.
//
// It makes nothing. Keys, databases and people are of internal/app.
package install

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"foyer/internal/config"
	"foyer/internal/permission"
	"foyer/internal/written"
)

// Answers are what a new installation is told.
type Answers struct {
	First  Person
	At     string // where people open the pages, "https://foyer.ville.example"
	Config config.Config

	rest string // of a file: sections that nothing asks for, as they stand there
}

// A Person is who signs in first.
type Person struct {
	Name  string `yaml:"name"`
	Email string `yaml:"email"`
	Role  string `yaml:"role"` // one of [permission.Staff]; lead by default
}

// blank returns the answers to nothing yet. Data lies beside the configuration's file.
// What families read is not answered by an example.
func blank(file string) Answers {
	a := Answers{First: Person{Role: string(permission.Lead)}, Config: config.Default()}
	a.Config.Data = whole(filepath.Join(filepath.Dir(file), a.Config.Data))
	a.Config.Pilot.ID, a.Config.Pilot.Name, a.Config.Pilot.Address = "", "", ""
	a.Config.Pilot.Contact = config.Contact{}
	return a
}

// asked are the keys of a configuration that [Answers.Sheet] writes itself.
var asked = map[string]bool{"first": true, "at": true, "listen": true, "cert": true, "key": true, "https": true, "plain": true, "data": true, "pilot": true}

// Read reads a file of answers for a configuration's file: keys of foyer.yaml, and beside
// them first and at. An unknown key fails with its line and column; every other fault is
// reported together, each with its field, its value and what to do.
func Read(text []byte, file string) (Answers, error) {
	a := blank(file)
	form := struct {
		First         Person `yaml:"first"`
		At            string `yaml:"at"`
		config.Config `yaml:",inline"`
	}{a.First, a.At, a.Config}
	if err := written.Decode(text, &form); err != nil {
		return Answers{}, errors.New(strings.TrimSpace(yaml.FormatError(err, false, false)))
	}
	a.First, a.At, a.Config = form.First, form.At, form.Config
	var err error
	if a.rest, err = leftOver(text); err != nil {
		return Answers{}, err
	}
	return a, a.settle()
}

// leftOver returns the sections of a file that nothing asks for, with their comments.
func leftOver(text []byte) (string, error) {
	f, err := parser.ParseBytes(text, parser.ParseComments)
	if err != nil {
		return "", fmt.Errorf("read answers: %w", err)
	}
	var b strings.Builder
	for _, doc := range f.Docs {
		m, ok := doc.Body.(ast.MapNode)
		if !ok {
			continue
		}
		for i := m.MapRange(); i.Next(); {
			if !asked[i.Key().GetToken().Value] {
				b.WriteString("\n" + strings.TrimSpace(i.KeyValue().String()) + "\n")
			}
		}
	}
	return b.String(), nil
}

// settle fills in what follows from other answers, and reports every fault together.
func (a *Answers) settle() error {
	a.First.Role = cmp.Or(a.First.Role, string(permission.Lead))
	a.Config.Pilot.ID = cmp.Or(a.Config.Pilot.ID, slug(a.Config.Pilot.Name))
	a.Config.Data = whole(a.Config.Data)
	a.At = strings.TrimSuffix(a.At, "/")
	if scheme, _ := a.scheme(); a.At == "" && scheme != "" && !a.Config.HTTPS {
		a.At = scheme + "://" + a.Config.Listen
	}
	return a.check()
}

// whole returns the whole name of a folder: a service starts in another one.
func whole(folder string) string {
	if abs, err := filepath.Abs(folder); err == nil && folder != "" {
		return abs
	}
	return folder
}

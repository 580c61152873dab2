package decoder

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// familyName is what a file of templates may be called.
var familyName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)

// Open returns the dialects that come with Foyer together with those of a folder:
// every FAMILY.yaml in it describes a family in the format of Foyer's own. The
// samples of the folder are decoded, and each must come to what it says.
//
// The error names each file that does not compile, and each sample that fails with
// what differs. A family or a dialect that has a name of Foyer's own is an error.
// Where the folder is absent the error is an [fs.ErrNotExist].
func Open(folder string) (*Set, error) {
	own, err := os.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("read templates: %w", err)
	}
	var faults []error
	base := Builtin()
	var added []*template
	for _, f := range own {
		family, is := strings.CutSuffix(f.Name(), ".yaml")
		file := filepath.Join(folder, f.Name())
		if strings.EqualFold(filepath.Ext(f.Name()), ".yml") || !is && strings.EqualFold(filepath.Ext(f.Name()), ".yaml") {
			faults = append(faults, fmt.Errorf("%s: is not read: the name of a template ends in .yaml", file))
			continue
		}
		if !is || f.IsDir() {
			continue
		}
		more, err := base.readFile(file, family)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", file, err))
			continue
		}
		added = append(added, more...)
	}
	if faults != nil {
		return nil, errors.Join(faults...)
	}
	set, err := newSet(registered, registeredFamilies, append(slices.Clip(base.templates), added...))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", folder, err)
	}
	for _, t := range added {
		file := filepath.Join(folder, t.family.Name+".yaml")
		for i := range t.Samples {
			s := &t.Samples[i]
			what, err := s.differs(set, t.name)
			switch {
			case err != nil:
				faults = append(faults, fmt.Errorf("%s: dialect %s: sample %d: %w", file, t.Dialect, i+1, err))
			case what != "":
				faults = append(faults, fmt.Errorf("%s: dialect %s: sample %d (topic %s): %s", file, t.Dialect, i+1, s.Topic, what))
			}
		}
	}
	if faults != nil {
		return nil, errors.Join(faults...)
	}
	return set, nil
}

// readFile reads one family of an operator, who may go on with readings of s.
func (s *Set) readFile(file, family string) ([]*template, error) {
	switch {
	case !familyName.MatchString(family):
		return nil, fmt.Errorf("%q cannot name a family: want 1 to 64 of a-z, 0-9 and _, a letter first", family)
	case slices.ContainsFunc(s.families, func(f meterFamily) bool { return f.Name == family }):
		return nil, fmt.Errorf("a family called %s comes with Foyer: choose another name", family)
	}
	text, err := os.ReadFile(file) //nolint:gosec // the operator names the folder
	if err != nil {
		return nil, err
	}
	return parseTemplates(map[string][]byte{family: text}, s.templates)
}

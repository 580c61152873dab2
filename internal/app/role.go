package app

import (
	"fmt"
	"strings"
)

// Roles says which parts of the work a process does.
type Roles struct {
	Ingest bool // takes messages in and keeps their readings
	Jobs   bool // computes figures, decides alerts and tells channels
	API    bool // answers people and machines
}

// AllRoles is one process that does everything.
func AllRoles() Roles { return Roles{Ingest: true, Jobs: true, API: true} }

// ParseRoles reads "ingest,jobs,api" or a part of it.
func ParseRoles(list string) (Roles, error) {
	var r Roles
	for name := range strings.SplitSeq(list, ",") {
		switch strings.TrimSpace(name) {
		case "ingest":
			r.Ingest = true
		case "jobs":
			r.Jobs = true
		case "api":
			r.API = true
		default:
			return Roles{}, fmt.Errorf("role %q: want ingest, jobs, api, or several with commas", name)
		}
	}
	return r, nil
}

package formulary

import (
	"encoding/json"

	"foyer/internal/journal"
)

type objectInputs struct {
	Object json.RawMessage `json:"object"`
}

type digestResult struct {
	Canonical *string `json:"canonical"`
	SHA256    *string `json:"sha256"`
	Reason    string  `json:"reason,omitempty"`
}

type chainInputs struct {
	Entries []json.RawMessage `json:"entries"`
	Genesis *string           `json:"genesis"`
}

type chainResult struct {
	Hashes []string `json:"hashes"`
	Reason string   `json:"reason,omitempty"`
}

func init() {
	calculate("canonical_json_sha256", "RFC 8785; write decimals as text", func(in objectInputs) digestResult {
		if in.Object == nil {
			return digestResult{Reason: "want object"}
		}
		hash, form, err := journal.Digest(in.Object)
		if err != nil {
			return digestResult{Reason: err.Error()}
		}
		text := string(form)
		return digestResult{Canonical: &text, SHA256: &hash}
	})
	calculate("audit_hash_chain", "Foyer: SHA-256 of the hash before, in hexadecimal digits, and the entry in canonical form; from 64 zeros where genesis says nothing else",
		func(in chainInputs) chainResult {
			last := journal.Genesis
			if in.Genesis != nil {
				last = *in.Genesis
			}
			r := chainResult{Hashes: []string{}}
			for _, entry := range in.Entries {
				next, err := journal.Next(last, entry)
				if err != nil {
					return chainResult{Reason: err.Error()}
				}
				r.Hashes, last = append(r.Hashes, next), next
			}
			return r
		})
}

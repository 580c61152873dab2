package formulary

import "foyer/internal/tic"

type historicInputs struct {
	Label *string `json:"label"`
	Value *string `json:"value"`
}

type standardInputs struct {
	Fields []string `json:"fields"`
}

type checksumResult struct {
	Checksum *string `json:"checksum"`
	Reason   string  `json:"reason,omitempty"`
}

type statusInputs struct {
	Hex *string `json:"stge_hex"`
}

type statusResult struct {
	DryContactOpen *bool  `json:"dry_contact_open"`
	Cutoff         *int   `json:"cutoff"`
	CutoffOpen     *bool  `json:"cutoff_open"`
	OverReference  *bool  `json:"over_reference_power"`
	Producer       *bool  `json:"producer"`
	DegradedClock  *bool  `json:"degraded_clock"`
	StandardMode   *bool  `json:"standard_mode"`
	TempoToday     *int   `json:"tempo_today"`
	TempoTomorrow  *int   `json:"tempo_tomorrow"`
	Reason         string `json:"reason,omitempty"`
}

func init() {
	checksum := func(sum byte, err error) checksumResult {
		if err != nil {
			return checksumResult{Reason: err.Error()}
		}
		text := string(rune(sum))
		return checksumResult{Checksum: &text}
	}
	calculate("tic_checksum_historique", "hallard/LibTeleinfo: six bits of the sum over label, space and value, plus 0x20", func(in historicInputs) checksumResult {
		if in.Label == nil || in.Value == nil {
			return checksumResult{Reason: "want label and value"}
		}
		return checksum(tic.Historic(*in.Label, *in.Value))
	})
	calculate("tic_checksum_standard", "hallard/LibTeleinfo: the same over the fields, each with the tabulator after it", func(in standardInputs) checksumResult {
		return checksum(tic.Standard(in.Fields...))
	})
	calculate("tic_stge_decode", "A public parser of the customer interface; Enedis-NOI-CPT_54E was not seen", func(in statusInputs) statusResult {
		if in.Hex == nil {
			return statusResult{Reason: "want stge_hex"}
		}
		s, err := tic.ParseStatus(*in.Hex)
		if err != nil {
			return statusResult{Reason: err.Error()}
		}
		open := s.CutoffOpen()
		return statusResult{
			DryContactOpen: &s.DryContactOpen, Cutoff: &s.Cutoff, CutoffOpen: &open, OverReference: &s.OverReference, Producer: &s.Producer,
			DegradedClock: &s.DegradedClock, StandardMode: &s.StandardMode, TempoToday: &s.TempoToday, TempoTomorrow: &s.TempoTomorrow,
		}
	})
}

package decoder

import (
	"fmt"
	"strconv"
)

// Keys say which names count, and the register of each. In YAML they are a
// mapping, or the name of one that several families share.
type keys map[string]string

// UnmarshalYAML reads either.
func (k *keys) UnmarshalYAML(unmarshal func(any) error) error {
	var name string
	if unmarshal(&name) == nil {
		shared, ok := sharedKeys[name]
		if !ok {
			return fmt.Errorf("keys %q: no such table", name)
		}
		*k = shared
		return nil
	}
	return unmarshal((*map[string]string)(k))
}

// sharedKeys are the labels of a Linky's customer output, whoever hands them on.
//
// Source: Enedis-NOI-CPT_54E.
var sharedKeys = map[string]keys{
	// The indexes of the supplier's contract, and in standard mode their total; Wh.
	"tic_index": {
		"BASE": "base", "HCHC": "hc", "HCHP": "hp", "EJPHN": "ejphn", "EJPHPM": "ejphpm",
		"BBRHCJB": "hcjb", "BBRHPJB": "hpjb", "BBRHCJW": "hcjw", "BBRHPJW": "hpjw", "BBRHCJR": "hcjr", "BBRHPJR": "hpjr",
		"EAST": "total",
	},
	// Two partitions of that total, by supplier and by distributor; Wh, 0 where unused.
	"tic_share": {
		"EASF01": "f01", "EASF02": "f02", "EASF03": "f03", "EASF04": "f04", "EASF05": "f05",
		"EASF06": "f06", "EASF07": "f07", "EASF08": "f08", "EASF09": "f09", "EASF10": "f10",
		"EASD01": "d01", "EASD02": "d02", "EASD03": "d03", "EASD04": "d04",
	},
}

func init() {
	sharedKeys["emon_power"] = numbered("power", "P")
	sharedKeys["emon_energy"] = numbered("e", "E")
}

// numbered names the channels 1 to 12 of an energy monitor.
func numbered(names ...string) keys {
	k := keys{}
	for n := 1; n <= 12; n++ {
		channel := strconv.Itoa(n)
		for _, name := range names {
			k[name+channel] = "ch" + channel
		}
	}
	return k
}

package decoder

import "strings"

// senmlDevice names the device of a record: its base name without the last
// separator. A whole name in one field ends with the quantity, or with the device.
func senmlDevice(in *Input, r senmlRecord) Device {
	id := strings.TrimRight(r.base.name, " ")
	if r.base.name == "" || r.name == "" {
		id, _ = r.split()
		if id == "" {
			id = in.message.Topic
		}
	} else if n := len(id); n > 1 && strings.IndexByte(senmlSeparators, id[n-1]) >= 0 {
		id = id[:n-1]
	}
	return Device{Scheme: "senml", ID: id}
}

const senmlSeparators = ":/.-_;"

// split parts a name that stands in one field.
func (r *senmlRecord) split() (device, quantity string) {
	whole := r.base.name + r.name
	n := strings.LastIndexAny(whole, "/:;")
	last := wordsOf(whole[n+1:])
	for _, w := range last {
		if !wordsPlain[w] {
			return strings.TrimRight(whole, senmlSeparators), ""
		}
	}
	return whole[:max(n, 0)], whole[n+1:]
}

// quantityName returns the part of the name that says what is measured.
func (r *senmlRecord) quantityName() []string {
	if r.base.name != "" && r.name != "" {
		return []string{r.name}
	}
	_, quantity := r.split()
	return []string{quantity}
}

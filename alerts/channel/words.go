package channel

import "strings"

// title returns what an alert is about in a few words: "Logement froid".
func (d Deps) title(m Message) string {
	if d.Texts == nil {
		return m.Alert.Rule
	}
	s, err := d.Texts.Languages()[0].Or("rule."+m.Alert.Rule, "rule.unknown")
	if err != nil {
		return m.Alert.Rule
	}
	return s
}

// sentence returns why, with the numbers; "" when there are no words for it.
func (d Deps) sentence(m Message) string {
	if d.Texts == nil {
		return ""
	}
	at := m.At
	if d.Zone != nil {
		at = at.In(d.Zone)
	}
	s, err := d.Texts.Languages()[0].Reason(m.Alert.Reason.Key, m.Alert.Reason.Args, at)
	if err != nil {
		return ""
	}
	return s
}

// oneLine replaces what could end a line or steer a terminal.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, s)
}

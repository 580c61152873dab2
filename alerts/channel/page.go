package channel

import (
	"fmt"
	"reflect"
	"strings"
)

//go:generate go test -run TestTheReferencePageIsThatOfTheRegistry . -update

// Page returns docs/reference/channels.md, written from the registry.
func Page() string {
	var b strings.Builder
	b.WriteString(`# Channels

<!-- Generated from the registry: go generate ./alerts/channel -->

A channel tells a recipient of the steps of alerts. What is to be told is queued in the same transaction as the step, as the name of an alert and a recipient, never a figure. When it is sent, the Gate is asked what the recipient may see at that moment: what consent no longer covers is not sent, and the delivery ends as ` + "`withheld`" + `.

Deliveries are at least once. Each step of each alert has one id for each channel, the same at every attempt, so that a receiver that has it already can tell. Steps of one alert go over one channel in order. A delivery that fails is tried again after 1 s, twice as long each time, at most 30 s, or 15 min when the receiver refuses it; after a day it is given up, counted in ` + "`foyer_notifications_total{result=\"given_up\"}`" + ` and logged. A receiver that is down gets one delivery at a time until one arrives.

The channels stand in the section ` + "`channels`" + ` of the configuration, one section for each kind. By default nobody is told.
`)
	for _, k := range Kinds() {
		fmt.Fprintf(&b, "\n## `%s`\n\n%s\n\n| setting | default | meaning |\n|---|---|---|\n", k.Name, k.Does)
		settings(&b, "", reflect.ValueOf(k.Default()).Elem())
	}
	b.WriteString(webhookPage)
	return b.String()
}

// settings lists the fields of a section as rows of a table; those of the
// elements of a list follow it.
func settings(b *strings.Builder, prefix string, v reflect.Value) {
	for i := range v.NumField() {
		field := v.Type().Field(i)
		name := prefix + field.Tag.Get("yaml")
		value := fmt.Sprint(v.Field(i).Interface())
		if prefix != "" { // an element of a list has no default of its own
			value = ""
		}
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", name, value, field.Tag.Get("doc"))
		if field.Type.Kind() == reflect.Slice && field.Type.Elem().Kind() == reflect.Struct {
			settings(b, name+"[].", reflect.New(field.Type.Elem()).Elem())
		}
	}
}

const webhookPage = `
### What a webhook receives

` + "```" + `
POST /hook
content-type: application/json
webhook-id: msg_4k2…
webhook-timestamp: 1764050400
webhook-signature: v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=

{
  "type": "alert.opened",
  "timestamp": "2026-11-25T06:00:00Z",
  "data": {
    "alert": "a2345672345672345",
    "family": "f2345672345672345",
    "label": "Foyer 07",
    "rule": "cold_home",
    "severity": "urgent",
    "state": "open",
    "opened_at": "2026-11-25T06:00:00Z",
    "title": "Logement froid",
    "text": "14,8 °C en moyenne par jour, 2 jours de suite. C'est moins de 16 °C.",
    "reason": {"key": "alert.cold_home.mean", "args": {"days": "2", "limit_c": "16", "mean_c": "14.8"}}
  }
}
` + "```" + `

` + "`type`" + ` is alert.opened, alert.escalated, alert.acknowledged or alert.resolved, and webhook.test for ` + "`foyer webhook test`" + `. ` + "`timestamp`" + ` is when it happened; ` + "`data`" + ` is the alert as it stands when the message is sent. An incident of a gateway has neither family nor label. Fields may be added.

Check the signature before anything else, with one of the [Standard Webhooks](https://www.standardwebhooks.com) libraries and the whole body as it came; refuse a timestamp more than five minutes off; answer with any 2xx status within ten seconds. To change the secret, move it to ` + "`old_secret`" + ` and write a new one: both sign until you take the old one out. An answer of 410 ends that delivery for good.

A webhook reaches public addresses on port 443 only. The address is checked after the name was looked up, for every connection; redirects and proxies are not followed. A receiver on your own network needs its IP and port in ` + "`allow`" + `, and may then speak plain http.
`

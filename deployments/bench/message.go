package main

import (
	"strconv"
	"time"

	"foyer/internal/energy"
)

// every is between two messages of one meter, in the time that they carry.
const every = 5 * time.Second

// A device is a plug behind a gateway, and the meter it is in the registry.
type device struct {
	gateway string
	id      string
	meter   energy.MeterID
}

func (d device) topic() string { return "foyer/" + d.gateway + "/tele/" + d.id + "/SENSOR" }

// total, power and apparent are what a plug shows at its nth message: Wh, W, VA.
func total(n int) int    { return 120_450 + n }
func power(n int) int    { return 48 + n%1900 }
func apparent(n int) int { return 61 + n%1900 }

// appendMessage appends a plug's nth message at a local time, as Tasmota 14 writes
// it: about 250 bytes.
func appendMessage(b []byte, n int, local time.Time) []byte {
	b = append(b, `{"Time":"`...)
	b = local.AppendFormat(b, "2006-01-02T15:04:05")
	b = append(b, `","ENERGY":{"TotalStartTime":"2024-02-01T10:00:00","Total":`...)
	b = strconv.AppendInt(b, int64(total(n)/1000), 10)
	b = append(b, '.')
	milli := total(n) % 1000
	b = append(b, byte('0'+milli/100), byte('0'+milli/10%10), byte('0'+milli%10))
	b = append(b, `,"Yesterday":1.204,"Today":0.310,"Period":4,"Power":`...)
	b = strconv.AppendInt(b, int64(power(n)), 10)
	b = append(b, `,"ApparentPower":`...)
	b = strconv.AppendInt(b, int64(apparent(n)), 10)
	return append(b, `,"ReactivePower":37,"Factor":0.79,"Voltage":231,"Current":0.264}}`...)
}

// readings are what a plug's nth message says, in order of register.
func readings(d device, n int, at time.Time) []energy.Reading {
	r := func(register energy.Register, value int) energy.Reading {
		return energy.Reading{Meter: d.meter, Register: register, At: at, Value: int64(value) * 1000, Source: energy.DeviceTime}
	}
	return []energy.Reading{r("apparent_power/total", apparent(n)), r("energy_import/total", total(n)), r("power/total", power(n))}
}

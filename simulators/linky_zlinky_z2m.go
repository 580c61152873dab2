package simulators

import (
	"time"

	"foyer/internal/energy"
)

func init() {
	historique := dialect{
		name: "linky_zlinky_z2m", scheme: "zigbee2mqtt", role: Electricity,
		contracts: []string{Base, PeakOffPeak}, tick: 1,
		describe: describeZlinky, show: showZlinky, encode: encodeZlinky,
	}
	register(historique)
	historique.name, historique.untimed = "linky_zlinky_z2m_untimed", true
	register(historique)
	register(dialect{
		name: "linky_zlinky_z2m_standard", scheme: "zigbee2mqtt", role: Electricity,
		contracts: []string{Base}, tick: 1000,
		describe: describeZlinky, show: showStandard, encode: encodeStandard,
	})
}

func describeZlinky(d *device) {
	d.ID, d.topic = "linky", "zigbee2mqtt/linky"
	d.alive, d.living = "zigbee2mqtt/bridge/state", `{"state":"online"}`
	d.serial = "03" + d.digits(10)
	d.oldLinky()
	d.precision = powers[6-d.decimals]
}

// kWh is an index as Zigbee2MQTT shows it: whole Wh of the meter, rounded to
// kWh_precision decimals.
func (d *device) kWh(r energy.Register, exact int64) Value {
	return Value{r, round(floor(exact, 1000), d.precision), exact}
}

// A ZLinky in historique mode sends the one index as the total, or heures creuses and
// heures pleines as tiers 1 and 2, in kWh, and the time of Zigbee2MQTT's host, where
// its option last_seen is on.
//
// Source: zigbee-herdsman-converters src/devices/lixee.ts.
func showZlinky(d *device, s *sample, vs []Value) []Value {
	if d.hphc {
		vs = append(vs, d.kWh("energy_import/hc", s.used.off), d.kWh("energy_import/hp", s.used.peak))
	} else {
		vs = append(vs, d.kWh("energy_import/total", s.used.total()))
	}
	return append(vs, d.papp(s))
}

func encodeZlinky(d *device, s *sample, vs []Value, b []byte) []byte {
	va := vs[len(vs)-1].Value / 1000
	period, contract := "TH..", "BASE"
	if d.hphc {
		if period, contract = "HP..", "HC.."; s.off {
			period = "HC.."
		}
	}
	b = append(append(b, `{"active_register_tier_delivered":"`...), period...)
	b = appendInt(b, `","apparent_power":`, va)
	b = appendInt(b, `,"available_power":`, d.kVA*5)
	if d.hphc {
		b = append(append(append(b, `,"current_tarif":"`...), contract...), '"')
		b = appendNumber(append(b, `,"current_tier1_summ_delivered":`...), vs[0].Value, 6)
		b = appendNumber(append(b, `,"current_tier2_summ_delivered":`...), vs[1].Value, 6)
	} else {
		b = appendNumber(append(b, `,"current_summ_delivered":`...), vs[0].Value, 6)
		b = append(append(append(b, `,"current_tarif":"`...), contract...), '"')
	}
	if !d.untimed {
		b = append(appendISO(append(b, `,"last_seen":"`...), s.at), '"')
	}
	b = appendInt(b, `,"linkquality":`, d.dice.between(60, 140, s.at, 9))
	b = append(append(b, `,"meter_serial_number":"`...), d.serial...)
	b = appendInt(b, `","rms_current":`, va/230)
	b = appendInt(b, `,"rms_current_max":`, d.kVA*5)
	return append(b, `,"schedule_h_p_h_c":null,"update":{"state":"idle"},"warn_d_p_s":null}`...)
}

// A ZLinky in standard mode sends the meter's own date with its season, the total and
// the supplier's first index.
//
// Source: Enedis-NOI-CPT_54E, EAST, EASF01, DATE; zigbee-herdsman-converters src/devices/lixee.ts.
func showStandard(d *device, s *sample, vs []Value) []Value {
	return append(vs, d.kWh("energy_import/total", s.used.total()), d.kWh("energy_import/f01", s.used.total()), d.papp(s))
}

func encodeStandard(d *device, s *sample, vs []Value, b []byte) []byte {
	va := vs[2].Value / 1000
	b = appendInt(b, `{"apparent_power":`, va)
	b = appendInt(b, `,"available_power":`, d.kVA)
	b = append(b, `,"current_date":"`...)
	local := time.UnixMilli(s.at).In(d.zone)
	if local.IsDST() {
		b = append(b, 'E')
	} else {
		b = append(b, 'H')
	}
	b = local.AppendFormat(b, "060102150405")
	b = append(b, `","current_index_tarif":1,"current_price":"BASE","current_summ_delivered":`...)
	b = appendNumber(b, vs[0].Value, 6)
	b = append(b, `,"current_tarif":"BASE","current_tier1_summ_delivered":`...)
	b = appendNumber(b, vs[1].Value, 6)
	b = append(b, `,"current_tier2_summ_delivered":0,"current_tier3_summ_delivered":null`...)
	b = append(appendISO(append(b, `,"last_seen":"`...), s.at), '"')
	b = appendInt(b, `,"linkquality":`, d.dice.between(60, 140, s.at, 9))
	b = append(append(b, `,"meter_serial_number":"`...), d.serial...)
	b = appendInt(b, `","rms_current":`, va/230)
	return append(b, `,"rms_voltage":233,"status_register":"003A0001"}`...)
}

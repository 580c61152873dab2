package decoder

import (
	"testing"
	"time"
)

// A plug's message, as published every five minutes; constructed.
var benchPlug = Message{
	Topic: "tele/plug_1/SENSOR",
	Payload: []byte(`{"Time":"2025-01-10T08:00:00","ENERGY":{"TotalStartTime":"2024-02-01T10:00:00","Total":120.450,` +
		`"Yesterday":1.200,"Today":0.310,"Period":4,"Power":48,"ApparentPower":61,"ReactivePower":37,"Factor":0.79,"Voltage":231,"Current":0.264}}`),
	ReceivedAt: time.Date(2025, 1, 10, 7, 0, 1, 0, time.UTC),
}

// A Linky in standard mode: 40 labels; constructed.
var benchLinky = Message{
	Topic: "home/linky_1/tele/SENSOR",
	Payload: []byte(`{"Time":"2025-02-03T10:00:00","ENERGY":{"Total":31000.100,"Power":300,"Load":4},"TIC":{"ADSC":"012345678901","VTIC":"02","DATE":"H250203100000",` +
		`"NGTF":"     TEMPO      ","LTARF":"    HP  BLEU    ","EAST":"031000000","EASF01":"020000000","EASF02":"011000000","EASF03":"000000000","EASF04":"000000000",` +
		`"EASF05":"000000000","EASF06":"000000000","EASF07":"000000000","EASF08":"000000000","EASF09":"000000000","EASF10":"000000000","EASD01":"030999998",` +
		`"EASD02":"000000002","EASD03":"000000000","EASD04":"000000000","IRMS1":"001","URMS1":"231","PREF":"09","PCOUP":"09","SINSTS":"00300","SMAXSN":"03200",` +
		`"CCASN":"00700","UMOY1":"231","STGE":"003A0001","MSG1":"PAS DE          MESSAGE","PRM":"00000000000000","RELAIS":"000","NTARF":"02","NJOURF":"00","NJOURF+1":"00"}}`),
	ReceivedAt: time.Date(2025, 2, 3, 9, 0, 1, 0, time.UTC),
}

func benchmarkDecode(b *testing.B, m Message) {
	m.Zone = zone(b, "Europe/Paris")
	Builtin() // the templates are read once, before any message
	b.ReportAllocs()
	b.SetBytes(int64(len(m.Payload)))
	for b.Loop() {
		if r, err := Decode(m); err != nil || r.Outcome != Readings {
			b.Fatal(r, err)
		}
	}
}

func BenchmarkDecodeTasmota(b *testing.B) { benchmarkDecode(b, benchPlug) }
func BenchmarkDecodeLinky(b *testing.B)   { benchmarkDecode(b, benchLinky) }

// A room sensor whose address is known; constructed.
func BenchmarkDecodeZigbee(b *testing.B) {
	benchmarkDecode(b, Message{
		Topic:   "zigbee2mqtt/bedroom",
		Payload: []byte(`{"battery":81,"humidity":58.25,"last_seen":"2025-03-01T12:00:00.123Z","linkquality":70,"pressure":1009,"temperature":18.5,"voltage":2955}`),
		Context: Memory{"zigbee2mqtt zigbee2mqtt/bedroom": "0x00124b0000000001"},
	})
}

// A status of a meter on three phases; constructed.
func BenchmarkDecodeShelly(b *testing.B) {
	benchmarkDecode(b, Message{
		Topic: "home/board/events/rpc",
		Payload: []byte(`{"src":"shellypro3em-a0b1c2d3e4f5","dst":"home/board/events","method":"NotifyStatus","params":{"ts":1740830400.5,"em:0":{"id":0,` +
			`"a_act_power":120.5,"a_aprt_power":131.2,"a_current":0.571,"a_freq":50,"a_pf":0.92,"a_voltage":230.1,"b_act_power":0,"b_aprt_power":0,"b_current":0.027,"b_freq":50,"b_pf":1,"b_voltage":231,` +
			`"c_act_power":-18,"c_aprt_power":108.7,"c_current":0.476,"c_freq":50,"c_pf":0.55,"c_voltage":229.4,"n_current":null,"total_act_power":102.5,"total_aprt_power":239.9,"total_current":1.074}}}`),
	})
}

func BenchmarkDecodeUnknown(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode(Message{Topic: "some/where/else", Payload: benchPlug.Payload}); err == nil {
			b.Fatal("somebody knows it")
		}
	}
}

// BenchmarkOpen reads all templates, as each start of a program does.
func BenchmarkOpen(b *testing.B) {
	for b.Loop() {
		if _, err := parseTemplates(embedded(), nil); err != nil {
			b.Fatal(err)
		}
	}
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	l, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

package decoder

import (
	"strconv"
	"strings"
	"unicode"
)

const zlinkyTiers = 10

// A zlinkyKey is an attribute in the two spellings converters used: snake case,
// with energy in kWh, and until 2021 camel case, with energy in Wh.
type zlinkyKey struct{ snake, camel string }

func newZLinkyKey(snake string) zlinkyKey {
	words := strings.Split(snake, "_")
	for i, w := range words[1:] {
		words[i+1] = string(unicode.ToUpper(rune(w[0]))) + w[1:]
	}
	return zlinkyKey{snake, strings.Join(words, "")}
}

var (
	zlinkySum        = newZLinkyKey("current_summ_delivered")
	zlinkyInjected   = newZLinkyKey("current_summ_received")
	zlinkyTier       = tierKeys()
	zlinkyOut        = outKeys()
	zlinkyTarif      = newZLinkyKey("current_tarif")
	zlinkyTarifIndex = newZLinkyKey("current_index_tarif")
	zlinkyPeriod     = newZLinkyKey("active_register_tier_delivered")
	zlinkyDate       = newZLinkyKey("current_date")
	zlinkySerial     = newZLinkyKey("meter_serial_number")
	zlinkyApparent   = newZLinkyKey("apparent_power")
	zlinkyApparentB  = newZLinkyKey("apparent_power_ph_b")
	zlinkyApparentC  = newZLinkyKey("apparent_power_ph_c")
	zlinkyApparents  = newZLinkyKey("total_apparent_power")
	zlinkyAvailable  = newZLinkyKey("available_power")
	zlinkyVA         = newZLinkyKey("injected_v_a")
)

func tierKeys() (keys [zlinkyTiers]zlinkyKey) {
	for i := range keys {
		keys[i] = newZLinkyKey("current_tier" + strconv.Itoa(i+1) + "_summ_delivered")
	}
	return keys
}

// outKeys are the indexes of the distributor; the second spelling is that of
// older converters.
func outKeys() (keys [4][2]zlinkyKey) {
	for i := range keys {
		for j, name := range [2]string{"active_energy_out_d0", "active_enerfy_out_d0"} {
			keys[i][j] = newZLinkyKey(name + strconv.Itoa(i+1))
		}
	}
	return keys
}

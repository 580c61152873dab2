package decoder

func init() {
	reads := []string{
		"energy_import: total, t1, t2, t3, t4, l1, l2, l3", "energy_export: total, t1, t2, t3, t4, l1, l2, l3",
		"power: total, l1, l2, l3", "power_export: total, l1, l2, l3", "apparent_power: total", "apparent_power_export: total",
	}
	register(Decoder{
		Name:   "obis_gateways/oesterreichs-energie",
		Order:  58,
		Topics: []string{"{any+}"},
		Fits:   fitsOesterreichsEnergie,
		Decode: decodeOesterreichsEnergie,
		Doc:    Doc{Reads: reads, Times: []string{"time of each value"}},
	})
	register(Decoder{
		Name:   "obis_gateways/sinapsi-alfa",
		Order:  40,
		Topics: []string{"{any*}/iomtsgdata/{key}", "/{user}/iomtsgdata/{key}", "{any*}/iomtsgdata/{key}/"},
		Fits:   func(in *Input) bool { return in.root().index(0).get("data").kind() == list },
		Decode: decodeSinapsi,
		Doc:    Doc{Reads: reads, Times: []string{"ts of each block"}},
	})
	registerFamily(meterFamily{
		Name:  "obis_gateways",
		Title: "Gateways that write OBIS codes",
		About: "The adapter of Österreichs Energie, whose topic is free, and Sinapsi Alfa. Both count in Wh and W. " +
			"A time of 0 is unknown; `sma_time` is how long the adapter runs. Other codes than those of the registers are left out. " +
			"The device is the `name` of the adapter, and the point of delivery (`pod`) of a Sinapsi.",
		Source: []string{"IEC 62056-61", "https://github.com/eddie-energy/eddie, aiida/docs"},
	})
}

// fitsOesterreichsEnergie takes an object one of whose members is named by an OBIS
// code and is an object with a value.
func fitsOesterreichsEnergie(in *Input) bool {
	root := in.root()
	if root.kind() != object || root.get("name").kind() == absent && root.get("0-0:96.1.0").kind() == absent {
		return false
	}
	for _, v := range root.children {
		if v.get("value").kind() == absent {
			continue
		}
		if _, _, ok := obisKey(v.key()); ok {
			return true
		}
	}
	return false
}

// decodeOesterreichsEnergie reads what the smart-meter adapter of Österreichs
// Energie publishes: an object for each code, with a time of its own.
//
// Source: https://oesterreichsenergie.at, Smart Meter Adapter, API v1.
func decodeOesterreichsEnergie(in *Input) (Result, error) {
	root := in.root()
	device := Device{Scheme: "obis", ID: root.get("name").text()}
	switch meter := root.get("0-0:96.1.0").get("value").text(); {
	case device.ID == "":
		device.ID = meter
	case validID(meter) && meter != device.ID:
		device.Aliases = []string{meter}
	}
	for _, v := range root.children {
		err := in.observeOBIS(v.key(), v.get("value"), func() []stamp {
			return []stamp{in.read(v.get("time"), formatUnix, nil, anySeason, "time")}
		})
		if err != nil {
			return Result{Device: device}, err
		}
	}
	return in.conclude(device)
}

// decodeSinapsi reads what a Sinapsi Alfa publishes: points of delivery, each with
// blocks of codes at one time.
//
// Source: https://github.com/eddie-energy/eddie, aiida, Sinapsi Alfa.
func decodeSinapsi(in *Input) (Result, error) {
	var device Device
	for _, point := range in.root().children {
		sender := Device{Scheme: "obis", ID: point.get("pod").text()}
		if unit := point.get("du").text(); sender.ID == "" {
			sender.ID = unit
		} else if validID(unit) && unit != sender.ID {
			sender.Aliases = []string{unit}
		}
		if device.ID == "" {
			device = sender
		}
		in.sender = sender
		for _, block := range point.get("data").children {
			ts := block.get("ts")
			for _, v := range block.children {
				err := in.observeOBIS(v.key(), v, func() []stamp {
					return []stamp{in.read(ts, formatUnix, nil, anySeason, "ts")}
				})
				if err != nil {
					return Result{Device: device}, err
				}
			}
		}
	}
	in.sender = Device{}
	return in.conclude(device)
}

package app

import "runtime/debug"

// release is set by the release build: -ldflags "-X foyer/internal/app.release=v0.1.0".
var release = ""

// Version returns the release and, where the build knows it, the commit.
func Version() string {
	v := release
	if v == "" {
		v = "development"
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return v + " " + s.Value[:12]
		}
	}
	return v
}

package text

import (
	"testing"
)

// Whoever changes a word of a notice gives it a new version: what families agreed to
// is known by the hash of what they read.
func TestNoticesAreWhatTheirVersionSays(t *testing.T) {
	seen := map[string]string{}
	for _, l := range load(t).Languages() {
		for _, name := range Notices {
			n, err := l.Notice(name)
			if err != nil {
				t.Fatal(err)
			}
			kept, known := NoticeHash(NoticeVersion, l.Tag, name)
			if !known || kept != n.Hash {
				t.Errorf("%s in %s has the hash %s, version %s has %q. Raise NoticeVersion and add its hashes to notices.json", name, l.Tag, n.Hash, NoticeVersion, kept)
			}
			if other, twice := seen[n.Hash]; twice {
				t.Errorf("%s in %s reads as %s does", name, l.Tag, other)
			}
			seen[n.Hash] = name
		}
	}
	for version, languages := range recorded() {
		for tag, names := range languages {
			if len(names) == 0 {
				t.Errorf("version %s has nothing in %s", version, tag)
			}
		}
	}
	if _, known := NoticeHash("2020-01", "fr", "alert"); known {
		t.Error("a version that never was is known")
	}
}

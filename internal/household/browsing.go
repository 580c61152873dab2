package household

import "time"

// MostOpened is of how many families a member of staff can open the figures one by one
// within an hour without the town lead being told. Who helps families opens a few of them
// for each visit or call. It is no setting: who could raise it is who it is there for.
const MostOpened = 20

// A Browse says that a member of staff opened the figures of more than [MostOpened]
// families within an hour, and went on for a time. It says of nobody whose they were, and
// is no reproach.
type Browse struct {
	Name     string    // of who did
	Began    time.Time // database clock: when the limit was passed
	Last     time.Time // when figures were opened above it last
	Families int       // most different ones within an hour
}

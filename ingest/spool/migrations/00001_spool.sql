-- Instants are UTC milliseconds of the world clock. A body is what encode.go says.

-- Readings on their way to the series store, oldest first.
CREATE TABLE spool (
    id       INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice: tells what may have been worked on
    readings INTEGER NOT NULL,
    body     BLOB NOT NULL
);

-- Readings of meters that nobody has claimed.
CREATE TABLE held (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    meter    TEXT NOT NULL,
    at       INTEGER NOT NULL,
    readings INTEGER NOT NULL,
    body     BLOB NOT NULL
);
CREATE INDEX held_meter ON held (meter);
CREATE INDEX held_at ON held (at);

-- What waits for a person: a message, or readings that the series store refused.
CREATE TABLE quarantine (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    at        INTEGER NOT NULL,
    gateway   TEXT NOT NULL,
    device    TEXT NOT NULL,
    dialect   TEXT NOT NULL,
    reason    TEXT NOT NULL,
    topic     TEXT NOT NULL,
    payload   BLOB NOT NULL,
    retained  INTEGER NOT NULL,
    publisher TEXT NOT NULL, -- as the transport authenticated it
    arrived   INTEGER NOT NULL,
    body      BLOB           -- readings; null for a message
);

-- How much of one kind came in a day: 20 are kept, the rest is counted.
CREATE TABLE quarantine_count (
    day     TEXT NOT NULL, -- UTC
    gateway TEXT NOT NULL,
    device  TEXT NOT NULL,
    dialect TEXT NOT NULL,
    reason  TEXT NOT NULL,
    seen    INTEGER NOT NULL,
    PRIMARY KEY (day, gateway, device, dialect, reason)
) WITHOUT ROWID;

-- What messages taught about a gateway's devices.
CREATE TABLE fact (
    gateway TEXT NOT NULL,
    key     TEXT NOT NULL,
    value   TEXT NOT NULL,
    PRIMARY KEY (gateway, key)
) WITHOUT ROWID;

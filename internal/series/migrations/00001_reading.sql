-- Names are kept once and stand as numbers in the rows.
CREATE TABLE meter (
    id   INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE
);

CREATE TABLE register (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);

-- The UTC day leads the key: today's readings of all meters go into one warm
-- corner of the tree, and a meter's day is still one range.
CREATE TABLE reading (
    day      INTEGER NOT NULL, -- days since 1970
    meter    INTEGER NOT NULL,
    register INTEGER NOT NULL,
    ms       INTEGER NOT NULL, -- milliseconds since the day began
    value    INTEGER NOT NULL, -- thousandths of the base unit
    arrival  INTEGER NOT NULL, -- 1: the instant is the message's arrival, 0: the device's own
    PRIMARY KEY (day, meter, register, ms)
) WITHOUT ROWID;

-- The days on which a meter has readings.
CREATE TABLE meter_day (
    meter INTEGER NOT NULL,
    day   INTEGER NOT NULL,
    PRIMARY KEY (meter, day)
) WITHOUT ROWID;

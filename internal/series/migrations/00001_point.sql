-- Names are kept once and stand as numbers in the rows.
CREATE TABLE meter (
    id   INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice, also after an erasure
    name TEXT NOT NULL UNIQUE
);

CREATE TABLE register (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);

-- What a meter showed at one instant. The UTC day leads the key: today's points
-- of all meters go into one warm corner of the tree, and a meter's day is still
-- one range.
CREATE TABLE point (
    day   INTEGER NOT NULL, -- days since 1970
    meter INTEGER NOT NULL,
    ms    INTEGER NOT NULL, -- milliseconds since the day began
    data  BLOB NOT NULL,    -- registers and values, see packed.go
    PRIMARY KEY (day, meter, ms)
) WITHOUT ROWID;

-- The days on which a register has readings.
CREATE TABLE register_day (
    meter    INTEGER NOT NULL,
    register INTEGER NOT NULL,
    day      INTEGER NOT NULL,
    PRIMARY KEY (meter, register, day)
) WITHOUT ROWID;

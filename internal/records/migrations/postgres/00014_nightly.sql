-- +goose Up
-- Up to when everything that a family's results are computed from was looked at; days as
-- text, "" for none.
CREATE TABLE look (
    family  TEXT PRIMARY KEY REFERENCES family (id),
    methods TEXT NOT NULL,
    today   TEXT NOT NULL,
    first   TEXT NOT NULL,
    last    TEXT NOT NULL,
    indoor  TEXT NOT NULL
);

-- What families answered, only ever added to. Of several on one day the last one holds.
CREATE TABLE answer (
    id       BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    family   TEXT NOT NULL REFERENCES family (id),
    question TEXT NOT NULL,
    answer   TEXT NOT NULL,
    day      TEXT NOT NULL,
    said_at  BIGINT NOT NULL
);
CREATE INDEX answer_family ON answer (family, question, day, id);

-- Medians of the homes of a pilot over the 365 days to the end of a month: what each is
-- compared with, and of how many homes they are. They are never changed.
CREATE TABLE cohort (
    pilot    TEXT NOT NULL REFERENCES pilot (id),
    to_day   TEXT NOT NULL,
    figure   TEXT NOT NULL,
    value    TEXT NOT NULL,
    homes    INTEGER NOT NULL,
    PRIMARY KEY (pilot, to_day, figure)
);

-- What may be shown of them: nothing of fewer than eleven homes.
CREATE VIEW v_cohort AS
    SELECT pilot, to_day, figure, value, homes FROM cohort WHERE homes >= 11;
GRANT SELECT ON v_cohort TO foyer_gate;

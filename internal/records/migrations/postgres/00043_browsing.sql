-- +goose Up
-- Times in which a member of staff went on opening the figures of many families one by one, by the
-- database's clock. Whose they were is in the accesses alone.
CREATE TABLE browsing (
    id       BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    staff    TEXT NOT NULL REFERENCES staff (id),
    began_at BIGINT NOT NULL, -- when the limit was passed
    last_at  BIGINT NOT NULL, -- when figures were opened above it last
    families BIGINT NOT NULL, -- most different ones within an hour
    UNIQUE (staff, began_at)
);
CREATE INDEX browsing_last ON browsing (last_at);

-- What staff opened of one family: no list, and nothing that was withheld.
CREATE INDEX access_opened ON access (at)
    WHERE audience = 'staff' AND purpose = 'cooperative_summary' AND family <> '' AND view <> 'withheld' AND substr(view, 1, 9) <> 'summaries';

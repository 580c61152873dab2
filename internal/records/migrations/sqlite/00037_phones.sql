-- +goose Up
-- A phone of a family can be told from the others, and ended alone.
ALTER TABLE session ADD COLUMN id TEXT NOT NULL DEFAULT '';          -- random; says nothing of the cookie
ALTER TABLE session ADD COLUMN opened_at INTEGER NOT NULL DEFAULT 0; -- beginning of that day, UTC
ALTER TABLE session ADD COLUMN used_at INTEGER NOT NULL DEFAULT 0;   -- of the last one it was used on; 0 unknown
UPDATE session SET id = 'd' || lower(hex(randomblob(10)));
-- A phone is connected for 400 days.
UPDATE session SET opened_at = (expires_at - 34560000000) / 86400000 * 86400000 WHERE kind = 'family';
CREATE UNIQUE INDEX session_id ON session (id);

-- +goose Up
-- 1 from when borders move until everything beyond them was removed.
ALTER TABLE retention ADD COLUMN moving INTEGER NOT NULL DEFAULT 0;

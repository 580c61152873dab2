-- +goose Up
-- First day of alerts that were resolved; empty until any are removed.
ALTER TABLE retention ADD COLUMN alerts TEXT NOT NULL DEFAULT '';

DROP VIEW v_own_retention;
CREATE VIEW v_own_retention AS
    SELECT f.pilot, f.id AS family, r.half_hours, r.days, r.alerts, r.proofs, r.done_at
    FROM family f JOIN retention r ON r.pilot = f.pilot;

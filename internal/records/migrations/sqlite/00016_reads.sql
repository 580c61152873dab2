-- +goose Up
-- A family finds the entry of the journal that tells of a read.
DROP VIEW v_access;
CREATE VIEW v_access AS
    SELECT family, at, audience, purpose, view, id, entry FROM access WHERE audience <> 'family' AND view <> 'withheld';
CREATE INDEX access_family_id ON access (family, id);

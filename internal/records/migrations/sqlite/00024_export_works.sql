-- +goose Up
-- Works on its home are kept about a family too.
CREATE VIEW v_own_works AS SELECT f.pilot, w.* FROM works w JOIN family f ON f.id = w.family;

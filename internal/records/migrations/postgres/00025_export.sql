-- +goose Up
-- What is kept about a family besides figures: what it is given when it asks for everything.
CREATE VIEW v_own_family AS SELECT pilot, id AS family, label, language, since FROM family;

CREATE VIEW v_own_meter AS
    SELECT f.pilot, a.family, a.meter, COALESCE(NULLIF(a.role, ''), m.role) AS role, a.from_at, a.to_at
    FROM attachment a JOIN meter m ON m.id = a.meter JOIN family f ON f.id = a.family;

CREATE VIEW v_own_device AS
    SELECT f.pilot, x.owner AS family, x.meter, x.gateway, x.scheme, x.device, x.name
    FROM meter_alias x JOIN family f ON f.id = x.owner;

CREATE VIEW v_own_change AS
    SELECT f.pilot, c.owner AS family, c.id, c.meter, c.kind, c.at, c.register, c.why, c.said_at
    FROM meter_change c JOIN family f ON f.id = c.owner;

CREATE VIEW v_own_dwelling AS SELECT f.pilot, d.* FROM dwelling d JOIN family f ON f.id = d.family;
CREATE VIEW v_own_contract AS SELECT f.pilot, c.* FROM contract c JOIN family f ON f.id = c.family;
CREATE VIEW v_own_income AS SELECT f.pilot, i.family, i.from_day, i.amounts FROM income i JOIN family f ON f.id = i.family;
CREATE VIEW v_own_answer AS SELECT f.pilot, a.* FROM answer a JOIN family f ON f.id = a.family;
CREATE VIEW v_own_help AS SELECT f.pilot, c.family, c.id, c.from_at, c.to_at FROM case_load c JOIN family f ON f.id = c.family;
CREATE VIEW v_own_access AS SELECT f.pilot, v.* FROM v_access v JOIN family f ON f.id = v.family;

CREATE VIEW v_own_message AS
    SELECT f.pilot, a.family, o.id, o.alert, o.recipient, o.done_at AS at, o.outcome
    FROM outbox o JOIN alert a ON a.id = o.alert JOIN family f ON f.id = a.family
    WHERE o.done_at > 0;

GRANT SELECT ON v_own_family, v_own_meter, v_own_device, v_own_change, v_own_dwelling, v_own_contract, v_own_income, v_own_answer, v_own_help,
    v_own_access, v_own_message TO foyer_gate;

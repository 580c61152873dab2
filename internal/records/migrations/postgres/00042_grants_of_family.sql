-- +goose Up
-- What a family agrees to is found without walking over all others' grants, and in the index alone.
CREATE INDEX grant_family ON "grant" (family, category, valid_to, valid_from);

-- Whether a reader may see days, and what kind of help it was, is looked for among the family's
-- grants: joined, all grants there are were gone through for each family's money.
CREATE OR REPLACE VIEW v_money AS
    SELECT DISTINCT g.purpose, g.recipient, f.pilot, m.family, m.id, m.fuel,
           CASE WHEN EXISTS (SELECT 1 FROM v_grant d WHERE d.family = m.family AND d.purpose = g.purpose AND d.recipient = g.recipient AND d.category = 'cost'
               AND d.granularity >= 3 AND m.start_at >= d.data_from AND m.start_at < d.data_to) THEN m.day ELSE substr(m.day, 1, 7) END AS day,
           CASE WHEN m.category = 'cost' OR g.recipient = 'family' OR EXISTS (SELECT 1 FROM v_grant i WHERE i.family = m.family
               AND i.purpose = g.purpose AND i.recipient = g.recipient AND i.category = 'income'
               AND m.start_at >= i.data_from AND m.start_at < i.data_to) THEN m.kind ELSE 'aid' END AS kind,
           m.cents, m.quantity, m.unit,
           CASE WHEN m.category = 'cost' OR g.recipient = 'family' OR EXISTS (SELECT 1 FROM v_grant i WHERE i.family = m.family
               AND i.purpose = g.purpose AND i.recipient = g.recipient AND i.category = 'income'
               AND m.start_at >= i.data_from AND m.start_at < i.data_to) THEN m.source ELSE '' END AS source,
           m.said_at, COALESCE(t.said_at, 9223372036854775807) AS taken_at, m.amount
    FROM money m JOIN family f ON f.id = m.family JOIN v_grant g ON g.family = m.family
        LEFT JOIN money t ON t.takes = m.id
    WHERE m.kind <> 'taken_back' AND g.category = 'cost' AND g.granularity >= 2
      AND m.start_at >= g.data_from AND m.start_at < g.data_to;

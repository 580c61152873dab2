-- +goose Up
-- The Gate works under a role that can read the views, write the access log, and nothing else.
-- A role belongs to the whole server: another database may have made it, or be making it now. One
-- that an administrator made and granted is used as it is.
-- +goose StatementBegin
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'foyer_gate') THEN
        CREATE ROLE foyer_gate NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;
END
$$;
-- +goose StatementEnd
-- +goose StatementBegin
DO $$
BEGIN
    SET LOCAL ROLE foyer_gate;
    RESET ROLE;
EXCEPTION WHEN insufficient_privilege THEN
    BEGIN
        GRANT foyer_gate TO CURRENT_USER;
    EXCEPTION WHEN unique_violation THEN
        NULL;
    END;
END
$$;
-- +goose StatementEnd
GRANT INSERT ON access TO foyer_gate;
GRANT SELECT ON wall, v_scope, v_family, v_usage_slot, v_usage_day, v_usage_month, v_cost, v_contract, v_result,
    v_seen, v_alert, v_alert_event, v_position, v_access, v_phone TO foyer_gate;

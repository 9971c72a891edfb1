\echo Use "CREATE EXTENSION highseas" to load this file. \quit

CREATE SCHEMA highseas;
COMMENT ON SCHEMA highseas IS
    'Public pools of customers: configuration is rows, actions are CALLs, questions are SELECTs';

CREATE SCHEMA highseas_api;
COMMENT ON SCHEMA highseas_api IS
    'The verbs of highseas as functions, for callers that cannot CALL a procedure';


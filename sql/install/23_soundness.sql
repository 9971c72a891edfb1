-- The invariants of the hot rows as functions (src/pg/soundness.cpp): a CHECK is parsed for every
-- statement, so the hot tables have one or two that call these.

CREATE FUNCTION highseas.is_sound_key(key text) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'highseas_is_sound_key';
COMMENT ON FUNCTION highseas.is_sound_key(text) IS 'A key has 1 to 1024 bytes; NULL for NULL';

CREATE FUNCTION highseas.is_sound_holder(
    state text, holder text, holding_id bigint, held_since timestamptz, due_at timestamptz, deal text, customer_key text,
    intent text)
RETURNS boolean
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'highseas_is_sound_holder';
COMMENT ON FUNCTION highseas.is_sound_holder(text, text, bigint, timestamptz, timestamptz, text, text, text) IS
'state is free, held, frozen, withdrawn or gone; exactly a held customer has a holder, a holding and its beginning, and only a held one is due; deal is none, open or closed; the key has 1 to 1024 bytes; intent is interested, hesitating, not now, never or NULL. False when state, deal or customer_key is NULL.';

CREATE FUNCTION highseas.is_sound_plan(
    check_at timestamptz, next_at timestamptz, due_at timestamptz, held_since timestamptz, pooled_since timestamptz,
    last_act_at timestamptz, last_follow_up_at timestamptz, last_order_at timestamptz, extended_until timestamptz,
    protected_until timestamptz, embargo_until timestamptz, asleep_until timestamptz)
RETURNS boolean
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'highseas_is_sound_plan';
COMMENT ON FUNCTION highseas.is_sound_plan(timestamptz, timestamptz, timestamptz, timestamptz, timestamptz, timestamptz, timestamptz, timestamptz, timestamptz, timestamptz, timestamptz, timestamptz) IS
'check_at <= next_at <= due_at, all three or none; every time is finite or NULL';

CREATE FUNCTION highseas.is_sound_spell(act text, started_at timestamptz, end_act text, ended_at timestamptz)
RETURNS boolean
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'highseas_is_sound_spell';
COMMENT ON FUNCTION highseas.is_sound_spell(text, timestamptz, text, timestamptz) IS
'act is claim, assign, transfer, rotate, allocate, cover, give_back, succeed, hand_over, import or adopt; a spell has ended_at and end_act (return, take_back, expire, assign, transfer, adopt, withdraw, gone, merge, reconcile, cover, give_back, succeed, hand_over) or neither, and ends not before it began. False when act is NULL.';

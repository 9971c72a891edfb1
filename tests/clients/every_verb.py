# Calls every verb as an application does, by psycopg 3: parameters are bound by the server (texts come without a
# type), statements are prepared, and the outputs left out come as the row of the answer.
#   every_verb.py CONNECTION        prints a line for every call: its verb, and the columns of the answer
import sys
from datetime import datetime, timedelta, timezone

import psycopg
from psycopg.rows import dict_row


def in_days(days):
    return datetime.now(timezone.utc) + timedelta(days=days)


# Each verb by position and by name. A function as an argument is given the answers so far.
def calls(key):
    yield "claim", [key(1), "ann"], {}
    yield "claim", [key(2)], {"rep": "ann", "tenant": "acme", "retry_key": key(2)}
    yield "claim_next", [], {"rep": "ann", "pool": "main"}
    yield "claim_next", ["main", "ann"], {}
    yield "claim_many", [[key(3), key(4)], "ann"], {}
    yield "claim_many", [[]], {"rep": "ann"}
    yield "follow_up", [key(1), "call", "it's \\ 客户", "ann"], {}
    yield "follow_up", [key(1)], {"note": None, "rep": "ann"}
    yield "follow_up", [key(1), "call", None, "ann", None, "hesitating"], {"expected_on": in_days(90).date()}
    yield "extend", [key(1), in_days(18), "holidays", "ann"], {}
    yield "extend", [key(2)], {"until": in_days(60), "rep": "ann"}
    yield "decide_extension", [lambda got: got["extend"]["extension_id"], True], {}
    yield "extend", [key(2), in_days(70)], {"rep": "ann"}
    yield "decide_extension", [lambda got: got["extend"]["extension_id"]], {"granted": False}
    yield "protect", [key(1), in_days(10), None, "ann"], {}
    yield "protect", [key(1)], {"until": None, "rep": "ann"}
    yield "transfer", [key(1), "bob", None, "ann"], {}
    yield "transfer", [key(2)], {"to_rep": "bob", "rep": "ann"}
    yield "assign", [key(1), "ann", None], {}
    yield "assign", [key(2)], {"rep": "ann", "reason": "knows them"}
    yield "return_to_pool", [key(1), "price", None, "ann"], {}
    yield "return_to_pool", [key(2)], {"reason": "other", "note": "moved away", "rep": "ann"}
    yield "set_kind", [key(1), "commercial", "buys for his company"], {}
    yield "set_kind", [key(1)], {"kind": None}
    yield "set_leave", ["ann", in_days(100).date(), in_days(110).date()], {}
    yield "set_leave", ["ann"], {"first_day": in_days(100).date(), "last_day": None}
    yield "withdraw", [key(1), "insolvent"], {}
    yield "withdraw", [key(2)], {"reason": "insolvent"}
    yield "keep_customer", [key(9), "mine", "dan"], {}
    yield "keep_customer", [key(9)], {"rep": "dan"}
    yield "not_a_duplicate", [key(1), key(2)], {"reason": "two firms of one house"}
    yield "not_a_duplicate", [key(1)], {"other": key(2)}
    yield "reinstate", [key(1), None, "main"], {}
    yield "reinstate", [key(2)], {"pool": "main"}
    yield "withdraw_many", ["unattractive"], {"expected": 0}
    yield "reinstate_many", ["unattractive", "main"], {}
    yield "fill_win_back", ["main"], {"most": 10}
    yield "rekey_customer", [key(1), key(5)], {}
    yield "rekey_customer", [key(2)], {"new_key": key(6)}
    yield "merge_customer", [key(3), key(4)], {}
    yield "merge_customer", [key(5)], {"into_customer": key(6)}
    yield "unmerge_customer", [key(5)], {}
    yield "merge_customer", [key(5), key(6)], {}
    yield "unmerge_customer", [], {"customer": key(5)}
    yield "merge_customer", [key(5)], {"into_customer": key(6)}
    yield "acknowledge", [[1, 2, 3], "ann"], {}
    yield "acknowledge", [[]], {"rep": "ann"}
    yield "attach", ["staff", "reps", "SELECT 'ann'::text AS rep_key", None, "crm_reader", False], {}
    yield "attach", ["staff", "reps"], {"query": "SELECT 'ann'::text AS rep_key", "run_as": "crm_reader"}
    yield "detach", ["staff", "acme"], {}
    yield "delete_rules", ["quota", '{"rule": "nosuch"}'], {}
    yield "copy_scorecard", ["default"], {}
    yield "copy_scorecard", [], {"scheme": "default"}
    yield "delete_rules", ["quota"], {"matching": '{"rule": "nosuch", "tier": null}'}
    # Each of them makes two, numbered on; the second connection begins where the first ended.
    first = 1 if key("").startswith("True") else 5
    yield "suggest_deadlines", ["pool", 0.02], {}
    yield "adopt_suggestion", [first, "sell"], {}
    yield "suggest_deadlines", [], {"group_by": "pool", "minimum": 1}
    yield "adopt_suggestion", [first + 2], {"rule": "sell"}
    yield "intake", ["it's \\ 客户", None, "joe@acme.com", "+49 30 901820"], {"origin": "fair", "attributes": '{"a": 1}'}
    yield "intake", [], {"company": "Acme Ltd", "phone": "12"}
    yield "correct_lead", [lambda got: got["intake"]["lead"], '{"phone": "+49 30 901820"}'], {}
    yield "intake", [], {"company": "Twin AG", "phone": "+41 44 668 18 00", "origin": "fair"}
    yield "intake", [], {"company": "Twin AG", "phone": "+41 44 668 18 00", "origin": "fair"}
    yield "separate_lead", [lambda got: got["intake"]["lead"]], {"reason": "two firms of one name"}
    yield "intake", [], {"contact": "Joe"}
    yield "discard_lead", [lambda got: got["intake"]["lead"]], {"note": "nobody"}
    yield "intake_rows", [key(1), '[{"company": "Acme"}]', '{"origin": "fair"}'], {}
    yield "intake_rows", [key(1)], {"rows": '[]'}
    yield "intake_query", [key(1), "SELECT 'Acme' AS company"], {"defaults": '{"origin": "fair"}'}
    yield "retry_leads", [key(1)], {}


def call(connection, verb, positional, named):
    arguments = ["%s"] * len(positional) + [name + " => %s" for name in named]
    cursor = connection.execute(f"CALL highseas.{verb}({', '.join(arguments)})", [*positional, *named.values()])
    rows = cursor.fetchall()
    assert len(rows) == 1, f"{verb}: {len(rows)} rows"
    return rows[0]


def refusal(connection, *arguments):
    try:
        call(connection, *arguments)
    except psycopg.Error as error:
        connection.rollback()
        return error
    raise AssertionError("was not refused")


for autocommit in (True, False):
    with psycopg.connect(sys.argv[1], autocommit=autocommit, prepare_threshold=0, row_factory=dict_row) as connection:
        got = {}
        for verb, positional, named in calls(lambda n: f"{autocommit} {n}"):
            positional = [value(got) if callable(value) else value for value in positional]
            got[verb] = call(connection, verb, positional, named)
            connection.commit()
            print(verb, *got[verb])
        assert got["claim"]["held_since"].tzinfo, "a time without its zone"
        assert got["claim_many"] == {"claimed": 0, "refused": 0, "refusals": "[]"}

        error = refusal(connection, "claim", ["some 1", "cid"], {})
        shown = error.diag
        print("refused", error.sqlstate, shown.constraint_name, shown.message_detail is not None, shown.message_hint is not None)
        print("refused", refusal(connection, "claim", ["nobody", "ann"], {}).sqlstate)
        print("refused", refusal(connection, "claim", [None, "ann"], {}).sqlstate)

# A job commits, so it wants a connection that does not begin a transaction.
with psycopg.connect(sys.argv[1]) as connection:
    try:
        connection.execute("CALL highseas.expire_due(max_rows => %s)", [10])
    except psycopg.Error as error:
        print("refused", error.sqlstate)
with psycopg.connect(sys.argv[1], autocommit=True) as connection:
    connection.execute("CALL highseas.expire_due(max_rows => %s)", [10])

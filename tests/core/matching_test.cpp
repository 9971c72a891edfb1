#include "catch.hpp"

#include "core/pool/matching.hpp"

using namespace highseas;

TEST_CASE("an empty column of a rule matches any, a given one only its own", "[matching]") {
    const Scope fact{"vip", "new", "A", "ana"};
    CHECK(covers(Scope{}, fact));
    CHECK(covers(fact, fact));
    CHECK(covers(Scope{"vip", {}, {}, {}}, fact));
    CHECK_FALSE(covers(Scope{"main", {}, {}, {}}, fact));
    CHECK_FALSE(covers(Scope{{}, "veteran", {}, {}}, fact));
    CHECK_FALSE(covers(Scope{{}, {}, "B", {}}, fact));
    CHECK_FALSE(covers(Scope{{}, {}, {}, "ben"}, fact));
    CHECK_FALSE(covers(Scope{{}, {}, {}, {}, "interested"}, fact));
    CHECK(covers(Scope{{}, {}, {}, {}, "never"}, Scope{"vip", "new", "A", "ana", "never"}));
}

TEST_CASE("what is not known of a customer or a rep matches open rules only", "[matching]") {
    CHECK(covers(Scope{}, Scope{}));
    CHECK_FALSE(covers(Scope{{}, "new", {}, {}}, Scope{"vip", {}, {}, "ana"}));
    CHECK_FALSE(covers(Scope{{}, {}, "A", {}}, Scope{"vip", "new", {}, "ana"}));
}

TEST_CASE("rep is more specific than intent, that than class, class than pool, pool than tier",
          "[matching]") {
    const Scope rep{{}, {}, {}, "ana"};
    const Scope all_but_rep{"vip", "new", "A", {}, "interested"};
    const Scope intent{{}, {}, {}, {}, "interested"};
    const Scope all_of_a_customer{"vip", "new", "A", {}};
    const Scope customer_class{{}, {}, "A", {}};
    const Scope pool_and_tier{"vip", "new", {}, {}};
    const Scope pool{"vip", {}, {}, {}};
    const Scope tier{{}, "new", {}, {}};
    CHECK(specificity(rep) > specificity(all_but_rep));
    CHECK(specificity(intent) > specificity(all_of_a_customer));
    CHECK(specificity(customer_class) > specificity(pool_and_tier));
    CHECK(specificity(pool) > specificity(tier));
    CHECK(specificity(tier) > specificity(Scope{}));
}

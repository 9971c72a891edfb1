#include "catch.hpp"

#include <string>
#include <vector>

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
    CHECK_FALSE(covers(Scope{{}, {}, {}, {}, {}, "personal"}, fact));
    CHECK(covers(Scope{{}, {}, {}, {}, "never"}, Scope{"vip", "new", "A", "ana", "never"}));
}

TEST_CASE("what is not known of a customer or a rep matches open rules only", "[matching]") {
    CHECK(covers(Scope{}, Scope{}));
    CHECK_FALSE(covers(Scope{{}, "new", {}, {}}, Scope{"vip", {}, {}, "ana"}));
    CHECK_FALSE(covers(Scope{{}, {}, "A", {}}, Scope{"vip", "new", {}, "ana"}));
}

TEST_CASE("rep is more specific than intent, class, kind of customer, pool, tier, in this order",
          "[matching]") {
    const Scope rep{{}, {}, {}, "ana"};
    const Scope all_but_rep{"vip", "new", "A", {}, "interested", "personal"};
    const Scope intent{{}, {}, {}, {}, "interested"};
    const Scope all_of_a_customer{"vip", "new", "A", {}, {}, "personal"};
    const Scope customer_class{{}, {}, "A", {}};
    const Scope kind_and_less{"vip", "new", {}, {}, {}, "personal"};
    const Scope kind{{}, {}, {}, {}, {}, "personal"};
    const Scope pool_and_tier{"vip", "new", {}, {}};
    const Scope pool{"vip", {}, {}, {}};
    const Scope tier{{}, "new", {}, {}};
    CHECK(specificity(rep) > specificity(all_but_rep));
    CHECK(specificity(intent) > specificity(all_of_a_customer));
    CHECK(specificity(customer_class) > specificity(kind_and_less));
    CHECK(specificity(kind) > specificity(pool_and_tier));
    CHECK(specificity(pool) > specificity(tier));
    CHECK(specificity(tier) > specificity(Scope{}));
}

TEST_CASE("all of the most specific rows that match decide together", "[matching]") {
    struct Named {
        Scope scope;
        std::string name;
    };
    auto of = [](const char *customer_class, const char *kind) {
        Scope scope{};
        if (customer_class)
            scope.customer_class = customer_class;
        if (kind)
            scope.customer_kind = kind;
        return scope;
    };
    const std::vector<Named> rows{
        {of(nullptr, nullptr), "any "},    {of("A", nullptr), "A "},
        {of(nullptr, "personal"), "p "},   {of("A", "personal"), "Ap "},
        {of("A", nullptr), "A too "},      {of("A", "personal"), "Ap too "},
        {of(nullptr, nullptr), "any too "}};
    auto chosen = [&](const Scope &fact) {
        std::vector<const Named *> room(rows.size());
        std::string names;
        const Named **end = choose_most_specific<Named>(rows, fact, room.data());
        for (const Named **row = room.data(); row != end; ++row)
            names += (*row)->name;
        return names;
    };
    CHECK(chosen(of("A", "personal")) == "Ap Ap too ");
    CHECK(chosen(of("A", "commercial")) == "A A too ");
    CHECK(chosen(of("A", nullptr)) == "A A too ");
    CHECK(chosen(of("B", "personal")) == "p ");
    CHECK(chosen(of(nullptr, nullptr)) == "any any too ");
}

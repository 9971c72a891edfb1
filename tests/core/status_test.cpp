#include "catch.hpp"

#include <string>

#include "core/status.hpp"

using namespace highseas;

TEST_CASE("a status is good until it says otherwise") {
    CHECK(Status().ok());
    const Status status =
        Status::error("22023", "bad %d", 7).with_detail("It is %s.", "bad").with_hint("Don't.");
    CHECK_FALSE(status.ok());
    CHECK(std::string(status.sqlstate) == "22023");
    CHECK(std::string(status.message) == "bad 7");
    CHECK(std::string(status.detail) == "It is bad.");
    CHECK(std::string(status.hint) == "Don't.");
}

TEST_CASE("long names are cut between two characters") {
    CHECK(shown_length("short") == 5);
    CHECK(shown_length(std::string(10'000, 'x')) == 64);
    std::string chinese;
    for (int i = 0; i < 100; ++i)
        chinese += "海";
    CHECK(shown_length(chinese) == 63);
    CHECK(shown_length(std::string(100, '\x80')) == 0);
}

TEST_CASE("a message that is too long is cut") {
    const Status status = Status::error("22023", "%s", std::string(10'000, 'x').c_str());
    CHECK(std::string(status.message).size() == sizeof status.message - 1);
}

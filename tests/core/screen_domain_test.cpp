#include "catch.hpp"

#include "core/screen/domain.hpp"
#include "screen_texts.hpp"

using namespace highseas::screen;

namespace {

Domain domain(std::string_view text) {
    return normalise_domain(text, DomainRules::built_in());
}

} // namespace

TEST_CASE("a domain is what its owner registered") {
    for (const char *text :
         {"example.co.uk", "WWW.Example.co.uk", "https://www.example.co.uk:8443/a?b#c",
          "//shop.example.co.uk", "http://user:word@example.co.uk.", "info@example.co.uk",
          "example.co.uk/path", "www.example.co.uk, www.example.com"})
        CHECK(domain(text).key == "example.co.uk");
    CHECK(domain("https://WWW.Bücher.de/").host == "www.xn--bcher-kva.de");
    CHECK(domain("食狮。公司。cn").key == "xn--85x722f.xn--55qx5d.cn");
    CHECK(domain("shop.myshopify.com").key == "shop.myshopify.com"); // each has another owner
    CHECK(domain("other.blogspot.com").key == "other.blogspot.com");
}

TEST_CASE("pages on a market place are no company's domain") {
    CHECK(domain("https://acme.en.alibaba.com/").shared);
    CHECK(domain("facebook.com/acme").shared);
    CHECK_FALSE(domain("haier.com").shared);
}

TEST_CASE("what is no domain is told so") {
    for (const char *text : {"localhost", "com", "co.uk", "1.2.3.4", "http://[::1]/", "-",
                             "a..b.com", "http://", "exa mple", "exa_mple.com", "xn--a.com"})
        CHECK(domain(text).problem == Problem::not_a_domain);
    CHECK(domain("  ").problem == Problem::empty);
    CHECK(domain(std::string(64, 'a') + ".com").problem == Problem::not_a_domain);
    CHECK(domain("example.com").known_suffix);
    CHECK_FALSE(domain("example.con").known_suffix);
}

TEST_CASE("hostile domains have an answer, and normalising twice changes nothing") {
    for (std::string text : hostile_texts()) {
        const Domain once = domain(text);
        CHECK(once.key.empty() == (once.problem != Problem::none));
    }
    Random random(13);
    int keys = 0;
    for (int round = 0; round < 4000; ++round) {
        const std::string text = random_text(random) + (random.chance(60) ? ".com" : "");
        const Domain once = domain(text);
        if (once.key.empty())
            continue;
        ++keys;
        INFO(text);
        REQUIRE(domain(once.key).key == once.key);
    }
    CHECK(keys > 100);
}

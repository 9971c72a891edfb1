#include "catch.hpp"

#include "core/screen/email.hpp"
#include "screen_texts.hpp"

using namespace highseas::screen;

namespace {

Email email(std::string_view text) {
    return normalise_email(text, DomainRules::built_in());
}

std::string problem(std::string_view text) {
    const char *name = name_of(email(text).problem);
    return name ? name : "";
}

} // namespace

TEST_CASE("an e-mail address has one spelling") {
    for (const char *text : {"Info@Bücher.de", "info@xn--bcher-kva.DE", " <INFO@bücher.de>",
                             "Bücher <info@bücher.de>", "mailto:info@bücher.de?subject=Hi",
                             "ｉｎｆｏ＠ｂüｃｈｅｒ．ｄｅ", "info@\u200Bbücher.de."})
        CHECK(email(text).key == "info@xn--bcher-kva.de");
    CHECK(email("info@faß.de").key == "info@xn--fa-hia.de"); // not fass.de: another owner
    CHECK(email("王芳@例子.中国").key == "王芳@xn--fsqu00a.xn--fiqs8s");
}

TEST_CASE("what a provider ignores is ignored") {
    for (const char *text :
         {"jane.doe@gmail.com", "JaneDoe+fair@googlemail.com", "j.a.n.e.d.o.e@Gmail.com"})
        CHECK(email(text).key == "janedoe@gmail.com");
    CHECK(email("JaneDoe+fair@googlemail.com").address == "janedoe+fair@googlemail.com");
    CHECK(email("jane.doe@outlook.com").key == "jane.doe@outlook.com");
    CHECK(email("jane+x@example.com").key == "jane+x@example.com"); // whose rules nobody knows
    CHECK(email("+@gmail.com").key == "+@gmail.com");
    CHECK(email("a.+b@outlook.com").key == "a.+b@outlook.com"); // "a." is no address
}

TEST_CASE("free mail says nothing about a company") {
    CHECK(email("wang@qq.com").domain.shared);
    CHECK(email("wang@vip.163.com").domain.shared);
    CHECK_FALSE(email("wang@haier.com").domain.shared);
    CHECK(email("wang@sales.haier.com").domain.key == "haier.com");
}

TEST_CASE("a caller's rules of domains win over the built-in ones") {
    DomainRules rules;
    rules.set("gmail.com", {});
    rules.set("example.com",
              {.shared = true, .same_as = "example.org", .tag_separator = "-", .ignored = "_"});
    CHECK(normalise_email("j.doe+x@gmail.com", rules).key == "j.doe+x@gmail.com");
    CHECK_FALSE(normalise_email("j.doe@gmail.com", rules).domain.shared);
    CHECK(normalise_email("j_doe-x@mail.example.com", rules).key == "jdoe@example.org");
    CHECK(normalise_email("j.doe@qq.com", rules).domain.shared);
    rules.set("example.org",
              {.shared = false, .same_as = "example.net", .tag_separator = "", .ignored = "."});
    rules.set("example.net",
              {.shared = false, .same_as = "-.-", .tag_separator = "", .ignored = ""});
    CHECK(normalise_email("j_.doe-x@example.com", rules).key == "jdoe@example.net");
}

TEST_CASE("what is no address is told so") {
    for (const char *text :
         {"info", "@", "info@", "@example.com", "a b@example.com", "a..b@example.com",
          ".a@example.com", "a@b@example.com", "a@example.com, b@example.com", "a@example.com/x",
          "Jane <a@example.com"})
        CHECK(problem(text) == "not an address");
    for (const char *text :
         {"a@localhost", "a@1.2.3.4", "a@-example-.com", "a@exa_mple.com", "a@co.uk"})
        CHECK(problem(text) == "not a domain");
    CHECK(problem("  ") == "empty");
    CHECK(problem(std::string(65, 'a') + "@example.com") == "not an address");
    CHECK_FALSE(email("jane@gmail.con").domain.known_suffix);
}

TEST_CASE("hostile e-mail addresses have an answer, and normalising twice changes nothing") {
    for (std::string text : hostile_texts()) {
        const Email once = email(text);
        CHECK(once.key.empty() == (once.problem != Problem::none));
    }
    Random random(12);
    int keys = 0;
    for (int round = 0; round < 4000; ++round) {
        static const char *hosts[] = {"gmail.com", "example.com", "yahoo.com", "ya.ru", "pm.me"};
        const std::string text = random_text(random) + "@" +
                                 (random.chance(60) ? hosts[random.below(5)] : random_text(random));
        const Email once = email(text);
        REQUIRE(once.key.empty() == (once.problem != Problem::none));
        if (once.key.empty())
            continue;
        ++keys;
        INFO(text);
        REQUIRE(email(once.key).key == once.key);
    }
    CHECK(keys > 100);
}

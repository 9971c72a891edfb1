#include "catch.hpp"

#include <sstream>

#include "core/screen/company.hpp"
#include "screen_texts.hpp"

using namespace highseas::screen;

namespace {

Company company(std::string_view text) {
    return normalise_company(text, CompanyWords::built_in());
}

std::string key(std::string_view text) {
    return company(text).key;
}

std::string shuffled(const std::string &text, Random &random) {
    std::istringstream in(text);
    std::vector<std::string> words;
    for (std::string word; in >> word;)
        words.push_back(word);
    std::string result;
    for (std::size_t i : random.permutation(words.size()))
        result += words[i] + " ";
    return result;
}

const std::vector<std::string> names = {"Krämer Verpackungen",
                                        "Nestlé",
                                        "AB Volvo",
                                        "O'Neil & Sons",
                                        "J. P. Morgan",
                                        "S.C. Johnson & Son",
                                        "Chicago Public Schools",
                                        "Public Storage",
                                        "Газпром нефть",
                                        "Αθηναϊκή Ζυθοποιία",
                                        "华为技术",
                                        "宁波牛杰汽车配件",
                                        "トヨタ自動車",
                                        "삼성전자",
                                        "شركة الاتحاد",
                                        "บริษัท ปตท",
                                        "Grupo Modelo de México",
                                        "3M",
                                        "A",
                                        "AT&T",
                                        "Łódź Ørsted Þór",
                                        "The Royal Bank of Scotland",
                                        "中国建设银行上海市分行"};

} // namespace

TEST_CASE("a name is the same with any legal form or none") {
    const std::vector<std::string> forms = {"Ltd",
                                            "Co., Ltd.",
                                            "Limited Company",
                                            "Inc.",
                                            "GmbH",
                                            "G.m.b.H.",
                                            "GmbH & Co. KG",
                                            "S.A.",
                                            "S.A. de C.V.",
                                            "S. de R.L. de C.V.",
                                            "A/S",
                                            "Oyj",
                                            "Sp. z o.o.",
                                            "s.r.o.",
                                            "d.o.o.",
                                            "S.p.A.",
                                            "B.V.",
                                            "Pty Ltd",
                                            "LLC",
                                            "L L C",
                                            "Public Limited Company",
                                            "joint stock company",
                                            "ООО",
                                            "有限公司",
                                            "股份有限公司",
                                            "有限责任公司",
                                            "株式会社",
                                            "주식회사",
                                            "Sdn. Bhd.",
                                            "société par actions simplifiée",
                                            "(publ)",
                                            "e.V."};
    for (const std::string &name : names)
        for (const std::string &form : forms) {
            INFO(name << " " << form);
            CHECK(key(name + " " + form) == key(name));
            CHECK(key(form + " " + name) == key(name));
        }
    CHECK(key("浙江省义乌市华通有限公司") == key("浙江義烏華通股份有限公司"));
}

TEST_CASE("a name is the same in any order of its words") {
    Random random(14);
    for (const std::string &name : names)
        for (int round = 0; round < 20; ++round) {
            const std::string other = shuffled(name + " Holding S.A. de C.V.", random);
            INFO(other);
            CHECK(key(other) == key(name + " Holding S.A. de C.V."));
        }
    CHECK(key("牛杰汽车（宁波）配件有限公司") == key("宁波牛杰汽车配件有限公司"));
}

TEST_CASE("case, width, accents, script and invisible characters do not tell companies apart") {
    CHECK(key("MÜLLER") == key("Mueller"));
    CHECK(key("Müller") == key("Mu\u0308ller"));
    CHECK(key("Müller") == key("Muller"));
    CHECK(key("Ａｃｍｅ") == key("\u202EAc\u200Bme\u202C"));
    CHECK(key("華為技術有限公司") == "华为 技术");
    CHECK(key("ООО «Газпром»") == "gazprom");
    CHECK(key("Weiß") == key("WEISS"));
    CHECK(key("㈱東芝") == key("東芝株式会社"));
    CHECK(key("S.C. Johnson") == key("SC Johnson"));
    CHECK(key("McDonald’s") == key("McDonalds"));
    CHECK(key("ACME") != key("ACNE"));
}

TEST_CASE("places and trades are weighed and not cut") {
    const Company bank = company("中国建设银行股份有限公司上海市分行");
    CHECK(bank.key == "上海 中国 分行 建设 银行");
    CHECK(key("中国建设银行福州分行") != bank.key);
    const Company parts = company("宁波牛杰汽车配件有限公司");
    REQUIRE(parts.tokens.size() == 4);
    for (const CompanyToken &token : parts.tokens) {
        const bool is_name = token.word == "牛杰";
        CHECK((token.kind == WordKind::name) == is_name);
        CHECK((token.weight == 1.0F) == is_name);
        CHECK(token.weight > 0);
    }
    CHECK(parts.name == "宁波 牛杰 汽车 配件");
    CHECK(company("上海市场研究").name == "上海 市场 研究");
}

TEST_CASE("a Chinese and an English spelling meet in Latin letters") {
    CHECK(company("华为技术有限公司").romanised ==
          company("Huawei Technologies Co., Ltd.").romanised);
    CHECK(company("北京贸易").romanised == company("Peking Trading").romanised);
    CHECK(company("香港牛杰").romanised == company("Niujie (Hong Kong) Ltd").romanised);
    CHECK(company("トヨタ").romanised == "toyota");
}

TEST_CASE("the class of the legal form is told") {
    CHECK(company("Acme GmbH & Co. KG").legal_form == "limited partnership");
    CHECK(company("Acme Co., Ltd.").legal_form == "limited");
    CHECK(company("Acme S.A.").legal_form == "stock");
    CHECK(company("宁波牛杰股份有限公司").legal_form == "stock");
    CHECK(company("Acme").legal_form.empty());
    CHECK(company("Chicago Public Schools").legal_form.empty());
    CHECK(company("общество с ограниченной ответственностью Акме").legal_form == "limited");
    CHECK(company("ανώνυμη εταιρεία Ακμή").legal_form == "stock");
}

TEST_CASE("a name of nothing but a legal form keeps it") {
    CHECK(key("Ltd") == "ltd");
    CHECK(key("有限公司") == "有限公司");
    CHECK(key("A") == "a");
    CHECK(company("&").problem == Problem::no_letters);
    CHECK(company("\xF0\x9F\x94\xA5").problem == Problem::no_letters);
    CHECK(company(" ").problem == Problem::empty);
    CHECK(company(std::string(2001, 'a')).problem == Problem::too_long);
}

TEST_CASE("a caller's words win over the built-in ones") {
    CompanyWords words;
    words.set("Quux", WordKind::legal_form, std::nullopt, "limited");
    words.set("GmbH", WordKind::name, std::nullopt, "");
    words.set("acme works", WordKind::legal_form, std::nullopt, "stock");
    words.set("limited liability company", WordKind::name, std::nullopt, "");
    words.set("牛杰", WordKind::trade, 0.2F, "ox");
    words.close();
    CHECK(normalise_company("Foo quux", words).key == "foo");
    CHECK(normalise_company("Foo GmbH", words).key == "foo gmbh");
    CHECK(normalise_company("Works Foo Acme", words).key == "foo");
    const Company ox = normalise_company("宁波牛杰厂", words);
    CHECK(ox.key == "厂 宁波 牛杰");
    CHECK(ox.tokens.back().weight == 0.2F);
    CHECK(ox.romanised == "manufacturing ningbo ox");
}

TEST_CASE("hostile names have an answer, and normalising twice changes nothing") {
    for (std::string text : hostile_texts()) {
        const Company once = company(text);
        CHECK(once.key.empty() == (once.problem != Problem::none));
    }
    Random random(15);
    for (const std::string &name : names)
        CHECK(key(key(name)) == key(name));
    for (int round = 0; round < 6000; ++round) {
        const std::string text = random_text(random);
        const Company once = company(text);
        INFO(text << " / " << once.key);
        REQUIRE(once.key.empty() == (once.problem != Problem::none));
        if (once.key.empty())
            continue;
        REQUIRE(key(once.key) == once.key);
        REQUIRE(once.key.size() <= 8 * text.size());
    }
}

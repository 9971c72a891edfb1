#include "core/screen/country.hpp"

#include <cstring>
#include <unordered_map>

#include <unicode/locid.h>

#include "core/screen/text.hpp"

#include "core/no_postgres.hpp"

namespace highseas::screen {

namespace {

using Codes = std::unordered_map<std::string, std::string>;

constexpr const char *languages[] = {"en", "zh", "de", "es", "fr", "it", "pt", "ru",
                                     "nl", "pl", "tr", "ja", "ko", "ar", "vi"};

// What ICU does not call them. A line: code, colon, names.
constexpr std::string_view other_names = R"(
US:usa,u.s.,u.s.a.,united states of america,the united states,estados unidos de america,etats unis d'amerique,美利坚合众国
GB:uk,u.k.,great britain,england,scotland,wales,northern ireland,britain,英格兰
CN:pr china,p.r. china,p.r.c.,prc,people's republic of china,mainland china,china mainland,china pr,中国大陆,中华人民共和国
HK:hong kong,hongkong,香港
MO:macao,macau,澳门
TW:taiwan,taiwan roc
KR:korea,republic of korea,korea south,korea republic of
KP:dprk,korea north
RU:russian federation
NL:holland,the netherlands
AE:uae,u.a.e.,emirates
CZ:czech republic
TR:turkey,turkiye
VN:viet nam
IR:iran,islamic republic of iran
SY:syrian arab republic
MK:macedonia
CI:ivory coast
CD:dr congo,democratic republic of the congo
LA:lao pdr
BO:bolivia
VE:venezuela
TZ:united republic of tanzania
MD:republic of moldova
MM:burma
SZ:swaziland
DE:brd,bundesrepublik deutschland,federal republic of germany
CH:schweiz suisse,confoederatio helvetica
BR:brasil
ES:espana
IT:italia
)";

std::string spelling(std::string_view text) {
    return joined(words(fold(text)));
}

struct Table {
    Codes names, codes;
};

Table made() {
    Table table;
    for (const char *const *code = icu::Locale::getISOCountries(); *code; ++code) {
        const icu::Locale country("", *code);
        for (const char *language : languages) {
            icu::UnicodeString name;
            country.getDisplayCountry(icu::Locale(language), name);
            std::string text;
            table.names.emplace(spelling(name.toUTF8String(text)), *code);
        }
        table.codes.emplace(spelling(*code), *code);
        table.codes.emplace(spelling(country.getISO3Country()), *code);
    }
    std::string_view lines = other_names;
    while (!lines.empty()) {
        auto line = lines.substr(0, lines.find('\n'));
        lines.remove_prefix(std::min(line.size() + 1, lines.size()));
        if (line.size() < 4)
            continue;
        const std::string code(line.substr(0, 2));
        for (line.remove_prefix(3); !line.empty();) {
            const auto name = line.substr(0, line.find(','));
            line.remove_prefix(std::min(name.size() + 1, line.size()));
            table.names.insert_or_assign(spelling(name), code);
        }
    }
    table.names.erase("");
    return table;
}

const Table &table() {
    static const Table made_once = made();
    return made_once;
}

std::string look_up(const Codes &codes, const std::string &key) {
    const auto found = codes.find(key);
    return found == codes.end() ? std::string() : found->second;
}

} // namespace

std::string country_named(std::string_view text) {
    return text.size() > longest_country_text ? std::string()
                                              : look_up(table().names, spelling(text));
}

std::string country_code(std::string_view text) {
    if (text.size() > longest_country_text)
        return {};
    const std::string key = spelling(text);
    const std::string named = look_up(table().names, key);
    return named.empty() ? look_up(table().codes, key) : named;
}

} // namespace highseas::screen

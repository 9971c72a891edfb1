#include "core/screen/address.hpp"

#include <algorithm>
#include <unordered_map>

#include "core/screen/text.hpp"

#include "core/no_postgres.hpp"

namespace highseas::screen {

namespace {

// A line: the one spelling, a colon, the others. Nothing before the colon: the word is dropped.
// Saint and street are both "st", which tells no two addresses apart.
constexpr std::string_view street_words = R"(
st:street str strasse straße saint sankt st
ave:avenue av aven avn avenida avda
rd:road
blvd:boulevard boul bd bulvar bulevar
dr:drive drv
ln:lane
ct:court crt
pl:place platz plaza plz piazza place
sq:square
hwy:highway
pkwy:parkway pky
ter:terrace terr
cir:circle circ
cres:crescent cr cresc
expy:expressway expwy
fwy:freeway
jct:junction
mt:mount
ft:fort
pt:point
ctr:center centre zentrum centro
bldg:building gebaude edificio edif
est:estate
ind:industrial industrie
pk:park
gdns:gardens
hts:heights
n:north nord norte
s:south sud sur
e:east ost este
w:west oeste ouest
ne:northeast
nw:northwest
se:southeast
sw:southwest
1st:first
2nd:second
3rd:third
4th:fourth
5th:fifth
6th:sixth
7th:seventh
8th:eighth
9th:ninth
10th:tenth
c:calle cl
r:rue rua
v:via
pol:poligono
ctra:carretera
cad:cadde caddesi cd
sok:sokak sokagi sk
mah:mahallesi mahalle mh
ul:ulitsa ulica улица ул
prosp:prospekt prospect проспект пр
nab:naberezhnaya набережная наб
per:pereulok переулок пер
lu:路
:no nr num number numero hausnr haus the of and und de del la le et y дом
)";

// Before or after the number of a floor or room.
constexpr std::u32string_view unit_words[] = {
    U"apt",  U"apartment", U"suite",  U"ste",   U"unit", U"room",  U"rm",   U"floor",  U"fl",
    U"flr",  U"lvl",       U"level",  U"etage", U"og",   U"stock", U"piso", U"planta", U"local",
    U"dpto", U"puerta",    U"office", U"flat",  U"kat",  U"daire", U"shop"};

// Directly after a number, in Chinese and Japanese; the longer ones first.
constexpr std::u32string_view unit_marks[] = {U"号楼", U"单元", U"楼", U"层", U"室",
                                              U"房",   U"栋",   U"幢", U"座", U"階"};
constexpr std::u32string_view house_marks[] = {U"号院", U"号", U"弄", U"番地", U"丁目", U"番"};
// What a Chinese or Japanese part of an address ends with.
constexpr std::u32string_view part_ends = U"省市区县镇乡村路街道巷里";

bool is_unit_word(const Word &word) {
    return std::find(std::begin(unit_words), std::end(unit_words), word) != std::end(unit_words);
}

const std::unordered_map<Word, Word> &spellings() {
    static const auto table = [] {
        std::unordered_map<Word, Word> made;
        std::string_view lines = street_words;
        while (!lines.empty()) {
            const auto line = lines.substr(0, lines.find('\n'));
            lines.remove_prefix(std::min(line.size() + 1, lines.size()));
            const auto colon = line.find(':');
            if (colon == std::string_view::npos)
                continue;
            const Word to = fold(line.substr(0, colon));
            for (const Word &from : words(fold(line.substr(colon + 1))))
                made[from] = to;
        }
        return made;
    }();
    return table;
}

bool starts_with_digit(const Word &word) {
    return is_digit(word.front());
}

bool is_number(const Word &word) {
    return std::all_of(word.begin(), word.end(), is_digit);
}

// 12, 12a
bool is_house(const Word &word) {
    const auto digits = static_cast<std::size_t>(
        std::find_if_not(word.begin(), word.end(), is_digit) - word.begin());
    return digits >= 1 && digits <= 4 && word.size() <= digits + 1 && word.size() <= 5;
}

bool is_long_number(const Word &word) {
    return is_number(word) && word.size() >= 5;
}

// a for a letter, 9 for a digit
std::string form_of(std::u32string_view word) {
    std::string form;
    for (char32_t c : word)
        form += is_digit(c) ? '9' : c >= U'a' && c <= U'z' ? 'a' : '?';
    return form;
}

std::string_view country_of_form(std::u32string_view outward, std::u32string_view inward) {
    const std::string from = form_of(outward), to = form_of(inward);
    if (from == "a9a" && to == "9a9")
        return "CA";
    const bool ordinal = inward == U"1st" || inward == U"2nd" || inward == U"3rd" ||
                         (inward.size() == 3 && inward.substr(1) == U"th");
    // Its last letters are none that may be mistaken.
    const bool british = from == "a9" || from == "a99" || from == "a9a" || from == "aa9" ||
                         from == "aa99" || from == "aa9a";
    if (british && to == "9aa" && !ordinal && inward.find_first_of(U"cikmov") == inward.npos)
        return "GB";
    return {};
}

// sw1a1aa, k1a0b1
std::string_view country_of_postcode(std::u32string_view word) {
    constexpr std::size_t inward = 3, shortest = 5, longest = 7;
    if (word.size() < shortest || word.size() > longest)
        return {};
    return country_of_form(word.substr(0, word.size() - inward), word.substr(word.size() - inward));
}

// SW1A 1AA is one word: sw1a1aa.
std::vector<Word> with_postcodes_joined(const std::vector<Word> &all) {
    std::vector<Word> result;
    for (std::size_t i = 0; i < all.size(); ++i) {
        result.push_back(all[i]);
        if (i + 1 < all.size() && !country_of_form(all[i], all[i + 1]).empty())
            result.back() += all[++i];
    }
    return result;
}

template <std::size_t count>
std::size_t mark_at(std::u32string_view text, const std::u32string_view (&marks)[count]) {
    for (const auto mark : marks)
        if (text.starts_with(mark))
            return mark.size();
    return 0;
}

// 85号3楼501室 → 85, with 3 and 501 apart.
Word without_marks(const Word &text, std::vector<Word> &units) {
    Word result;
    for (std::size_t i = 0; i < text.size();) {
        if (text[i] == U'#') {
            result += U" unit ";
            ++i;
            continue;
        }
        if (!is_digit(text[i])) {
            result.push_back(text[i++]);
            continue;
        }
        const std::size_t begin = i;
        while (i < text.size() && is_digit(text[i]))
            ++i;
        const auto number = std::u32string_view(text).substr(begin, i - begin);
        const auto rest = std::u32string_view(text).substr(i);
        if (const auto length = mark_at(rest, unit_marks)) {
            units.emplace_back(number);
            result.push_back(U' ');
            i += length;
        } else {
            result += number;
            if (const auto house = mark_at(rest, house_marks)) {
                result.push_back(U' ');
                i += house;
            }
        }
    }
    return result;
}

// 辽宁省沈阳市工业大道 → 辽宁 沈阳 工业大道
void cut_dense(const Word &run, std::vector<Word> &result) {
    const auto ends = [&](std::size_t i) {
        return i < run.size() && part_ends.find(run[i]) != std::u32string_view::npos;
    };
    Word part;
    for (std::size_t i = 0; i < run.size(); ++i) {
        part.push_back(run[i]);
        if (i + 1 < run.size() && !(ends(i) && !ends(i + 1) && part.size() > 1))
            continue;
        while (part.size() > 2 && (part.back() == U'省' || part.back() == U'市'))
            part.pop_back();
        result.push_back(std::move(part));
        part.clear();
    }
}

// Bahnhofstrasse, Bahnhofstr. → bahnhof st
void cut_street(Word word, std::vector<Word> &result) {
    bool street = false;
    for (const std::u32string_view suffix : {U"strasse", U"strase", U"str"})
        while (word.size() > suffix.size() + 2 && word.ends_with(suffix)) {
            word.resize(word.size() - suffix.size());
            street = true;
        }
    result.push_back(std::move(word));
    if (street)
        result.push_back(U"st");
}

std::vector<Word> cut(const Word &text) {
    std::vector<Word> result;
    for (Word &word : words(text)) {
        if (is_dense(word.front()))
            cut_dense(word, result);
        else if (starts_with_digit(word))
            result.push_back(std::move(word));
        else
            cut_street(std::move(word), result);
    }
    return result;
}

// Takes out the words of floors and rooms with their numbers.
std::vector<Word> without_units(const std::vector<Word> &all, std::vector<Word> &units) {
    std::vector<Word> result;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (!is_unit_word(all[i])) {
            result.push_back(all[i]);
            continue;
        }
        // "suite 5", "apt b", "5th floor"
        if (i + 1 < all.size() && !is_unit_word(all[i + 1]) &&
            (starts_with_digit(all[i + 1]) || all[i + 1].size() == 1)) {
            units.push_back(all[++i]);
        } else if (!result.empty() && starts_with_digit(result.back()) && result.size() > 1) {
            units.push_back(result.back());
            result.pop_back();
        }
    }
    return result;
}

std::string joined_sorted(std::vector<Word> words) {
    std::sort(words.begin(), words.end());
    words.erase(std::unique(words.begin(), words.end()), words.end());
    return joined(words);
}

} // namespace

std::string_view country_of_postcode(std::string_view postcode) {
    return country_of_postcode(std::u32string_view(fold(postcode)));
}

Address normalise_address(std::string_view text) {
    Address address;
    if (text.size() > longest_address_text) {
        address.problem = Problem::too_long;
        return address;
    }
    std::vector<Word> units;
    const Word folded = without_marks(fold(text), units);
    std::vector<Word> kept;
    for (const Word &word : without_units(with_postcodes_joined(cut(folded)), units)) {
        const auto spelling = spellings().find(word);
        if (spelling == spellings().end())
            kept.push_back(word);
        else if (!spelling->second.empty())
            kept.push_back(spelling->second);
    }
    // A long number is a postcode where a shorter one is the house's.
    const auto house = std::find_if(kept.begin(), kept.end(), is_house);
    const bool has_house = house != kept.end();
    if (has_house)
        address.house = utf8(*house);
    std::vector<Word> tokens, key;
    for (std::size_t i = 0; i < kept.size(); ++i) {
        const Word &word = kept[i];
        const bool lettered = !country_of_postcode(std::u32string_view(word)).empty();
        if (lettered || is_long_number(word)) {
            if (!lettered && !has_house && i == 0)
                address.house = utf8(word);
            else
                address.postcode = utf8(word);
            if (has_house)
                continue;
        }
        key.push_back(word);
        if (!is_house(word) && !lettered && !is_long_number(word))
            tokens.push_back(word);
    }
    address.unit = joined_sorted(std::move(units));
    address.key = joined_sorted(std::move(key));
    std::sort(tokens.begin(), tokens.end());
    tokens.erase(std::unique(tokens.begin(), tokens.end()), tokens.end());
    for (const Word &token : tokens)
        address.tokens.push_back(utf8(token));
    if (address.key.empty())
        address.problem = trimmed(text).empty() ? Problem::empty : Problem::no_letters;
    return address;
}

} // namespace highseas::screen

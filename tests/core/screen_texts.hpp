// Texts that nobody should type, and somebody will: random ones of many scripts, the same each run.
#pragma once

#include <string>
#include <vector>

#include "core/screen/text.hpp"
#include "random.hpp"

inline std::string random_text(Random &random) {
    static const std::vector<std::pair<int, int>> scripts = {
        {0x20, 0x7E},       {0xA0, 0x24F},     {0x300, 0x36F},   {0x370, 0x3FF},
        {0x400, 0x52F},     {0x530, 0x5FF},    {0x600, 0x6FF},   {0x900, 0xDFF},
        {0xE00, 0xEFF},     {0x1000, 0x13FF},  {0x1E00, 0x1FFF}, {0x2000, 0x206F},
        {0x2100, 0x218F},   {0x2460, 0x24FF},  {0x3000, 0x30FF}, {0x3200, 0x33FF},
        {0x4E00, 0x9FFF},   {0xA000, 0xABFF},  {0xAC00, 0xD7A3}, {0xF900, 0xFAFF},
        {0xFB00, 0xFDFF},   {0xFE00, 0xFEFF},  {0xFF00, 0xFFEF}, {0x10000, 0x103FF},
        {0x1D400, 0x1D7FF}, {0x1F300, 0x1F6FF}};
    static const std::vector<std::string> pieces = {" ",
                                                    ". ",
                                                    ".",
                                                    "/",
                                                    "-",
                                                    "'",
                                                    "&",
                                                    "@",
                                                    "+",
                                                    "(",
                                                    ")",
                                                    "#",
                                                    "ltd",
                                                    "GmbH",
                                                    "S.A.",
                                                    "a.e.",
                                                    "co",
                                                    "de",
                                                    "public",
                                                    "12",
                                                    "5a",
                                                    "12345",
                                                    "street",
                                                    "str.",
                                                    "floor",
                                                    "apt",
                                                    "有限公司",
                                                    "上海",
                                                    "市",
                                                    "区",
                                                    "号",
                                                    "楼",
                                                    "주식회사",
                                                    "株式会社",
                                                    "ооо",
                                                    "\xE2\x80\x8B",
                                                    "\xE2\x80\xAE",
                                                    "\xEF\xBB\xBF"};
    std::u32string letters;
    std::string text;
    const auto script =
        scripts[static_cast<std::size_t>(random.below(static_cast<int>(scripts.size())))];
    for (int i = random.below(24); i >= 0; --i) {
        if (random.chance(40)) {
            text += pieces[static_cast<std::size_t>(random.below(static_cast<int>(pieces.size())))];
            continue;
        }
        const auto &range =
            random.chance(70)
                ? script
                : scripts[static_cast<std::size_t>(random.below(static_cast<int>(scripts.size())))];
        text += highseas::screen::utf8(
            std::u32string(1, static_cast<char32_t>(random.between(range.first, range.second))));
    }
    return text;
}

inline std::vector<std::string> hostile_texts() {
    return {"",
            " ",
            "a",
            ".",
            "@",
            "+",
            "00",
            "\xF0\x9F\x94\xA5\xF0\x9F\x94\xA5",
            "\xE2\x80\x8B\xE2\x80\xAE\xEF\xBB\xBF",
            "\xFF\xFE\xC0\x80\xED\xA0\x80",
            std::string("a\0b", 3),
            std::string(10'000'000, 'a'),
            std::string(10'000'000, '\xE2'),
            std::string(1900, '.'),
            std::string(1900, '1'),
            "Ａｃｍｅ＠Ｆｏｏ．ｃｏｍ"};
}

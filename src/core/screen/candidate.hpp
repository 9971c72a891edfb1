// Where to look for duplicates: exact keys, which may keep an entry out, and terms, which an index
// finds candidates by. Two spellings of one customer share some terms; strangers share few.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/screen/record.hpp"

namespace highseas::screen {

enum class KeyKind { number, phone, email, domain };
const char *name_of(KeyKind kind) noexcept;

// A detail together with the company's name: alone, a telephone or a domain is shared by many. A
// register's number stands alone.
std::vector<std::int64_t> keys_of(std::int64_t tenant, const Record &record);

constexpr KeyKind kind_of(std::int64_t key) noexcept {
    return static_cast<KeyKind>(key & 3);
}

// Hashes, sorted, each once; what a term tells is in its lowest bits. Who asks has a few more than
// what is stored, for a letter that is missing or too much.
std::vector<std::int32_t> terms_of(std::int64_t tenant, const Record &record, bool asking);

// What the index holds: of a rare term alone an entry would cost five times a reference to the
// customer, and a few strangers in the same bucket are cheap to tell by their terms. Of the terms
// that count at least so much when they are shared.
constexpr std::int32_t bucket_count = 1 << 20;
std::vector<std::int32_t> buckets_of(std::span<const std::int32_t> terms, int at_least);

// How much two sorted sets of terms share, the telling ones counting more.
int shared_terms(std::span<const std::int32_t> a, std::span<const std::int32_t> b);

} // namespace highseas::screen

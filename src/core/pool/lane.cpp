#include "core/pool/lane.hpp"

#include <cstdint>

#include "core/no_postgres.hpp"

namespace highseas {
namespace {

std::uint64_t fnv_1a(std::string_view bytes) noexcept {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        hash = (hash ^ byte) * 0x100000001b3;
    }
    return hash;
}

// FNV's low bits are weak for short keys in a row; this spreads all bits over all others.
std::uint64_t mixed(std::uint64_t hash) noexcept {
    hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccd;
    hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53;
    return hash ^ (hash >> 33);
}

} // namespace

Status lane_of(std::string_view customer_key, int lanes, int &lane) noexcept {
    if (lanes < 1)
        return Status::error(sqlstate::bad_parameter, "the number of lanes must be positive");
    lane = static_cast<int>(mixed(fnv_1a(customer_key)) % static_cast<std::uint64_t>(lanes));
    return {};
}

} // namespace highseas

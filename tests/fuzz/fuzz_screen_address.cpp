#include "core/screen/address.hpp"
#include "twice.hpp"

using namespace highseas::screen;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    return normalise_twice(data, size,
                           [](std::string_view text) { return normalise_address(text); });
}

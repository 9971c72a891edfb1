#include "core/screen/phone.hpp"
#include "twice.hpp"

using namespace highseas::screen;

// The first two bytes are the region.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    if (size < 2)
        return 0;
    const std::string region(reinterpret_cast<const char *>(data), 2);
    return normalise_twice(data + 2, size - 2,
                           [&](std::string_view text) { return normalise_phone(text, region); });
}

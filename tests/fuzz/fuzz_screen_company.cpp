#include "core/screen/company.hpp"
#include "twice.hpp"

using namespace highseas::screen;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    return normalise_twice(data, size, [](std::string_view text) {
        return normalise_company(text, CompanyWords::built_in());
    });
}

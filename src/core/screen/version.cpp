#include "core/screen/version.hpp"

#include <dlfcn.h>

#include <filesystem>

#include <phonenumbers/phonenumberutil.h>
#include <unicode/uversion.h>

#include "core/screen/domain.hpp"

#include "core/no_postgres.hpp"

namespace highseas::screen {

namespace {

std::string icu_version() {
    UVersionInfo version;
    u_getVersion(version);
    char text[U_MAX_VERSION_STRING_LENGTH];
    u_versionToString(version, text);
    return std::string(" icu ") + text;
}

// libphonenumber does not tell its version, but its file does: libphonenumber.so.8.12
std::string phone_library_version() {
    Dl_info library;
    if (!dladdr(reinterpret_cast<void *>(&i18n::phonenumbers::PhoneNumberUtil::GetInstance),
                &library) ||
        !library.dli_fname)
        return {};
    std::error_code failed;
    const std::string file =
        std::filesystem::canonical(library.dli_fname, failed).filename().string();
    const auto version = file.find(".so.");
    return version == std::string::npos ? "" : " libphonenumber " + file.substr(version + 4);
}

} // namespace

Status normaliser_version(std::string_view normaliser, std::string &version) {
    if (normaliser == "phone")
        version = std::to_string(phone_version) + phone_library_version();
    else if (normaliser == "email")
        version = std::to_string(email_version) + icu_version() + " psl " + suffix_list_version();
    else if (normaliser == "domain")
        version = std::to_string(domain_version) + icu_version() + " psl " + suffix_list_version();
    else if (normaliser == "company")
        version = std::to_string(company_version) + icu_version();
    else if (normaliser == "address")
        version = std::to_string(address_version) + icu_version();
    else if (normaliser == "profile")
        version = std::to_string(profile_version) + icu_version();
    else
        return Status::error(sqlstate::bad_parameter, "unknown normaliser \"%.*s\"",
                             shown_length(normaliser), normaliser.data())
            .with_hint("One of phone, email, domain, company, address, profile.");
    return {};
}

} // namespace highseas::screen

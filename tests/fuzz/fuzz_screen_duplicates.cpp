// Whatever two customers are: the score is a probability and the same from both sides, its
// contributions add up, and who asks looks for all that he would store.
#include <algorithm>
#include <cmath>

#include "core/screen/candidate.hpp"
#include "core/screen/score.hpp"
#include "input.hpp"

using namespace highseas::screen;

namespace {

// The fields of both, one a line; a zero byte ends a line.
Fields take_fields(std::string_view &rest) {
    Fields fields;
    for (std::string_view *field :
         {&fields.company, &fields.contact, &fields.email, &fields.website, &fields.address,
          &fields.city, &fields.postcode, &fields.country, &fields.born, &fields.number,
          &fields.phones[0], &fields.phones[1], &fields.phones[2]}) {
        *field = rest.substr(0, rest.find('\0'));
        rest.remove_prefix(rest.size() == field->size() ? field->size() : field->size() + 1);
    }
    return fields;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    std::string_view rest(reinterpret_cast<const char *>(data), size);
    const Fields fields_a = take_fields(rest), fields_b = take_fields(rest);
    const Record a = record_of(fields_a, CompanyWords::built_in(), DomainRules::built_in());
    const Record b = record_of(fields_b, CompanyWords::built_in(), DomainRules::built_in());
    const Score score = score_of(compare(a, b), built_in_weights);
    require(score.probability >= 0 && score.probability <= 1);
    const double back = score_of(compare(b, a), built_in_weights).probability;
    require(std::abs(score.probability - back) < 1e-6);
    double sum = 0;
    for (const double part : score.contributions)
        sum += part;
    require(std::abs(score.probability - 1 / (1 + std::exp(-sum))) < 1e-6);

    for (const Record *record : {&a, &b}) {
        const auto stored = terms_of(1, *record, false), asked = terms_of(1, *record, true);
        require(stored.size() <= 30 && asked.size() <= 120);
        require(std::includes(asked.begin(), asked.end(), stored.begin(), stored.end()));
        require(buckets_of(stored, 1).size() <= stored.size());
        require(keys_of(1, *record).size() <= 8);
    }
    require(shared_terms(terms_of(1, a, false), terms_of(1, b, false)) ==
            shared_terms(terms_of(1, b, false), terms_of(1, a, false)));
    return 0;
}

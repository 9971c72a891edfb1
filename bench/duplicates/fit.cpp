// Fits the weights of the duplicate score on the labelled sets and says how good they are.
//   fit SETS          F1 of each set by weights of all rows, of the other fifths of the clusters,
//   of
//                     the other half, and of the other sets; calibration
//   fit SETS --table  the weights fitted on all rows of all sets, as src/core/screen/weights.cpp
//   fit SETS --check  F1 of the built-in weights
//   fit SETS --errors [SET [MOST]]  wrong pairs by the weights of the other fifths, and why
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include <Eigen/Dense>

#include "core/screen/candidate.hpp"
#include "core/screen/comparison.hpp"
#include "core/screen/score.hpp"

using namespace highseas::screen;

namespace {

using Row = std::map<std::string, std::string>;

std::vector<Row> read_csv(const std::string &path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) {
        std::fprintf(stderr, "cannot read %s\n", path.c_str());
        std::exit(1);
    }
    const std::string text((std::istreambuf_iterator<char>(in)), {});
    std::vector<std::vector<std::string>> lines;
    std::vector<std::string> line(1);
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quoted) {
            if (c != '"')
                line.back() += c;
            else if (i + 1 < text.size() && text[i + 1] == '"')
                line.back() += text[++i];
            else
                quoted = false;
        } else if (c == '"') {
            quoted = true;
        } else if (c == ',') {
            line.emplace_back();
        } else if (c == '\n') {
            lines.push_back(std::move(line));
            line.assign(1, "");
        } else if (c != '\r') {
            line.back() += c;
        }
    }
    std::vector<Row> rows;
    for (std::size_t i = 1; i < lines.size(); ++i) {
        Row row;
        for (std::size_t j = 0; j < lines[i].size() && j < lines[0].size(); ++j)
            row[lines[0][j]] = lines[i][j];
        rows.push_back(std::move(row));
    }
    return rows;
}

Record record(const Row &row, const std::string &set) {
    const auto get = [&](const char *name) {
        const auto found = row.find(name);
        return found == row.end() ? std::string() : found->second;
    };
    std::string company = get("name"), contact, address = get("address"), born = get("dob"),
                number = get("soc_sec_id"), country = get("country"), city = get("city"),
                website = get("domain");
    if (set == "senzing_truthset") {
        if (get("kind") == "PERSON")
            std::swap(company, contact);
        born = get("birth");
    }
    if (set == "fake_1000")
        contact = get("first_name") + " " + get("surname");
    if (set.starts_with("febrl")) {
        contact = get("given_name") + " " + get("surname");
        address = get("street_number") + " " + get("address_1") + " " + get("address_2");
        city = get("suburb");
        born = get("date_of_birth");
    }
    if (set.starts_with("restaurants"))
        address = get("addr");
    if (country.empty() &&
        (set == "chicago_sites" || set.starts_with("restaurants") || set == "senzing_truthset"))
        country = "US"; // the tenant's, for telephone numbers
    std::string postcode = get("postcode") + get("zip"), email = get("email"),
                phone = set == "restaurants_no_phone" ? "" : get("phone");
    Fields fields;
    fields.company = company;
    fields.contact = contact;
    fields.email = email;
    fields.website = website;
    fields.address = address;
    fields.city = city;
    fields.postcode = postcode;
    fields.country = country;
    fields.born = born;
    fields.number = number;
    fields.phones[0] = phone;
    return record_of(fields, CompanyWords::built_in(), DomainRules::built_in());
}

constexpr std::uint32_t folds = 5;

struct Pair {
    Comparison features;
    bool same;
    bool odd;                 // the half that the cluster belongs to
    std::uint32_t hash, fold; // of the cluster; its fifth
    std::uint32_t a, b;
    bool keyed = false; // they share a key that only one customer may have
    std::vector<std::pair<int, double>> present = {}; // features that are not zero
};

struct Set {
    std::string name;
    std::vector<Row> rows;
    std::vector<Pair> pairs;
    double missed[2] = {0, 0}; // true pairs that no candidate is
    double positives = 0;
};

std::vector<std::string> blocks(const Record &r) {
    std::vector<std::string> result;
    for (const auto &w : r.company) {
        result.push_back("c" + utf8(w.word));
        result.push_back("p" + utf8(w.word.substr(0, 4)));
        for (std::size_t i = 0; r.dense && i + 1 < w.word.size(); ++i)
            result.push_back("g" + utf8(w.word.substr(i, 2)));
    }
    for (std::size_t i = 0; i + 3 < r.company_joined.size() && !r.dense; i += 1)
        if (i < 8)
            result.push_back("j" + utf8(r.company_joined.substr(i, 4)));
    for (const auto &w : r.contact)
        result.push_back("n" + utf8(w.word.substr(0, 4)));
    for (const auto &p : r.phones)
        result.push_back("t" + p.substr(p.size() - std::min<std::size_t>(7, p.size())));
    if (!r.email.empty())
        result.push_back("e" + utf8(r.email.substr(0, 7)));
    if (!r.domain.empty())
        result.push_back("d" + r.domain);
    if (!r.address.house.empty() && !r.street.empty()) {
        for (const auto &w : r.street)
            result.push_back("a" + r.address.house + utf8(w.word));
    }
    if (!r.born.empty())
        for (const auto &part : {r.born, r.born.substr(0, 6), r.born.substr(2)})
            result.push_back("b" + part);
    if (!r.born.empty())
        for (const auto &w : r.contact)
            result.push_back("n" + utf8(w.word.substr(0, 2)) + r.born.substr(0, 3));
    if (!r.number.empty())
        result.push_back("s" + utf8(r.number));
    if (!r.postcode.empty() && !r.address.house.empty())
        result.push_back("z" + utf8(r.postcode) + r.address.house);
    return result;
}

std::uint32_t hash_of(const std::string &cluster) {
    std::uint32_t h = 2166136261U;
    for (char c : cluster)
        h = (h ^ static_cast<unsigned char>(c)) * 16777619U;
    return h;
}

bool odd_half(const std::string &cluster) {
    return (hash_of(cluster) >> 13) & 1;
}

std::uint32_t fold_of(const std::string &cluster) {
    return (hash_of(cluster) >> 7) % folds;
}

bool share_a_key(const Record &a, const Record &b) {
    const auto keys = keys_of(1, a);
    for (const std::int64_t key : keys_of(1, b))
        if (std::find(keys.begin(), keys.end(), key) != keys.end())
            return true;
    return false;
}

Set load(const std::string &folder, const std::string &name) {
    Set set;
    set.name = name;
    const std::string file = name == "restaurants_no_phone" ? "restaurants" : name;
    set.rows = read_csv(folder + "/" + file + ".csv");
    if (name == "org_name_pairs") {
        std::uint32_t i = 0;
        for (const Row &row : set.rows) {
            Row a{{"name", row.at("name1")}}, b{{"name", row.at("name2")}};
            const bool same = row.at("same") == "1";
            set.positives += same;
            set.pairs.push_back({compare(record(a, name), record(b, name)), same,
                                 odd_half(row.at("name1") + row.at("name2")),
                                 hash_of(row.at("name1") + row.at("name2")),
                                 fold_of(row.at("name1") + row.at("name2")), i, i});
            ++i;
        }
        return set;
    }
    const bool linked = name.starts_with("restaurants") || name == "febrl4";
    std::vector<Record> records;
    for (const Row &row : set.rows)
        records.push_back(record(row, name));
    std::unordered_map<std::string, std::vector<std::uint32_t>> index;
    for (std::uint32_t i = 0; i < records.size(); ++i)
        for (const std::string &key : blocks(records[i]))
            index[key].push_back(i);
    const std::size_t most = records.size() > 3000 ? 40 : 300;
    std::set<std::pair<std::uint32_t, std::uint32_t>> candidates;
    for (auto &[key, list] : index) {
        list.erase(std::unique(list.begin(), list.end()), list.end());
        if (list.size() <= most)
            for (std::size_t i = 0; i < list.size(); ++i)
                for (std::size_t j = i + 1; j < list.size(); ++j)
                    candidates.emplace(list[i], list[j]);
    }
    std::map<std::string, std::vector<std::uint32_t>> clusters;
    for (std::uint32_t i = 0; i < set.rows.size(); ++i)
        clusters[set.rows[i].at("cluster")].push_back(i);
    for (const auto &[cluster, list] : clusters)
        for (std::size_t i = 0; i < list.size(); ++i)
            for (std::size_t j = i + 1; j < list.size(); ++j) {
                if (linked && set.rows[list[i]].at("source") == set.rows[list[j]].at("source"))
                    continue;
                set.positives += 1;
                if (!candidates.contains({list[i], list[j]}))
                    set.missed[odd_half(cluster)] += 1;
            }
    for (const auto &[i, j] : candidates) {
        if (linked && set.rows[i].at("source") == set.rows[j].at("source"))
            continue;
        const std::string &x = set.rows[i].at("cluster"), &y = set.rows[j].at("cluster");
        set.pairs.push_back({compare(records[i], records[j]), x == y, odd_half(x == y ? x : x + y),
                             hash_of(x == y ? x : x + y), fold_of(x == y ? x : x + y), i, j,
                             share_a_key(records[i], records[j])});
    }
    return set;
}

using Vector = Eigen::VectorXd;

// Which pairs: of one half, or all.
using Taken = std::function<bool(const Set &, const Pair &)>;

// A set weighs by how few errors it should have, not by its size.
double pair_weight(const Set &set) {
    static const std::map<std::string, double> allowed = {
        {"chicago_sites", .04},  {"restaurants", .02},   {"restaurants_no_phone", .05},
        {"cn_companies", .1},    {"org_name_pairs", .1}, {"senzing_truthset", .3},
        {"fake_1000", .08},      {"febrl1", .002},       {"febrl4", .002},
        {"synth_business", .015}};
    const bool twice = set.name.starts_with("restaurants"); // the same rows, with and without phone
    return (twice ? 150 : 300) / set.positives / std::sqrt(allowed.at(set.name));
}

bool out_of_bounds(Eigen::Index feature, double weight) {
    const Sign sign = features[static_cast<std::size_t>(feature)].sign;
    return (sign == Sign::agrees && weight < 0) || (sign == Sign::differs && weight > 0);
}

// Logistic regression, in which a pair that is badly wrong pulls no harder than one at `trim`: some
// labels are wrong, and what no field tells apart should not bend the rest.
Vector fit(const std::vector<Set> &sets, const Taken &taken, double ridge) {
    constexpr double trim = 2;
    constexpr double hopeless = -8; // a pair that is far from being taken for one says nothing
    const auto n = static_cast<Eigen::Index>(feature_count);
    Vector w = Vector::Zero(n);
    struct Used {
        const Pair *pair;
        double weight;
    };
    std::vector<Used> all, used;
    for (const Set &set : sets)
        for (const Pair &pair : set.pairs)
            if (taken(set, pair))
                all.push_back({&pair, pair_weight(set)});
    const auto score_of = [&](const Pair &pair) {
        double score = 0;
        for (const auto &[k, x] : pair.present)
            score += x * w[k];
        return score;
    };
    for (int step = 0; step < 40; ++step) {
        if (step == 0 || step % 3 == 1) {
            used.clear();
            for (const Used &one : all)
                if (one.pair->same || step == 0 || score_of(*one.pair) > hopeless)
                    used.push_back(one);
        }
        Eigen::MatrixXd hessian = Eigen::MatrixXd::Identity(n, n) * ridge;
        Vector gradient = w * ridge;
        for (const auto &[pair, given] : used) {
            const double score = score_of(*pair), p = 1 / (1 + std::exp(-score));
            const double wrong = pair->same ? -score : score;
            const double trimmed = step < 8 ? 1 : 1 / (1 + std::exp(wrong - trim));
            const double weight = given * trimmed, slope = weight * p * (1 - p);
            for (const auto &[k, x] : pair->present)
                gradient[k] += weight * (p - pair->same) * x;
            if (slope < 1e-9)
                continue;
            for (const auto &[k, x] : pair->present)
                for (const auto &[l, y] : pair->present)
                    hessian(k, l) += slope * x * y;
        }
        // Projected Newton: what is at its bound and would leave it stays.
        for (Eigen::Index k = 0; k < n; ++k)
            if (w[k] == 0 && out_of_bounds(k, -gradient[k])) {
                hessian.row(k).setZero();
                hessian.col(k).setZero();
                hessian(k, k) = 1;
                gradient[k] = 0;
            }
        const Vector before = w;
        w -= hessian.ldlt().solve(gradient);
        for (Eigen::Index k = 0; k < n; ++k)
            if (out_of_bounds(k, w[k]))
                w[k] = 0;
        if (step > 8 && (w - before).norm() < 1e-4)
            break;
    }
    return w;
}

struct Quality {
    double both = 0, found = 0, wrong = 0, missed = 0;
    double f1() const { return 2 * both / (2 * both + wrong + missed); }
};

Quality quality(const Set &set, const Vector &w, const std::function<bool(const Pair &)> &taken,
                double missed, double bound = 0) {
    Quality result;
    result.missed = missed;
    for (const Pair &pair : set.pairs) {
        if (!taken(pair))
            continue;
        const Eigen::Map<const Vector> x(pair.features.data(),
                                         static_cast<Eigen::Index>(feature_count));
        const bool found = x.dot(w) >= bound;
        result.both += found && pair.same;
        result.wrong += found && !pair.same;
        result.missed += !found && pair.same;
    }
    return result;
}

double sum_of(const Pair &pair, const Vector &w) {
    const Eigen::Map<const Vector> x(pair.features.data(),
                                     static_cast<Eigen::Index>(feature_count));
    return x.dot(w);
}

double logistic(double log_odds) {
    return 1 / (1 + std::exp(-log_odds));
}

// The doubt of the least logarithmic loss, by pairs that the weights were not fitted on.
double fit_doubt(const std::vector<Set> &sets, const std::vector<Vector> &by_fold,
                 const std::function<bool(const Pair &)> &taken) {
    double best = 0, least = 1e300;
    for (double tried = 0.5; tried <= 12; tried += 0.25) {
        double loss = 0;
        for (const Set &set : sets)
            for (const Pair &pair : set.pairs)
                if (taken(pair)) {
                    const double z = calibrated(sum_of(pair, by_fold[pair.fold]), tried);
                    loss += std::log1p(std::exp(pair.same ? -z : z));
                }
        if (loss < least) {
            least = loss;
            best = tried;
        }
    }
    return best;
}

// How often pairs of a probability are one customer, with weights fitted on the other fifths and
// the doubt on the other half of the clusters; and how often the pairs above a probability are, and
// how many of all true ones they are.
void show_calibration(const std::vector<Set> &sets, const std::vector<Vector> &by_fold) {
    const double even = fit_doubt(sets, by_fold, [](const Pair &p) { return !p.odd; });
    const double odd = fit_doubt(sets, by_fold, [](const Pair &p) { return p.odd; });
    std::printf("\ndoubt: %.2f, by halves %.2f and %.2f\n",
                fit_doubt(sets, by_fold, [](const Pair &) { return true; }), even, odd);
    const auto probability = [&](const Pair &pair, bool doubting) {
        const double sum = sum_of(pair, by_fold[pair.fold]);
        return logistic(doubting ? calibrated(sum, pair.odd ? even : odd) : sum);
    };
    constexpr double bounds[] = {0, .01, .05, .1, .3, .5, .7, .9, .95, .99, .999, 1.1};
    for (const bool doubting : {false, true}) {
        std::printf("%-16s %10s %10s %10s\n", doubting ? "with doubt: p" : "without: p", "pairs",
                    "mean p", "same");
        for (int bin = 0; bin + 1 < static_cast<int>(std::size(bounds)); ++bin) {
            double count = 0, sum = 0, same = 0;
            for (const Set &set : sets)
                for (const Pair &pair : set.pairs) {
                    const double p = probability(pair, doubting);
                    if (p >= bounds[bin] && p < bounds[bin + 1]) {
                        count += 1;
                        sum += p;
                        same += pair.same;
                    }
                }
            std::printf("%5.3f to %5.3f   %10.0f %10.4f %10.4f\n", bounds[bin],
                        std::min(1.0, bounds[bin + 1]), count, sum / count, same / count);
        }
    }
    std::printf("\n%-22s", "precision/recall at p");
    for (const double bound : {.5, .7, .9, .95, .99})
        std::printf("    %.2f     ", bound);
    std::printf("   by a key\n");
    for (const Set &set : sets) {
        std::printf("%-22s", set.name.c_str());
        for (const double bound : {.5, .7, .9, .95, .99}) {
            double both = 0, found = 0;
            for (const Pair &pair : set.pairs)
                if (probability(pair, true) >= bound) {
                    found += 1;
                    both += pair.same;
                }
            std::printf(" %.4f/%.3f", both / found, both / set.positives);
        }
        double both = 0, found = 0;
        for (const Pair &pair : set.pairs) {
            found += pair.keyed;
            both += pair.keyed && pair.same;
        }
        std::printf(" %.4f/%.3f\n", found > 0 ? both / found : 1, both / set.positives);
    }
}

// F1 of the clusters that the pairs found make together.
double clustered_f1(const Set &set, const Vector &w) {
    std::vector<std::uint32_t> parent(set.rows.size());
    for (std::uint32_t i = 0; i < parent.size(); ++i)
        parent[i] = i;
    const std::function<std::uint32_t(std::uint32_t)> root = [&](std::uint32_t i) {
        return parent[i] == i ? i : parent[i] = root(parent[i]);
    };
    for (const Pair &pair : set.pairs)
        if (Eigen::Map<const Vector>(pair.features.data(), static_cast<Eigen::Index>(feature_count))
                .dot(w) >= 0)
            parent[root(pair.a)] = root(pair.b);
    std::map<std::uint32_t, std::map<std::string, double>> clusters;
    std::map<std::string, double> truth;
    for (std::uint32_t i = 0; i < parent.size(); ++i) {
        clusters[root(i)][set.rows[i].at("cluster")] += 1;
        truth[set.rows[i].at("cluster")] += 1;
    }
    const auto pairs = [](double n) { return n * (n - 1) / 2; };
    double both = 0, found = 0, all = 0;
    for (const auto &[id, parts] : clusters) {
        double size = 0;
        for (const auto &[cluster, n] : parts) {
            both += pairs(n);
            size += n;
        }
        found += pairs(size);
    }
    for (const auto &[cluster, n] : truth)
        all += pairs(n);
    return 2 * both / (found + all);
}

void show_errors(const Set &set, const std::vector<Vector> &by_fold, int most) {
    std::vector<std::pair<double, const Pair *>> errors;
    for (const Pair &pair : set.pairs) {
        const Eigen::Map<const Vector> x(pair.features.data(),
                                         static_cast<Eigen::Index>(feature_count));
        const double score = x.dot(by_fold[pair.fold]);
        if ((score >= 0) != pair.same)
            errors.emplace_back(score, &pair);
    }
    std::sort(errors.begin(), errors.end());
    const std::size_t step =
        std::max<std::size_t>(1, errors.size() / static_cast<std::size_t>(most));
    for (std::size_t e = 0; e < errors.size(); e += step) {
        const Pair &pair = *errors[e].second;
        std::printf("%6.2f %s", errors[e].first, pair.same ? "missed" : "wrong ");
        for (const auto &[k, x] : pair.present)
            if (const double part = x * by_fold[pair.fold][k]; std::abs(part) > 0.3)
                std::printf(" %s %.1f", features[static_cast<std::size_t>(k)].name.data(), part);
        for (std::uint32_t i : {pair.a, pair.b}) {
            std::printf(" |");
            for (const auto &[key, value] : set.rows[i])
                if (key != "id" && key != "source" && key != "type" && !value.empty())
                    std::printf(" %s", value.c_str());
        }
        std::printf("\n");
    }
}

} // namespace

int main(int argc, char **argv) {
    if (argc < 2)
        return 2;
    const std::string folder = argv[1], what = argc > 2 ? argv[2] : "";
    std::vector<Set> sets;
    for (const char *name :
         {"chicago_sites", "restaurants", "restaurants_no_phone", "cn_companies", "org_name_pairs",
          "senzing_truthset", "fake_1000", "febrl1", "febrl4", "synth_business"})
        sets.push_back(load(folder, name));
    for (Set &set : sets)
        for (Pair &pair : set.pairs)
            for (std::size_t k = 0; k < feature_count; ++k)
                if (pair.features[k] != 0)
                    pair.present.emplace_back(static_cast<int>(k), pair.features[k]);
    constexpr double ridge = 0.5;

    if (what == "--table") {
        const Vector w = fit(
            sets, [](const Set &, const Pair &) { return true; }, ridge);
        std::printf("// Made by bench/duplicates/fit --table.\n"
                    "#include \"core/screen/score.hpp\"\n\n"
                    "#include \"core/no_postgres.hpp\"\n\n"
                    "namespace highseas::screen {\n\nconst Weights built_in_weights = {\n");
        for (std::size_t k = 0; k < feature_count; ++k)
            std::printf("    %.3f, // %s\n", w[static_cast<Eigen::Index>(k)],
                        features[k].name.data());
        std::printf("};\n\n} // namespace highseas::screen\n");
        return 0;
    }
    const auto every = [](const Pair &) { return true; };
    std::vector<Vector> by_fold; // fitted on the other folds
    for (std::uint32_t f = 0; f < folds && what != "--check"; ++f)
        by_fold.push_back(fit(
            sets, [f](const Set &, const Pair &p) { return p.fold != f; }, ridge));
    if (what == "--errors") {
        for (const Set &set : sets)
            if (argc < 4 || set.name == argv[3])
                show_errors(set, by_fold, argc > 4 ? std::atoi(argv[4]) : 60);
        return 0;
    }
    if (what == "--check") {
        Vector w(static_cast<Eigen::Index>(feature_count));
        for (std::size_t k = 0; k < feature_count; ++k)
            w[static_cast<Eigen::Index>(k)] = built_in_weights[k];
        for (const Set &set : sets) {
            const Quality q = quality(set, w, every, set.missed[0] + set.missed[1]);
            std::printf("%-22s F1 %.4f  precision %.4f recall %.4f\n", set.name.c_str(), q.f1(),
                        q.both / (q.both + q.wrong), q.both / (q.both + q.missed));
        }
        return 0;
    }
    const Vector all = fit(
        sets, [](const Set &, const Pair &) { return true; }, ridge);
    const Vector even = fit(
        sets, [](const Set &, const Pair &p) { return !p.odd; }, ridge);
    const Vector odd = fit(
        sets, [](const Set &, const Pair &p) { return p.odd; }, ridge);
    std::printf("%-22s %8s %8s %8s %8s %8s %8s %8s %8s\n", "F1", "fit", "fifths", "halves",
                "others'", "missed", "clusters", "precise", "recall");
    for (const Set &set : sets) {
        const double missed = set.missed[0] + set.missed[1];
        const Quality fitted = quality(set, all, every, missed);
        Quality held = quality(
            set, even, [](const Pair &p) { return p.odd; }, set.missed[1]);
        const Quality other = quality(
            set, odd, [](const Pair &p) { return !p.odd; }, set.missed[0]);
        held.both += other.both;
        held.wrong += other.wrong;
        held.missed += other.missed;
        const std::string family = set.name.substr(0, 5);
        const Vector foreign = fit(
            sets, [&](const Set &s, const Pair &) { return s.name.substr(0, 5) != family; }, ridge);
        const Quality outside = quality(set, foreign, every, missed);
        Quality fifths{0, 0, 0, missed};
        for (std::uint32_t f = 0; f < folds; ++f) {
            const Quality q = quality(
                set, by_fold[f], [f](const Pair &p) { return p.fold == f; }, 0);
            fifths.both += q.both;
            fifths.wrong += q.wrong;
            fifths.missed += q.missed;
        }
        std::printf("%-22s %8.4f %8.4f %8.4f %8.4f %8.0f %8.4f %8.4f %8.4f\n", set.name.c_str(),
                    fitted.f1(), fifths.f1(), held.f1(), outside.f1(), missed,
                    set.name == "org_name_pairs" ? 0 : clustered_f1(set, all),
                    fitted.both / (fitted.both + fitted.wrong),
                    fitted.both / (fitted.both + fitted.missed));
        std::fflush(stdout);
    }
    show_calibration(sets, by_fold);
    return 0;
}

#include "core/pool/region_tree.hpp"

#include "core/no_postgres.hpp"

namespace highseas {

int RegionTree::number_of(std::string_view region) {
    const auto [place, is_new] = numbers_.try_emplace(region, static_cast<int>(parents_.size()));
    if (is_new)
        parents_.push_back(none);
    return place->second;
}

int RegionTree::find(std::string_view region) const {
    const auto place = numbers_.find(region);
    return place == numbers_.end() ? none : place->second;
}

Status RegionTree::read(std::span<const std::string_view> regions,
                        std::span<const std::optional<std::string_view>> parents) {
    for (std::string_view region : regions) {
        const std::size_t before = parents_.size();
        number_of(region);
        if (parents_.size() == before)
            return Status::error(sqlstate::bad_parameter, "region \"%.*s\" is given twice",
                                 shown_length(region), region.data());
    }
    // The regions got the first numbers, in their order.
    for (std::size_t i = 0; i < regions.size(); ++i)
        if (parents[i]) {
            const int parent = number_of(*parents[i]);
            parents_[i] = parent;
        }
    if (has_cycle())
        return Status::error(sqlstate::bad_parameter, "the tree of regions has a cycle")
            .with_detail("Some region lies below itself.");
    return {};
}

bool RegionTree::has_cycle() const {
    // Each region is marked by the walk that first came by; a walk that meets its own mark turns.
    std::vector<int> walk_of(parents_.size(), none);
    for (int start = 0; start < static_cast<int>(parents_.size()); ++start)
        for (int region = start; region != none; region = parent_of(region)) {
            int &walk = walk_of[static_cast<std::size_t>(region)];
            if (walk == start)
                return true;
            if (walk != none)
                break;
            walk = start;
        }
    return false;
}

} // namespace highseas

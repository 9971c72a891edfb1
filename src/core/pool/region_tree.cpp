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
    // What lies below itself has a parent, so it is one of the regions given.
    if (const int region = find_cycle(); region != none) {
        const std::string_view name = regions[static_cast<std::size_t>(region)];
        return Status::error(sqlstate::bad_parameter, "region \"%.*s\" lies below itself",
                             shown_length(name), name.data())
            .with_detail("The tree of regions has a cycle.")
            .with_hint("check_consistency() lists the regions of a cycle.");
    }
    return {};
}

int RegionTree::find_cycle() const {
    // Each region is marked by the walk that first came by; a walk that meets its own mark turns.
    std::vector<int> walk_of(parents_.size(), none);
    for (int start = 0; start < static_cast<int>(parents_.size()); ++start)
        for (int region = start; region != none; region = parent_of(region)) {
            int &walk = walk_of[static_cast<std::size_t>(region)];
            if (walk == start)
                return region;
            if (walk != none)
                break;
            walk = start;
        }
    return none;
}

} // namespace highseas

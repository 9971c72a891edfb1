// The regions of a plan by number, each with its parent.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/status.hpp"

namespace highseas {

class RegionTree {
public:
    static constexpr int none = -1;

    // Refuses a region given twice and a tree with a cycle. A parent that is no region itself is
    // one at the top.
    Status read(std::span<const std::string_view> regions,
                std::span<const std::optional<std::string_view>> parents);

    int number_of(std::string_view region);  // a new region stands alone, at the top
    int find(std::string_view region) const; // none, if it is unknown
    int parent_of(int region) const { return parents_[static_cast<std::size_t>(region)]; }
    std::size_t size() const { return parents_.size(); }

private:
    int find_cycle() const; // a region that lies below itself, or none

    std::unordered_map<std::string_view, int> numbers_;
    std::vector<int> parents_;
};

} // namespace highseas

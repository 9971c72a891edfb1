// What is left of the reps' limits while a plan is made.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <unordered_map>

#include "core/pool/limit.hpp"

namespace highseas {

class CapacityLeft {
public:
    static constexpr int any_class = -1;

    void add(LimitKind kind, int rep, int customer_class, int left) {
        int &smallest = left_[key(rep, customer_class)][static_cast<std::size_t>(kind)];
        smallest = left < smallest ? left : smallest;
    }

    // Which kind of limit shuts the rep out from customers of the class.
    std::optional<LimitKind> blocking(int rep, int customer_class) const {
        const Left *any = find(rep, any_class);
        const Left *own = customer_class == any_class ? nullptr : find(rep, customer_class);
        for (LimitKind kind : {LimitKind::quota, LimitKind::capacity})
            for (const Left *left : {any, own})
                if (left && (*left)[static_cast<std::size_t>(kind)] <= 0)
                    return kind;
        return std::nullopt;
    }

    void take_one(int rep, int customer_class) {
        lower(rep, any_class);
        if (customer_class != any_class)
            lower(rep, customer_class);
    }

private:
    // All limits of one kind, rep and class sink together, so the smallest stands for them.
    struct Left {
        int by_kind[2] = {unlimited, unlimited};
        int &operator[](std::size_t kind) { return by_kind[kind]; }
        int operator[](std::size_t kind) const { return by_kind[kind]; }
    };
    static constexpr int unlimited = std::numeric_limits<int>::max();

    static std::uint64_t key(int rep, int customer_class) {
        return (static_cast<std::uint64_t>(static_cast<std::uint32_t>(rep)) << 32) |
               static_cast<std::uint32_t>(customer_class);
    }

    const Left *find(int rep, int customer_class) const {
        const auto place = left_.find(key(rep, customer_class));
        return place == left_.end() ? nullptr : &place->second;
    }

    void lower(int rep, int customer_class) {
        if (const auto place = left_.find(key(rep, customer_class)); place != left_.end())
            for (int &left : place->second.by_kind)
                if (left != unlimited)
                    --left;
    }

    std::unordered_map<std::uint64_t, Left> left_;
};

} // namespace highseas

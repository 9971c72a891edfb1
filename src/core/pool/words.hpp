// The words that the pool's rows may say.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace highseas {

namespace words {
using namespace std::string_view_literals;
inline constexpr std::array customer_states{"free"sv, "held"sv, "frozen"sv, "withdrawn"sv,
                                            "gone"sv};
inline constexpr std::array deals{"none"sv, "open"sv, "closed"sv};
inline constexpr std::array take_acts{"claim"sv,    "assign"sv, "transfer"sv,  "rotate"sv,
                                      "allocate"sv, "cover"sv,  "give_back"sv, "succeed"sv,
                                      "import"sv,   "adopt"sv,  "hand_over"sv};
inline constexpr std::array end_acts{"return"sv,   "take_back"sv, "expire"sv,   "assign"sv,
                                     "transfer"sv, "adopt"sv,     "withdraw"sv, "gone"sv,
                                     "merge"sv,    "reconcile"sv, "cover"sv,    "give_back"sv,
                                     "succeed"sv,  "hand_over"sv};
inline constexpr std::array intents{"interested"sv, "hesitating"sv, "not now"sv, "never"sv};
} // namespace words

template <std::size_t count>
constexpr bool contains(const std::array<std::string_view, count> &list, std::string_view word) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

constexpr bool is_customer_state(std::string_view word) {
    return contains(words::customer_states, word);
}
constexpr bool is_deal(std::string_view word) {
    return contains(words::deals, word);
}
constexpr bool is_intent(std::string_view word) {
    return contains(words::intents, word);
}
constexpr bool is_take_act(std::string_view word) {
    return contains(words::take_acts, word);
}
constexpr bool is_end_act(std::string_view word) {
    return contains(words::end_acts, word);
}

} // namespace highseas

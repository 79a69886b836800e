// What can be asked of any event: when it was, and which order it speaks of.
//
// Threads: any; pure.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/time.h"
#include "model/event.h"
#include "model/order.h"

namespace bulwark::explain {

// Our receipt where the event has one, else the time that it carries.
inline base::UnixNanos TimeOf(const model::Event& event) {
  return std::visit(
      [](const auto& what) {
        if constexpr (requires { what.received_at; }) {
          return what.received_at;
        } else if constexpr (requires { what.fill.at; }) {
          return what.fill.at;
        } else {
          return what.at;
        }
      },
      event);
}

inline std::optional<model::OrderId> OrderOf(const model::Event& event) {
  return std::visit(
      [](const auto& what) -> std::optional<model::OrderId> {
        if constexpr (requires { what.order_id; }) {
          return what.order_id;
        } else if constexpr (requires { what.fill.order_id; }) {
          return what.fill.order_id;
        } else {
          return std::nullopt;
        }
      },
      event);
}

// "order not sent" for OrderNotSent: the name of the type, in words.
template <class T>
std::string WordsOf() {
  std::string_view name = __PRETTY_FUNCTION__;
  name = name.substr(name.find("T = "));
  name = name.substr(0, name.find_first_of(";]"));
  name = name.substr(name.rfind(':') + 1);
  std::string words;
  for (const char c : name) {
    const bool is_upper = c >= 'A' && c <= 'Z';
    words += is_upper && !words.empty() ? " " : "";
    words += is_upper ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return words;
}

inline std::string KindOf(const model::Event& event) {
  return std::visit([]<class T>(const T&) { return WordsOf<T>(); }, event);
}

// What else an event says of an order, in words; may be empty.
inline std::string DetailOf(const model::Event& event) {
  std::string text;
  const auto add = [&](std::string_view label, std::string_view value) {
    if (!value.empty()) {
      text += text.empty() ? "" : ", ";
      text += label;
      text += value;
    }
  };
  std::visit(
      [&](const auto& what) {
        if constexpr (requires { what.venue_order_id.view(); }) {
          add("venue's id ", what.venue_order_id.view());
        }
        if constexpr (requires { what.cumulative_filled.ToString(); }) {
          add("filled there ", what.cumulative_filled.ToString());
        }
        if constexpr (requires { what.reason.view(); }) {
          add("", what.reason.view());
        }
      },
      event);
  return text;
}

}  // namespace bulwark::explain

// What the rows of the table of settings are written with.
//
// Shape:   To<&Settings::redis, &RedisSettings::port> stores a value into settings.redis.port.
// Errors:  none: a value was checked against its row before it is stored.
// Threads: any; pure.

#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/ensure.h"
#include "base/secret.h"
#include "config/setting_table.h"
#include "config/settings.h"

namespace bulwark::config {

template <class Number>
Number Narrow(std::int64_t number) {
  ENSURE(std::in_range<Number>(number));
  return static_cast<Number>(number);
}

template <class Member>
Member Convert(const Value& value) {
  if constexpr (std::is_same_v<Member, bool>) {
    return std::get<bool>(value);
  } else if constexpr (std::is_integral_v<Member>) {
    return Narrow<Member>(std::get<std::int64_t>(value));
  } else if constexpr (std::is_enum_v<Member>) {
    return static_cast<Member>(std::get<EnumChoice>(value).index);
  } else if constexpr (std::is_same_v<Member, base::Secret> ||
                       std::is_same_v<Member, std::filesystem::path>) {
    return Member(std::get<std::string>(value));
  } else {
    return std::get<Member>(value);
  }
}

// Stores into settings.<first>.<second>...: To<&Settings::redis, &RedisSettings::port>.
template <auto... Path>
void To(Settings& settings, const Value& value) {
  auto& member = (settings.*....*Path);
  member = Convert<std::remove_reference_t<decltype(member)>>(value);
}

// risk.*, daytrade.*, halt.*, kill.*, breakers.*: everything that keeps orders back.
std::span<const SettingSpec> GuardSettings();

}  // namespace bulwark::config

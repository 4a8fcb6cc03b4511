// What the panels beside a picture have in common: colours, type and measures.
#pragma once

#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>

#include "sim/core/scene.h"

namespace sandlot::panel {

constexpr Color ground = Color::hex(0x1E2233);
constexpr Color rule = Color::hex(0x343A52);
constexpr Color track = Color::hex(0x2B3047);
constexpr Color bright = Color::hex(0xF2F4FA);
constexpr Color dim = Color::hex(0x9AA1BC);
constexpr Color bar = Color::hex(0x5B6B9E);
constexpr Color best = Color::hex(0xF4B942);
constexpr Color against = Color::hex(0x4C9BE8);
constexpr Color warning = Color::hex(0xF0624D);
constexpr Color toast = Color::hex(0x3D6FE0);

// Sizes are given for a picture 500 pixels high.
inline float unit(int height) { return std::clamp(static_cast<float>(height) / 500, 0.6f, 2.0f); }

inline std::string number(double value, int digits = 4) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*g", digits, value);
  return text;
}

// At most `count` characters (not bytes) of UTF-8 text, with … where it was cut.
inline std::string shortened(std::string_view text, std::size_t count) {
  std::size_t characters = 0, end = 0, last_fit = 0;
  for (; end < text.size(); ++end) {
    if ((static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) continue;  // inside a character
    if (++characters == count) last_fit = end;
    if (characters > count) return std::string(text.substr(0, last_fit)) + "…";
  }
  return std::string(text);
}

}  // namespace sandlot::panel

// From the keys held on the keyboard to a world's actions.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/core/environment.h"

namespace sandlot {

class KeyMap {
 public:
  using Held = std::function<bool(std::string_view)>;

  // Reads spec.action_keys; empty() where the world names none.
  explicit KeyMap(const EnvironmentSpec& spec);
  bool empty() const { return actions_.empty(); }

  // The legal action whose keys are all held, the one with the most keys, the first among equals;
  // −1 where there is none. `legal` is [actions], or empty where all are legal. With `key`, only
  // actions that this key belongs to: it was just pressed.
  int discrete(const Held& held, std::span<const std::uint8_t> legal,
               std::string_view key = "") const;
  // For boxes: the high end of each value whose keys are held, else the low end.
  void box(const Held& held, std::span<float> values) const;
  bool uses(std::string_view key) const;

  std::string help() const;  // "right x: right jump, left: left"

 private:
  Space space_;
  std::vector<std::string> names_;
  std::vector<std::vector<std::string>> actions_;  // the keys of each action, or of each value
};

}  // namespace sandlot

#include "sim/cli/keys.h"

#include <algorithm>
#include <sstream>

namespace sandlot {
namespace {

bool all_held(const std::vector<std::string>& keys, const KeyMap::Held& held) {
  return std::all_of(keys.begin(), keys.end(), held);
}

bool contains(const std::vector<std::string>& keys, std::string_view key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

}  // namespace

KeyMap::KeyMap(const EnvironmentSpec& spec) : space_(spec.action), names_(spec.action_names) {
  for (const auto& keys : spec.action_keys) {
    auto& list = actions_.emplace_back();
    std::istringstream words(keys);
    for (std::string word; words >> word;) list.push_back(word);
  }
}

int KeyMap::discrete(const Held& held, std::span<const std::uint8_t> legal,
                     std::string_view key) const {
  int best = -1;
  std::size_t most = 0;
  for (std::size_t i = 0; i < actions_.size(); ++i) {
    const auto& keys = actions_[i];
    if (!legal.empty() && legal[i] == 0) continue;
    if (!key.empty() && !contains(keys, key)) continue;
    if (!all_held(keys, held) || (best >= 0 && keys.size() <= most)) continue;
    best = static_cast<int>(i);
    most = keys.size();
  }
  return best;
}

void KeyMap::box(const Held& held, std::span<float> values) const {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool on = i < actions_.size() && !actions_[i].empty() && all_held(actions_[i], held);
    values[i] = on ? space_.high_at(i) : space_.low_at(i);
  }
}

bool KeyMap::uses(std::string_view key) const {
  return std::any_of(actions_.begin(), actions_.end(),
                     [&](const auto& keys) { return contains(keys, key); });
}

std::string KeyMap::help() const {
  std::string text;
  for (std::size_t i = 0; i < actions_.size(); ++i) {
    if (actions_[i].empty()) continue;
    std::string keys;
    for (const auto& key : actions_[i]) keys += (keys.empty() ? "" : "+") + key;
    const std::string name = i < names_.size() ? names_[i] : std::to_string(i);
    if (!text.empty()) text += ", ";
    text += keys == name ? keys : keys + ": " + name;
  }
  return text;
}

}  // namespace sandlot

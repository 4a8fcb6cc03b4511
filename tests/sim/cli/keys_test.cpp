#include "sim/cli/keys.h"

#include <doctest/doctest.h>

#include <set>

using namespace sandlot;

namespace {

KeyMap::Held holding(std::set<std::string> keys) {
  return
      [keys = std::move(keys)](std::string_view key) { return keys.count(std::string(key)) > 0; };
}

}  // namespace

TEST_CASE("keys: the legal action with the most keys held is taken") {
  EnvironmentSpec spec;
  spec.action = Space::discrete(5);
  spec.action_names = {"none", "right", "right jump", "left", "jump"};
  spec.action_keys = {"", "right", "right x", "left", "x"};
  const KeyMap keys(spec);
  CHECK(keys.discrete(holding({}), {}) == 0);
  CHECK(keys.discrete(holding({"right"}), {}) == 1);
  CHECK(keys.discrete(holding({"right", "x", "q"}), {}) == 2);
  CHECK(keys.discrete(holding({"left", "right"}), {}) == 1);
  CHECK(keys.discrete(holding({"right", "x"}), {}, "left") == -1);
  CHECK(keys.discrete(holding({"left", "right"}), {}, "left") == 3);
  const std::vector<std::uint8_t> legal{0, 1, 0, 1, 1};
  CHECK(keys.discrete(holding({"right", "x"}), legal) == 1);
  CHECK(keys.discrete(holding({}), legal) == -1);
  CHECK(keys.help() == "right, right+x: right jump, left, x: jump");
  CHECK(keys.uses("x"));
  CHECK(!keys.uses("q"));
}

TEST_CASE("keys: each value of a box is high while its keys are held") {
  EnvironmentSpec spec;
  spec.action = Space::box(std::vector<float>{0, -1, -2}, std::vector<float>{1, 3, 5});
  spec.action_keys = {"a", "b", ""};
  std::vector<float> values(3);
  KeyMap(spec).box(holding({"b"}), values);
  CHECK(values == std::vector<float>{0, 3, -2});
  spec.action_keys.clear();
  CHECK(KeyMap(spec).empty());
}

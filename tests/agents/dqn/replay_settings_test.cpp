#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "agents/dqn/replay.h"
#include "sim/config/reader.h"
#include "tests/agents/dqn/naive_replay.h"

using namespace sandlot;

namespace {

struct Collected final : Issues {
  std::vector<std::pair<std::string, std::string>> list;
  void add(std::string_view path, std::string_view message) override {
    list.emplace_back(path, message);
  }
};
using Found = std::vector<std::pair<std::string, std::string>>;

Found check(const ReplaySettings& settings, const Space& space, int copies, int stack = 1,
            int n_step = 1) {
  Collected issues;
  settings.check(space, copies, issues, stack, n_step);
  return issues.list;
}

}  // namespace

TEST_CASE("replay: settings are checked, word for word") {
  const Space box = Space::box({4}, -1, 1);
  ReplaySettings settings;
  CHECK(check(settings, box, 64).empty());
  settings.capacity = 100;
  CHECK(check(settings, box, 16, 4, 3) ==
        Found{{"capacity",
               "expected at least 112: for each copy of the world the frames of an observation and "
               "the steps of a return"}});
  CHECK(check(settings, box, 50).empty());
  CHECK(check(settings, box, 51).size() == 1);
  settings.storage = ReplayStorage::bytes;
  CHECK(check(settings, box, 1) ==
        Found{{"storage",
               "a byte does not hold this world's observations without loss, box(4, -1…1) is not "
               "made of 256 even steps: expected automatic or floats"}});
  CHECK(check(settings, Space::discrete(500), 1) ==
        Found{{"storage",
               "a byte does not hold this world's observations without loss, discrete(500) has "
               "more than 256 values: expected automatic or floats"}});
  CHECK(check(settings, Space::discrete(256), 1).empty());
  CHECK(check(settings, box.quantized(1.0f / 64), 1).empty());
  settings.storage = ReplayStorage::automatic;
  settings.memory_map = "no/such/folder";
  CHECK(check(settings, box, 1) ==
        Found{{"memory_map", "expected a folder that exists; there is none at no/such/folder"}});

  const auto make = [&](const EnvironmentSpec& spec, int stack, int copies, int n_step) {
    ReplaySettings small;
    small.capacity = 8;
    return ReplayBuffer(small, spec, stack, copies, n_step, 0.9);
  };
  CHECK_THROWS_WITH_AS(make(spec_of(box), 3, 1, 1), "replay: box(4, -1…1) is no stack of 3 frames",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(make(spec_of(box), 1, 4, 2),
                       "replay: capacity: expected at least 12: for each copy of the world the "
                       "frames of an observation and the steps of a return",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(make(spec_of(box), 1, 1, 0),
                       "replay: a size or the discount is out of range", std::invalid_argument);
  EnvironmentSpec continuous = spec_of(box);
  continuous.action = Space::box({1}, -2, 2);
  CHECK_THROWS_WITH_AS(make(continuous, 1, 1, 1),
                       "replay: expected discrete actions, not box(1, -2…2)",
                       std::invalid_argument);
}

TEST_CASE("replay: settings are read, and those of priorities only with priorities") {
  const auto read = [](const std::string& text, ReplaySettings& settings) {
    const Registry registry;
    std::vector<Problem> problems;
    const Tree tree = parse_yaml(text, "test.yaml");
    SettingsReader reader(registry, tree, "replay", problems);
    settings.fields(reader);
    reader.finish();
    std::vector<std::string> list;
    for (const auto& problem : problems) list.push_back(problem.describe());
    return list;
  };
  ReplaySettings settings;
  CHECK(read("{capacity: 5000, prioritized: true, alpha: 0.5, storage: floats,\n"
             " beta: {kind: linear, from: 0.4, to: 1, steps: 100}}",
             settings)
            .empty());
  CHECK(settings.capacity == 5000);
  CHECK(settings.prioritized);
  CHECK(settings.alpha == 0.5);
  CHECK(settings.beta.at(50) == doctest::Approx(0.7));
  CHECK(settings.epsilon == 1e-6);
  CHECK(settings.storage == ReplayStorage::floats);
  CHECK(
      read("{alpha: 0.5}", settings = {}) ==
      std::vector<std::string>{"test.yaml:1:2: replay.alpha: applies only with prioritized: true"});
  CHECK(
      read("{capacity: 1}", settings = {}) ==
      std::vector<std::string>{
          "test.yaml:1:12: replay.capacity: expected a whole number between 2 and 1e+09, not '1'"});
}

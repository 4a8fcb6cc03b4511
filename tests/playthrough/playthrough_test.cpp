// Playthroughs: for every registered world a text file that shows what an episode looks like.
//
//   SANDLOT_UPDATE_PLAYTHROUGHS=1 build/dev/tests/playthrough/test_playthrough
//
// writes them anew; the difference is then reviewed like any other change.
#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "envs/city/register.h"
#include "envs/classic/register.h"
#include "envs/go/register.h"
#include "sim/core/archive.h"
#include "sim/core/registry.h"

using namespace sandlot;
namespace fs = std::filesystem;

namespace {

constexpr Seed first_seed = 7;
constexpr int steps = 30;
constexpr std::size_t longest_observation = 32;  // shown in full; longer ones as a summary

void register_worlds(Registry& registry) {
  register_classic(registry);
  register_city(registry);
  register_go(registry);
}

std::string rounded(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value + 0.0);  // + 0.0: −0 becomes 0
  return text;
}

std::string observation_text(const Environment& env) {
  std::vector<float> values(env.spec().observation.size());
  env.observe(values);
  std::string text;
  int nonzero = 0;
  double sum = 0;
  for (const float v : values) {
    text += (text.empty() ? "" : " ") + rounded(static_cast<double>(v));
    nonzero += v != 0;
    sum += static_cast<double>(v);
  }
  if (values.size() <= longest_observation) return text;
  char summary[128];
  std::snprintf(summary, sizeof summary, "%zu values, %d not 0, sum %s, crc %08x", values.size(),
                nonzero, rounded(sum).c_str(), crc32c(std::as_bytes(std::span(text))));
  return summary;
}

// An action drawn from the legal ones, or from inside the box.
struct Chooser {
  explicit Chooser(const EnvironmentSpec& spec) : spec_(spec) {
    if (spec.action.is_discrete())
      mask_.resize(static_cast<std::size_t>(spec.action.n));
    else
      values_.resize(spec.action.size());
  }

  Action choose(const Environment& env) {
    if (spec_.action.is_discrete()) {
      env.legal_actions(mask_);
      const std::vector<double> weights(mask_.begin(), mask_.end());
      return {.index = random_.categorical(weights), .values = {}};
    }
    for (std::size_t i = 0; i < values_.size(); ++i) {
      const double low = std::max(-1e3, static_cast<double>(spec_.action.low_at(i)));
      const double high = std::min(1e3, static_cast<double>(spec_.action.high_at(i)));
      values_[i] = static_cast<float>(random_.uniform(low, high));
    }
    return {.index = 0, .values = values_};
  }

  std::string text(const Action& action) const {
    if (spec_.action.is_discrete()) {
      const auto i = static_cast<std::size_t>(action.index);
      return std::to_string(action.index) +
             (i < spec_.action_names.size() ? " " + spec_.action_names[i] : "");
    }
    std::string list;
    for (const float v : action.values)
      list += (list.empty() ? "" : " ") + rounded(static_cast<double>(v));
    return list;
  }

 private:
  const EnvironmentSpec& spec_;
  Random random_{derive(first_seed, "playthrough actions")};
  std::vector<std::uint8_t> mask_;
  std::vector<float> values_;
};

std::string play(Environment& env) {
  static constexpr const char* status_names[] = {"running", "terminated", "truncated"};
  const EnvironmentSpec& spec = env.spec();
  std::ostringstream out;
  out << "environment: " << spec.name << "\nobservation: " << spec.observation.describe()
      << "\naction: " << spec.action.describe() << "\nstep limit: " << spec.step_limit
      << "\nreward: " << rounded(static_cast<double>(spec.reward_low)) << " to "
      << rounded(static_cast<double>(spec.reward_high)) << "\n";
  Chooser chooser(spec);
  EventSink sink;
  Seed seed = first_seed;
  Status status = Status::terminated;
  for (int t = 0; t < steps; ++t) {
    if (status != Status::running) {
      out << "\nreset: seed " << seed << "\n  observation: ";
      env.reset(seed++);
      out << observation_text(env) << "\n";
    }
    const Action action = chooser.choose(env);
    out << "step: action " << chooser.text(action);
    const StepResult result = env.step(action);
    status = result.status;
    out << ", reward " << rounded(static_cast<double>(result.reward)) << ", "
        << status_names[static_cast<std::size_t>(status)]
        << "\n  observation: " << observation_text(env) << "\n";
    sink.clear();
    env.events(sink);
    for (const auto& event : sink.list())
      out << "  event: " << event.name << (event.value != 0 ? " " + rounded(event.value) : "")
          << "\n";
  }
  return out.str();
}

std::string read_text(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The first line in which two texts differ, for a message that can be read.
std::string difference(const std::string& before, const std::string& now) {
  std::istringstream a(before), b(now);
  std::string left, right;
  for (int line = 1;; ++line) {
    const bool more_left = static_cast<bool>(std::getline(a, left));
    const bool more_right = static_cast<bool>(std::getline(b, right));
    if (!more_left && !more_right) return "";
    if (!more_left) left = "(end)";
    if (!more_right) right = "(end)";
    if (left != right)
      return "line " + std::to_string(line) + "\n  was: " + left + "\n  is:  " + right;
  }
}

}  // namespace

TEST_CASE("playthroughs: every world does what its file says") {
  Registry registry;
  register_worlds(registry);
  const fs::path folder = fs::path(SANDLOT_SOURCE_DIR) / "tests/golden/playthroughs";
  const bool update = std::getenv("SANDLOT_UPDATE_PLAYTHROUGHS") != nullptr;
  std::set<std::string> names;
  for (const auto& entry : registry.list(EnvironmentFactory::kind)) {
    CAPTURE(entry.name);
    names.insert(entry.name + ".txt");
    const auto env = registry.create<EnvironmentFactory>(entry.name)->make({});
    const std::string now = play(*env);
    const fs::path file = folder / (entry.name + ".txt");
    if (update) {
      write_file_atomically(file, std::string_view(now));
      continue;
    }
    REQUIRE_MESSAGE(fs::exists(file), "no playthrough: run with SANDLOT_UPDATE_PLAYTHROUGHS=1");
    const std::string changed = difference(read_text(file), now);
    CHECK_MESSAGE(changed.empty(), changed);
  }
  REQUIRE(!names.empty());
  for (const auto& entry : fs::directory_iterator(folder)) {
    CAPTURE(entry.path().filename().string());
    CHECK(names.count(entry.path().filename().string()) == 1);  // else of a world that is gone
  }
}

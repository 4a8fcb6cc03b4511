// Exported policies: what the arrays say is what the policy does.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "agents/ppo/policy.h"
#include "agents/ppo/ppo.h"
#include "sim/experiment/npz.h"
#include "tests/agents/ppo/setup.h"
#include "tests/learners/network/python.h"

using namespace sandlot;

namespace {

class Arrays final : public ArraySink {
 public:
  void add(std::string_view name, std::span<const int>, std::span<const float> values) override {
    arrays[std::string(name)].assign(values.begin(), values.end());
  }
  void add_text(std::string_view name, std::string_view text) override {
    texts[std::string(name)] = text;
  }
  std::map<std::string, std::vector<float>> arrays;
  std::map<std::string, std::string> texts;
};

constexpr int kRows = 9;
const std::vector<float> kSeen = [] {
  std::vector<float> seen;
  Random random(2);
  for (int i = 0; i < 2 * kRows; ++i) seen.push_back(2 * random.uniform_float() - 1);
  return seen;
}();

void check_numpy(PpoPolicy& policy) {
  const std::string python = python_with_numpy();
  if (python.empty()) {
    MESSAGE(kNoNumpy);
    return;
  }
  NpzFile file;
  REQUIRE(policy.export_arrays(file));
  const int outputs = static_cast<int>(policy.network().outputs());
  const int seen_shape[] = {kRows, 2}, output_shape[] = {kRows, outputs};
  file.add("example.values", seen_shape, kSeen);
  file.add("example.outputs", output_shape,
           {policy.outputs(kRows, kSeen), static_cast<std::size_t>(kRows * outputs)});
  const auto path =
      std::filesystem::temp_directory_path() / ("sandlot-ppo-" + std::to_string(getpid()) + ".npz");
  file.save(path);
  CHECK(std::system(comparison(python, path).c_str()) == 0);
  std::filesystem::remove(path);
}

}  // namespace

TEST_CASE("export: logits of discrete actions, means of a box") {
  for (const bool continuous : {false, true})
    for (const bool shared : {false, true}) {
      CAPTURE(continuous);
      CAPTURE(shared);
      PpoSetup setup(continuous ? "{name: corridor, continuous: true}" : "{name: corridor}",
                     std::string("{name: ppo, shared: ") + (shared ? "true" : "false") + "}");
      auto& policy = dynamic_cast<PpoPolicy&>(setup.agent->policy());
      check_numpy(policy);
      // Large weights, so that some means lie outside of the bounds.
      std::vector<float> weights(policy.network().parameter_count());
      policy.network().get_weights(weights);
      for (float& w : weights) w *= 100;
      policy.network().set_weights(weights);
      Arrays arrays;
      REQUIRE(policy.export_arrays(arrays));
      CHECK(arrays.texts["policy"] == (continuous ? "means" : "logits"));
      std::vector<std::int32_t> actions(kRows);
      std::vector<float> values(2 * kRows);
      Random random(1);
      policy.act(kRows, kSeen, {}, actions, values, random);
      const std::size_t stride = policy.network().outputs();
      CHECK(stride == (continuous ? 2u : 4u) + (shared ? 1u : 0u));
      const float* const outputs = policy.outputs(kRows, kSeen);
      bool any_cut = false;
      for (std::size_t row = 0; row < kRows; ++row) {
        const float* const own = outputs + row * stride;
        if (!continuous) {
          CHECK(actions[row] == std::max_element(own, own + 4) - own);
          continue;
        }
        for (std::size_t i = 0; i < 2; ++i) {
          const float free =
              arrays.arrays["action.middle"][i] + arrays.arrays["action.half"][i] * own[i];
          const float cut =
              std::clamp(free, arrays.arrays["action.low"][i], arrays.arrays["action.high"][i]);
          any_cut |= cut != free;
          CHECK(values[2 * row + i] == doctest::Approx(cut));
        }
      }
      CHECK(any_cut == continuous);
    }
}

// FitConfig: the YAML file of `sandlot fit`, read and checked together with the table that it is
// about.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sim/experiment/cross_validation.h"

namespace sandlot {

struct FitConfig {
  std::string name, description;
  std::string data;  // relative to the config's folder
  std::int64_t seed = 1;
  FitTask task = FitTask::automatic;
  std::vector<std::string> target, features, categories;
  std::string weight;
  bool standardize = false;
  FoldSettings cross_validation;
  PermutationSettings permutation;
  LearnerChoice learner;

  void fields(Fields& f);  // without the learner, whose kind follows from the task
  // As YAML, every value spelt out.
  std::string resolved(const Registry& registry) const;
};

// The settings alone, to be described. The learner stands there by name, of either kind.
class FitFile final : public Component {
 public:
  static constexpr const char* title = "The config file of sandlot fit";
  void fields(Fields& f) override {
    config_.fields(f);
    config_.learner.fields(f);
  }

 private:
  FitConfig config_;
};

struct Fit {
  FitConfig config;  // as it was resolved: the task, and columns by name
  FitProblem problem;
  std::vector<std::string> fold_names;  // of a fold_column
};

// `data` is what --data says; without, the config does. Throws ConfigError with everything that is
// wrong in either file.
Fit load_fit(const Registry& registry, const std::filesystem::path& config,
             const std::optional<std::filesystem::path>& data,
             const std::vector<std::string>& overrides = {});
Fit parse_fit(const Registry& registry, Tree tree, const std::filesystem::path& folder,
              const std::optional<std::filesystem::path>& data,
              const std::vector<std::string>& overrides = {});

}  // namespace sandlot

// LearnerModel: a classifier or a regressor behind one face, and the file that holds one with all
// that predicting new rows of a table needs.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "learners/classifier.h"
#include "learners/regressor.h"
#include "learners/standardizer.h"
#include "sim/experiment/fit_data.h"

namespace sandlot {

// The learner that a config names, of the kind that the task needs.
struct LearnerChoice {
  bool classification = true;
  Slot<ClassifierFactory> classifier{""};
  Slot<RegressorFactory> regressor{""};

  void fields(Fields& f);  // the section `learner`
  bool chosen() const {
    return classification ? classifier.get() != nullptr : regressor.get() != nullptr;
  }
  std::string name() const;
  LearnerFacts facts() const;
  void check(int inputs, Issues& issues) const;
};

struct Prediction {
  std::vector<std::int32_t> labels;  // classification
  Matrix probabilities;              // [rows, classes]; no rows where the learner has none
  Matrix values;                     // [rows, outputs], regression
};

class LearnerModel {
 public:
  LearnerModel(const LearnerChoice& choice, int inputs, int outputs, bool standardize, Seed seed);

  void fit(Matrix x, const Targets& targets, std::span<const float> weights);
  Prediction predict(Matrix x) const;
  std::vector<double> importances() const;  // by input; empty where there are none
  void save(Writer& out) const;
  void load(Reader& in);

 private:
  bool standardize_, probabilities_ = false;
  Standardizer standardizer_;
  std::unique_ptr<Classifier> classifier_;  // one of the two
  std::unique_ptr<Regressor> regressor_;
};

// The file `model`: the learner after all rows.
struct TrainedLearner {
  LearnerChoice choice;
  bool standardize = false;
  Seed seed = 0;
  FeatureCoder features;
  std::vector<std::string> targets, classes;
  std::unique_ptr<LearnerModel> model;

  void save(const Registry& registry, const std::filesystem::path& path) const;
  // Throws ArchiveError for a damaged file, or one whose learner this build does not have.
  static TrainedLearner load(const Registry& registry, const std::filesystem::path& path);
  int outputs() const {
    return static_cast<int>(classes.empty() ? targets.size() : classes.size());
  }
};

}  // namespace sandlot

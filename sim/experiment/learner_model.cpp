#include "sim/experiment/learner_model.h"

#include <limits>
#include <numeric>

#include "sim/config/reader.h"
#include "sim/config/writer.h"

namespace sandlot {
namespace {

constexpr std::string_view kKind = "sandlot learner";
constexpr std::uint32_t kVersion = 1;

Space input_space(int inputs) {
  const float inf = std::numeric_limits<float>::infinity();
  return Space::box({inputs}, -inf, inf);
}

}  // namespace

void LearnerChoice::fields(Fields& f) {
  const char* help = "what learns, as in an agent's value_function or classifier";
  if (classification)
    f.component("learner", "learner", classifier, help);
  else
    f.component("learner", "learner", regressor, help);
}

std::string LearnerChoice::name() const {
  return std::string(classification ? classifier.chosen() : regressor.chosen());
}

LearnerFacts LearnerChoice::facts() const {
  return classification ? classifier->facts() : regressor->facts();
}

void LearnerChoice::check(int inputs, Issues& issues) const {
  if (classification)
    classifier->check(input_space(inputs), issues);
  else
    regressor->check(input_space(inputs), issues);
}

LearnerModel::LearnerModel(const LearnerChoice& choice, int inputs, int outputs, bool standardize,
                           Seed seed)
    : standardize_(standardize), standardizer_(static_cast<std::size_t>(inputs)) {
  if (choice.classification) {
    classifier_ = choice.classifier->make(input_space(inputs), outputs, seed);
    probabilities_ = choice.facts().probabilities;
  } else {
    regressor_ = choice.regressor->make(input_space(inputs), outputs, seed);
  }
}

void LearnerModel::fit(Matrix x, const Targets& targets, std::span<const float> weights) {
  if (standardize_) {
    std::vector<Eigen::Index> rows;
    for (Eigen::Index row = 0; row < x.rows(); ++row)
      if (weights[static_cast<std::size_t>(row)] > 0) rows.push_back(row);
    if (!rows.empty()) standardizer_.fit(x, weights, rows);
    standardizer_.apply(x);
  }
  if (classifier_)
    classifier_->fit(x, targets.labels, weights);
  else
    regressor_->fit(x, targets.values, weights);
}

Prediction LearnerModel::predict(Matrix x) const {
  if (standardize_) standardizer_.apply(x);
  Prediction prediction;
  if (regressor_) {
    prediction.values = regressor_->predict(x);
    return prediction;
  }
  prediction.labels = classifier_->predict(x);
  if (probabilities_) prediction.probabilities = classifier_->predict_probabilities(x);
  return prediction;
}

std::vector<double> LearnerModel::importances() const {
  return classifier_ ? classifier_->importances() : regressor_->importances();
}

void LearnerModel::save(Writer& out) const {
  standardizer_.save(out);
  if (classifier_)
    classifier_->save(out);
  else
    regressor_->save(out);
}

void LearnerModel::load(Reader& in) {
  standardizer_.load(in);
  if (classifier_)
    classifier_->load(in);
  else
    regressor_->load(in);
}

void TrainedLearner::save(const Registry& registry, const std::filesystem::path& path) const {
  SettingsWriter settings(registry);
  LearnerChoice copy = choice;
  copy.fields(settings);
  Writer out;
  out.write(choice.classification);
  out.write(settings.yaml());
  out.write(standardize);
  out.write(seed);
  features.save(out);
  write_texts(out, targets);
  write_texts(out, classes);
  model->save(out);
  save_archive(path, kKind, kVersion, out);
}

TrainedLearner TrainedLearner::load(const Registry& registry, const std::filesystem::path& path) {
  const ArchiveFile file(path, kKind, kVersion);
  Reader in = file.reader();
  TrainedLearner trained;
  in.read(trained.choice.classification);
  std::string yaml;
  in.read(yaml);
  try {
    const Tree tree = parse_yaml(yaml, path.string());
    std::vector<Problem> problems;
    SettingsReader reader(registry, tree, "", problems);
    trained.choice.fields(reader);
    reader.finish();
    if (!problems.empty()) in.fail(problems.front().path + ": " + problems.front().message);
  } catch (const ConfigError& e) {
    in.fail(e.what());
  }
  in.read(trained.standardize);
  in.read(trained.seed);
  trained.features.load(in);
  trained.targets = read_texts(in);
  trained.classes = read_texts(in);
  if (trained.targets.empty() || trained.features.inputs() < 1 ||
      trained.choice.classification != (trained.classes.size() > 1))
    in.fail("its targets do not fit its task");
  trained.model =
      std::make_unique<LearnerModel>(trained.choice, trained.features.inputs(), trained.outputs(),
                                     trained.standardize, trained.seed);
  trained.model->load(in);
  return trained;
}

}  // namespace sandlot

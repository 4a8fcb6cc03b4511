#include <algorithm>
#include <cstdio>
#include <mutex>
#include <thread>

#include "sim/cli/common.h"
#include "sim/cli/verbs.h"
#include "sim/experiment/chart.h"
#include "sim/experiment/fit_report.h"
#include "sim/experiment/fit_results.h"

namespace sandlot {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string config, data, out, model, predict, output;
  std::vector<std::string> overrides;
  int jobs = 0;
  bool overwrite = false;
};

[[noreturn]] void refuse(const fs::path& path, const std::string& what) {
  throw ConfigError({{{path.string(), 0, 0}, "", what}});
}

std::string plural(std::size_t count, const std::string& what) {
  return with_thousands(static_cast<std::int64_t>(count)) + " " + what + (count == 1 ? "" : "s");
}

void announce(const Fit& fit) {
  const FitProblem& problem = fit.problem;
  std::printf("%s  %s\n", bold(fit.config.name).c_str(), dim(fit.config.description).c_str());
  std::string classes;
  for (std::size_t i = 0; i < problem.targets.classes.size() && i < 5; ++i)
    classes += (i ? ", " : "") + problem.targets.classes[i];
  if (problem.targets.classes.size() > 5) classes += ", …";
  const std::string what =
      classes.empty() ? plural(problem.targets.names.size(), "number") + " to predict"
                      : std::to_string(problem.targets.classes.size()) + " classes: " + classes;
  std::printf("%s from %s, %s; %s\n", problem.learner.name().c_str(),
              plural(problem.targets.rows(), "row").c_str(),
              plural(problem.features.features().size(), "column").c_str(), what.c_str());
  std::fflush(stdout);
}

void print_scores(const Fit& fit, const CrossValidation& cv) {
  const auto rows = summarize_scores(cv);
  std::size_t width = 0;
  for (const auto& row : rows) width = std::max(width, score_label(row.name).size());
  const std::string baseline =
      fit.problem.targets.classes.empty() ? "the mean" : "most frequent class";
  const std::size_t cell = std::max<std::size_t>(22, fit.problem.learner.name().size() + 2);
  std::printf("\n%s\n",
              bold(padded_to("", width, false) + padded_to(fit.problem.learner.name(), cell, true) +
                   padded_to(baseline, 24, true))
                  .c_str());
  for (const auto& row : rows)
    std::printf("%s%s%s\n", padded_to(score_label(row.name), width, false).c_str(),
                padded_to(with_deviation(row.learner), cell, true).c_str(),
                dim(padded_to(with_deviation(row.baseline), 24, true)).c_str());
  const int repeats = static_cast<int>(fit.problem.fold_of.size());
  std::printf("%s\n",
              dim("mean ± standard deviation over " + std::to_string(fit.problem.folds) + " folds" +
                  (repeats > 1 ? " × " + std::to_string(repeats) + " repeats" : ""))
                  .c_str());
}

void print_confusion(const CrossValidation& cv) {
  constexpr std::size_t kMost = 12;
  const auto& classes = cv.truth.classes;
  if (classes.empty() || classes.size() > kMost) return;
  const Confusion confusion = confusion_matrix(cv.truth.labels, cv.prediction.labels,
                                               static_cast<int>(classes.size()), cv.weights);
  std::size_t width = 6;
  for (const auto& name : classes) width = std::max(width, std::min<std::size_t>(name.size(), 20));
  std::string line = padded_to("", width, false);
  for (const auto& name : classes) line += "  " + padded_to(name.substr(0, 20), width, true);
  std::printf("\n%s\n", bold(line).c_str());
  for (std::size_t i = 0; i < classes.size(); ++i) {
    line = padded_to(classes[i].substr(0, 20), width, false);
    for (std::size_t j = 0; j < classes.size(); ++j) {
      const std::string cell = "  " + padded_to(short_number(confusion[i][j]), width, true);
      line += i == j ? accent(cell) : cell;
    }
    std::printf("%s\n", line.c_str());
  }
  std::printf("%s\n", dim("rows: what it is, columns: what it was taken for").c_str());
}

// Whole files; config.yaml, which makes the folder one of results, comes last.
void write_files(const Registry& registry, const Fit& fit, CrossValidation& cv,
                 const fs::path& folder) {
  const FitProblem& problem = fit.problem;
  fs::create_directories(folder);
  fs::remove(folder / "config.yaml");
  write_file_atomically(folder / "scores.csv", scores_csv(fit, cv));
  write_file_atomically(folder / "predictions.csv", predictions_csv(fit, cv));
  write_file_atomically(folder / "report.html", fit_report_html(registry, fit, cv));
  TrainedLearner trained{problem.learner,    problem.standardize,   problem.seed,
                         problem.features,   problem.targets.names, problem.targets.classes,
                         std::move(cv.model)};
  trained.save(registry, folder / "model");
  write_file_atomically(folder / "config.yaml", fit.config.resolved(registry));
}

int fit_learner(const Registry& registry, const Options& options) {
  std::optional<fs::path> data;
  if (!options.data.empty()) data = options.data;
  const Fit fit = load_fit(registry, options.config, data, options.overrides);
  const fs::path folder =
      options.out.empty() ? fs::path("fits") / fit.config.name : fs::path(options.out);
  if (fs::exists(folder / "config.yaml") && !options.overwrite)
    refuse(folder, "there are results already; --overwrite replaces them");
  announce(fit);
  std::mutex mutex;
  const int threads = options.jobs > 0
                          ? options.jobs
                          : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  CrossValidation cv = cross_validate(fit.problem, threads, [&](int done, int all) {
    const std::lock_guard lock(mutex);
    if (!terminal()) return;
    std::printf("\r\033[K%s",
                done < all
                    ? (std::to_string(done) + " of " + std::to_string(all) + " learnt").c_str()
                    : "");
    std::fflush(stdout);
  });
  print_scores(fit, cv);
  print_confusion(cv);
  write_files(registry, fit, cv, folder);
  std::printf("\n%s %s\n", dim("report").c_str(), (folder / "report.html").c_str());
  return 0;
}

int predict(const Registry& registry, const Options& options) {
  const TrainedLearner trained = TrainedLearner::load(registry, options.model);
  const CsvTable table = CsvTable::read(options.predict);
  std::vector<Problem> problems;
  Matrix x = trained.features.encode(table, trained.choice.facts().missing && !trained.standardize,
                                     problems);
  if (!problems.empty()) throw ConfigError(std::move(problems));
  const std::string text =
      predictions_csv(trained.targets, trained.classes, trained.model->predict(std::move(x)));
  if (options.output.empty()) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    return 0;
  }
  write_file_atomically(options.output, text);
  std::printf("%s %s: %s by %s\n", dim("written").c_str(), options.output.c_str(),
              plural(table.rows(), "row").c_str(), trained.choice.name().c_str());
  return 0;
}

void add_options(CLI::App& sub, Options& options) {
  auto* config = sub.add_option("config", options.config, "a YAML file: the learner and its task");
  auto* data = sub.add_option("--data", options.data, "the CSV file; default: as the config says");
  auto* set = sub.add_option("--set", options.overrides,
                             "path=value over the file, such as learner.trees=300")
                  ->take_all()
                  ->allow_extra_args(false);
  auto* out = sub.add_option("--out", options.out, "the folder of results; default: fits/<name>");
  auto* jobs =
      sub.add_option("--jobs", options.jobs,
                     "folds at the same time; 0: one per core; results do not depend on it")
          ->check(CLI::Range(0, 1024));
  auto* overwrite =
      sub.add_flag("--overwrite", options.overwrite, "replace results that are there already");
  auto* model = sub.add_option("--model", options.model, "the file `model` of a folder of results");
  auto* predict_option = sub.add_option("--predict", options.predict,
                                        "a CSV file with the same columns: its rows are "
                                        "predicted by the model")
                             ->needs(model);
  model->needs(predict_option);
  for (auto* option : {config, data, set, out, jobs, overwrite}) option->excludes(model);
  sub.add_option("--output", options.output, "the file of predictions; default: standard output")
      ->needs(predict_option);
}

}  // namespace

void add_fit(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  auto* sub =
      app.add_subcommand("fit",
                         "Teach a learner by a CSV file, and judge it by cross-validation.\n"
                         "  sandlot fit configs/fit/iris_forest.yaml\n"
                         "  sandlot fit config.yaml --data table.csv --set learner.trees=300\n"
                         "  sandlot fit --model fits/iris-forest/model --predict new.csv\n"
                         "  sandlot describe fit     what the config may say");
  add_options(*sub, *options);
  sub->callback([options, &run] {
    if (options->config.empty() && options->model.empty())
      throw CLI::ValidationError("fit", "needs a config, or --model and --predict");
    run = [options](const Registry& registry) {
      return options->model.empty() ? fit_learner(registry, *options) : predict(registry, *options);
    };
  });
}

}  // namespace sandlot

#include "sim/experiment/fit_config.h"

#include <algorithm>
#include <set>

#include "sim/config/reader.h"
#include "sim/config/writer.h"

namespace sandlot {
namespace fs = std::filesystem;
namespace {

bool usable_as_folder(const std::string& name) {
  return !name.empty() && name.size() <= 100 && name[0] != '.' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_' || c == '.';
         });
}

// `target: species` is short for `target: [species]`.
void listed(Tree& tree, std::string_view key) {
  Tree::Entry* entry = tree.find(key);
  if (!entry || entry->value.kind != Tree::Kind::scalar) return;
  Tree list;
  list.kind = Tree::Kind::list;
  list.place = entry->value.place;
  list.list.push_back(entry->value);
  entry->value = std::move(list);
}

// Whether the config names a learner that is there, of either kind.
bool names_learner(const Registry& registry, const Tree& tree) {
  const Tree::Entry* section = tree.find("learner");
  if (!section) return false;
  const Tree::Entry* inner = section->value.find("learner");
  const std::string& name = inner ? inner->value.scalar : section->value.scalar;
  return registry.find(ClassifierFactory::kind, name) ||
         registry.find(RegressorFactory::kind, name);
}

// Columns by name, and what is wrong with the names.
class Columns {
 public:
  Columns(const CsvTable& table, Issues& issues) : table_(table), issues_(issues) {}

  std::optional<std::size_t> one(const std::string& path, std::string& name) {
    const auto column = table_.find(name);
    if (!column) {
      const std::string near = nearest(name, table_.names());
      issues_.add(path, "there is no column '" + name + "' in " + table_.source() +
                            (near.empty() ? "; there are " + some_names()
                                          : "; did you mean '" + near + "'?"));
      return std::nullopt;
    }
    name = table_.names()[*column];
    return column;
  }
  std::vector<std::size_t> all(const std::string& path, std::vector<std::string>& names) {
    std::vector<std::size_t> columns;
    for (std::string& name : names) {
      const auto column = one(path, name);
      if (!column) continue;
      if (std::find(columns.begin(), columns.end(), *column) != columns.end())
        issues_.add(path, "column '" + name + "' is named twice");
      else
        columns.push_back(*column);
    }
    return columns;
  }

 private:
  std::string some_names() const {
    std::string text;
    for (std::size_t i = 0; i < table_.columns() && i < 10; ++i)
      text += (i ? ", " : "") + table_.names()[i];
    return table_.columns() > 10 ? text + ", …" : text;
  }

  const CsvTable& table_;
  Issues& issues_;
};

// The table's columns by what they are for.
struct Roles {
  std::vector<std::size_t> targets, features, categories;
  std::optional<std::size_t> weight, fold;
};

Roles assign_roles(FitConfig& config, const CsvTable& table, Issues& issues) {
  Columns columns(table, issues);
  Roles roles;
  if (config.target.empty()) config.target = {table.names().back()};
  roles.targets = columns.all("target", config.target);
  if (!config.weight.empty()) roles.weight = columns.one("weight", config.weight);
  if (!config.cross_validation.fold_column.empty())
    roles.fold = columns.one("cross_validation.fold_column", config.cross_validation.fold_column);
  roles.categories = columns.all("categories", config.categories);
  const auto taken = [&](std::size_t column) {
    return std::find(roles.targets.begin(), roles.targets.end(), column) != roles.targets.end() ||
           roles.weight == column || roles.fold == column;
  };
  if (config.features.empty()) {
    for (std::size_t i = 0; i < table.columns(); ++i)
      if (!taken(i)) config.features.push_back(table.names()[i]);
    if (config.features.empty())
      issues.add("features", "there is no column besides the target to learn from");
  }
  roles.features = columns.all("features", config.features);
  for (const std::size_t column : roles.features)
    if (taken(column))
      issues.add("features",
                 "column '" + table.names()[column] +
                     "' is the target, the weight or the fold: it cannot be learnt from");
  for (const std::size_t column : roles.categories)
    if (std::find(roles.features.begin(), roles.features.end(), column) == roles.features.end())
      issues.add("categories", "column '" + table.names()[column] + "' is none of the features");
  return roles;
}

void check_folds(const FitConfig& config, std::size_t rows, Issues& issues) {
  const FoldSettings& folds = config.cross_validation;
  if (!folds.fold_column.empty()) return;
  if (static_cast<std::size_t>(folds.folds) > rows)
    issues.add("cross_validation.folds", "expected at most " + std::to_string(rows) +
                                             " folds, as many as there are rows, not " +
                                             std::to_string(folds.folds));
  if (folds.repeats > 1 && !folds.shuffle)
    issues.add("cross_validation.repeats",
               "needs shuffle: true; without, every repeat has the same folds");
}

void assign_folds(Fit& fit, const CsvTable& table, const Roles& roles,
                  std::vector<Problem>& problems) {
  const FoldSettings& settings = fit.config.cross_validation;
  FitProblem& problem = fit.problem;
  if (roles.fold) {
    Levels levels = read_levels(table, *roles.fold);
    for (std::size_t row = 0; row < table.rows(); ++row)
      if (levels.of_row[row] < 0 && problems.size() < kMostProblems)
        problems.push_back(
            {table.place(row, *roles.fold), "",
             "expected a fold, it is missing (column '" + table.names()[*roles.fold] + "')"});
    if (levels.names.size() < 2 || levels.names.size() > 100000)
      problems.push_back({table.place(0, *roles.fold), "",
                          "expected between 2 and 100000 folds in column '" +
                              table.names()[*roles.fold] + "', not " +
                              std::to_string(levels.names.size())});
    problem.folds = static_cast<int>(levels.names.size());
    fit.fold_names = std::move(levels.names);
    problem.fold_of = {std::move(levels.of_row)};
    return;
  }
  problem.folds = settings.folds;
  for (int repeat = 0; repeat < settings.repeats; ++repeat)
    problem.fold_of.push_back(deal_rows(
        table.rows(), settings.stratified ? problem.targets.labels : std::vector<std::int32_t>(),
        settings.folds, settings.shuffle,
        derive(problem.seed, "repeat", static_cast<std::uint64_t>(repeat))));
}

// What the learner is taught from, once columns and learner are known to be good.
void fill_problem(Fit& fit, const CsvTable& table, const Roles& roles, Issues& issues,
                  std::vector<Problem>& problems) {
  FitConfig& config = fit.config;
  FitProblem& problem = fit.problem;
  problem.learner = config.learner;
  problem.standardize = config.standardize;
  problem.permutation = config.permutation;
  problem.seed = derive(static_cast<Seed>(config.seed), "fit");
  problem.targets = read_targets(table, roles.targets, config.task, problems);
  problem.features = FeatureCoder(table, roles.features, roles.categories, problems);
  if (!problems.empty()) return;
  const LearnerFacts facts = config.learner.facts();
  if (facts.missing && config.standardize) {
    Matrix x = problem.features.encode(table, true, problems);
    if (problems.empty() && x.hasNaN())
      return issues.add("standardize", "needs data of which nothing is missing");
    problem.x = std::move(x);
  } else {
    problem.x = problem.features.encode(table, facts.missing, problems);
  }
  problem.weights = roles.weight ? read_weights(table, *roles.weight, problems)
                                 : std::vector<float>(table.rows(), 1.0f);
  assign_folds(fit, table, roles, problems);
  config.learner.check(problem.features.inputs(), issues);
}

void sort_and_throw(std::vector<Problem> problems) {
  if (problems.empty()) return;
  std::stable_sort(problems.begin(), problems.end(), [](const Problem& a, const Problem& b) {
    return std::tuple(a.place.source, a.place.line, a.place.column) <
           std::tuple(b.place.source, b.place.line, b.place.column);
  });
  throw ConfigError(std::move(problems));
}

}  // namespace

void FitConfig::fields(Fields& f) {
  f.text("name", name, "names the folder of results");
  f.text("description", description, "one line for the report");
  f.text("data", data, "the CSV file, seen from this file's folder; --data says another one");
  f.integer("seed", seed, "of everything that is drawn", Range::between(0, 9e15));
  f.choice("task", task,
           {{"auto", FitTask::automatic},
            {"classification", FitTask::classification},
            {"regression", FitTask::regression}},
           "auto: classification where the target is text or at most 20 different whole numbers");
  f.texts("target", target,
          "the column that is to be learnt, by name or number from 1, or several for regression; "
          "none: the last one");
  f.texts("features", features, "the columns to learn from; none: all others");
  f.texts("categories", categories,
          "features that are categories though they hold numbers; columns of text are in any case");
  f.text("weight", weight, "the column that says how often a row counts");
  f.boolean("standardize", standardize,
            "inputs with mean 0 and deviation 1 over the rows that are learnt from");
  f.section("cross_validation", cross_validation, "how rows are held out");
  f.section("permutation", permutation, "importances by shuffling columns");
}

std::string FitConfig::resolved(const Registry& registry) const {
  SettingsWriter writer(registry);
  FitConfig copy = *this;
  copy.fields(writer);
  copy.learner.fields(writer);
  return writer.yaml();
}

Fit parse_fit(const Registry& registry, Tree tree, const fs::path& folder,
              const std::optional<fs::path>& data, const std::vector<std::string>& overrides) {
  if (tree.kind != Tree::Kind::map)
    throw ConfigError({{tree.place, "", "expected a map with name, target and learner"}});
  for (const auto& assignment : overrides) apply_override(tree, assignment);
  for (const char* key : {"target", "features", "categories"}) listed(tree, key);
  Fit fit;
  FitConfig& config = fit.config;
  std::vector<Problem> problems;
  SettingsReader reader(registry, tree, "", problems);
  TreeIssues issues(tree, "", problems);
  config.fields(reader);
  if (!usable_as_folder(config.name))
    issues.add(
        "name",
        "expected a name of letters, digits, '-', '_' and '.': it names the results' folder");
  std::optional<CsvTable> table;
  if (!data && config.data.empty()) {
    issues.add("data", "is needed: the CSV file, here or as --data FILE");
  } else {
    const fs::path path = data ? *data : folder / config.data;
    try {
      table = CsvTable::read(path);
      config.data = fs::absolute(path).lexically_normal().string();
    } catch (const ConfigError& e) {
      problems.insert(problems.end(), e.problems.begin(), e.problems.end());
    }
  }
  Roles roles;
  if (table) {
    roles = assign_roles(config, *table, issues);
    if (std::none_of(problems.begin(), problems.end(), [](const Problem& problem) {
          return problem.path.starts_with("cross_validation");
        }))
      check_folds(config, table->rows(), issues);
    if (config.task == FitTask::automatic && !roles.targets.empty())
      config.task = guess_task(*table, roles.targets);
  }
  config.learner.classification = config.task == FitTask::classification;
  // Without a task nothing is known of the learner but whether there is any of its name.
  if (config.task == FitTask::automatic && names_learner(registry, tree))
    reader.allow("learner");
  else
    config.learner.fields(reader);
  reader.finish();
  if (config.task == FitTask::classification && config.target.size() > 1)
    issues.add("target", "expected one column: only regression learns several");
  if (problems.empty()) fill_problem(fit, *table, roles, issues, problems);
  sort_and_throw(std::move(problems));
  return fit;
}

Fit load_fit(const Registry& registry, const fs::path& config, const std::optional<fs::path>& data,
             const std::vector<std::string>& overrides) {
  return parse_fit(registry, parse_yaml_file(config), config.parent_path(), data, overrides);
}

}  // namespace sandlot

#include "sim/config/experiment_config.h"

#include <algorithm>

#include "sim/config/reader.h"
#include "sim/config/writer.h"
#include "sim/core/random_policy.h"

namespace sandlot {
namespace {

bool usable_as_folder(const std::string& name) {
  return !name.empty() && name.size() <= 100 && name != "." && name != ".." &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_' || c == '.';
         });
}

void check_names(const ExperimentConfig& config, Issues& issues) {
  if (!usable_as_folder(config.name))
    issues.add("name",
               "expected a name of letters, digits, '-', '_' and '.': it names the run's folder");
  if (config.seeds.empty()) issues.add("seeds", "expected at least one seed");
  for (std::size_t i = 0; i < config.seeds.size(); ++i)
    if (std::count(config.seeds.begin(), config.seeds.end(), config.seeds[i]) > 1)
      return issues.add("seeds", "seed " + std::to_string(config.seeds[i]) + " is given twice");
}

void check_training(const TrainingSection& training, Issues& issues) {
  if (training.steps > 0 && training.episodes > 0)
    issues.add("training.episodes", "expected either steps or episodes as the budget, not both");
  if (training.steps == 0 && training.episodes == 0)
    issues.add("training.steps", "is needed: the budget, in steps (or `episodes`)");
}

// Checks one of the two worlds; `name` is its section.
void check_world(EnvironmentSection& world, const Tree& tree, const std::string& name,
                 std::vector<Problem>& problems) {
  if (!world.world.get()) return;
  const Tree nothing;
  const auto* section = tree.find(name);
  const Tree& environment = section ? section->value : nothing;
  TreeIssues world_issues(environment, name, problems);
  world.world->check(world_issues);
  const Tree::Entry* wrapping = environment.find("wrappers");
  TreeIssues wrapper_issues(wrapping ? wrapping->value : environment, name + ".wrappers", problems);
  world.wrappers.check(wrapper_issues);
}

void inherit(Tree& tree) {
  tree.inherited = true;
  for (Tree::Entry& entry : tree.map) inherit(entry.value);
}

// Writes `unseen` out as a whole environment: that of training, and on top what differs.
void complete_unseen(Tree& tree, std::vector<Problem>& problems) {
  Tree::Entry* unseen = tree.find("unseen");
  const Tree::Entry* environment = tree.find("environment");
  if (!unseen || !environment) return;
  if (unseen->value.kind != Tree::Kind::map) {
    problems.push_back({unseen->value.place, "unseen",
                        "expected a map: what differs from `environment`, such as other levels"});
    std::erase_if(tree.map, [](const Tree::Entry& e) { return e.key == "unseen"; });
    return;
  }
  Tree whole = environment->value;
  inherit(whole);
  merge(whole, unseen->value);
  whole.place = unseen->value.place;
  unseen->value = std::move(whole);
}

// What is wrong with `environment` is wrong with `unseen` at the same place: once is enough.
void drop_repeated(std::vector<Problem>& problems) {
  std::vector<Problem> kept;
  for (const Problem& p : problems) {
    const bool repeated = p.path.starts_with("unseen") &&
                          std::any_of(problems.begin(), problems.end(), [&](const Problem& other) {
                            return other.path == "environment" + p.path.substr(6) &&
                                   other.place.line == p.place.line &&
                                   other.place.column == p.place.column;
                          });
    if (!repeated) kept.push_back(p);
  }
  problems = std::move(kept);
}

void check_unseen(const ExperimentConfig& config, const Tree& tree,
                  std::vector<Problem>& problems) {
  if (!config.unseen.given) return;
  const EnvironmentSpec seen = config.environment.world->spec(config.environment.wrappers);
  const EnvironmentSpec unseen =
      config.unseen.environment.world->spec(config.unseen.environment.wrappers);
  const auto* section = tree.find("unseen");
  const auto compare = [&](const char* what, const Space& a, const Space& b) {
    if (a.size() != b.size() || a.n != b.n || a.shape != b.shape)
      TreeIssues(section->value, "unseen", problems)
          .add("", std::string("expected the same ") + what + " as in training, " + a.describe() +
                       "; here they are " + b.describe());
  };
  compare("observations", seen.observation, unseen.observation);
  compare("actions", seen.action, unseen.action);
}

void check_wrappers(const ExperimentConfig& config, const Tree& tree,
                    std::vector<Problem>& problems) {
  const auto check = [&](const EnvironmentSection& world, const std::string& name) {
    const Tree::Entry* section = tree.find(name);
    const Tree::Entry* wrapping = section ? section->value.find("wrappers") : nullptr;
    if (!wrapping) return;
    TreeIssues issues(wrapping->value, name + ".wrappers", problems);
    world.wrappers.check(world.world->spec({}), issues);
  };
  check(config.environment, "environment");
  if (config.unseen.given) check(config.unseen.environment, "unseen");
  drop_repeated(problems);
}

void check_perception(const ExperimentConfig& config, const Tree& tree,
                      std::vector<Problem>& problems) {
  const EnvironmentSpec world = config.environment.world->spec(config.environment.wrappers);
  if (config.encoder.given) {
    TreeIssues issues(tree.find("encoder")->value, "encoder", problems);
    config.encoder.encoder->check(world.observation, issues);
    check_random_play(world.action, issues);
    if (config.environment.wrappers.normalize_observations &&
        config.encoder.encoder->output(world.observation).is_discrete())
      issues.add("",
                 "the number of a cell is not to be normalised: expected "
                 "environment.wrappers.normalize_observations: false");
  }
  if (config.novelty.given) {
    TreeIssues issues(tree.find("novelty")->value, "novelty", problems);
    config.novelty.detector->check(world.observation, issues);
  }
}

void check_agent(const ExperimentConfig& config, const Tree& tree, std::vector<Problem>& problems) {
  const Tree nothing;
  const auto* agent = tree.find("agent");
  TreeIssues issues(agent ? agent->value : nothing, "agent", problems);
  config.agent.agent->check(config.spec(), config.environment.copies, issues);
}

ExperimentConfig read(const Registry& registry, Tree tree, const std::string& variant) {
  std::vector<Problem> problems;
  ExperimentConfig config;
  config.variant = variant;
  // `seed: 7` is short for `seeds: [7]`.
  if (auto* seed = tree.find("seed"); tree.kind == Tree::Kind::map && seed) {
    if (tree.find("seeds")) {
      problems.push_back({seed->place, "seed", "expected either seed or seeds, not both"});
    } else {
      Tree list;
      list.kind = Tree::Kind::list;
      list.place = seed->value.place;
      list.list.push_back(seed->value);
      tree.map.push_back({"seeds", seed->place, std::move(list)});
    }
    std::erase_if(tree.map, [](const Tree::Entry& e) { return e.key == "seed"; });
  }
  complete_unseen(tree, problems);
  config.unseen.given = tree.find("unseen") != nullptr;
  config.encoder.given = tree.find("encoder") != nullptr;
  config.novelty.given = tree.find("novelty") != nullptr;
  SettingsReader reader(registry, tree, "", problems);
  config.fields(reader);
  reader.finish();
  TreeIssues issues(tree, "", problems);
  check_names(config, issues);
  check_training(config.training, issues);
  check_world(config.environment, tree, "environment", problems);
  if (config.unseen.given) check_world(config.unseen.environment, tree, "unseen", problems);
  drop_repeated(problems);
  // What needs a world is judged with one that is known to be good.
  const auto* section = tree.find("environment");
  try {
    if (problems.empty()) check_wrappers(config, tree, problems);
    if (problems.empty()) check_perception(config, tree, problems);
    if (problems.empty()) {
      check_agent(config, tree, problems);
      check_unseen(config, tree, problems);
    }
  } catch (const std::runtime_error& e) {
    problems.push_back({section ? section->place : Place{}, "environment", e.what()});
  }
  if (!problems.empty()) {
    std::stable_sort(problems.begin(), problems.end(), [](const Problem& a, const Problem& b) {
      return std::pair(a.place.line, a.place.column) < std::pair(b.place.line, b.place.column);
    });
    throw ConfigError(std::move(problems));
  }
  return config;
}

std::vector<ExperimentConfig> read_all(const Registry& registry, Tree tree,
                                       const std::vector<std::string>& overrides) {
  if (tree.kind != Tree::Kind::map)
    throw ConfigError(
        {{tree.place, "", "expected a map with name, environment, agent and training"}});
  Tree variants;
  if (auto* entry = tree.find("variants")) {
    variants = entry->value;
    if (variants.kind != Tree::Kind::map || variants.map.empty())
      throw ConfigError({{variants.place, "variants",
                          "expected a map: variant name -> the settings that differ"}});
    std::erase_if(tree.map, [](const Tree::Entry& e) { return e.key == "variants"; });
  } else {
    variants.map.push_back({"", tree.place, Tree{}});
  }
  std::vector<Problem> problems;
  std::vector<ExperimentConfig> configs;
  for (const auto& variant : variants.map) {
    if (!variant.key.empty() && !usable_as_folder(variant.key)) {
      problems.push_back({variant.place, "variants", "'" + variant.key + "' cannot name a folder"});
      continue;
    }
    Tree merged = tree;
    try {
      if (variant.value.kind == Tree::Kind::map)
        merge(merged, variant.value);
      else if (variant.value.kind != Tree::Kind::null)
        throw ConfigError(
            {{variant.value.place, "variants." + variant.key, "expected a map of settings"}});
      for (const auto& assignment : overrides) apply_override(merged, assignment);
      configs.push_back(read(registry, merged, variant.key));
    } catch (const ConfigError& e) {
      // The same mistake in the common part shows in every variant: report it once.
      for (const auto& problem : e.problems) {
        const bool known = std::any_of(problems.begin(), problems.end(), [&](const Problem& p) {
          return p.describe() == problem.describe();
        });
        if (!known) problems.push_back(problem);
      }
    }
  }
  if (!problems.empty()) throw ConfigError(std::move(problems));
  return configs;
}

}  // namespace

void EnvironmentSection::fields(Fields& f) {
  f.chosen("name", world, "the world");
  f.integer("copies", copies, "environments stepped together", Range::between(1, 65536));
  f.integer("threads", threads, "threads that step them; results do not depend on it",
            Range::between(1, 256));
  f.section("wrappers", wrappers, "what stands between the world and the agent");
}

void AgentSection::fields(Fields& f) { f.chosen("name", agent, "the way of learning"); }

void TrainingSection::Evaluate::fields(Fields& f) {
  f.integer("every", every,
            "steps (episodes, if the budget is in episodes) between evaluations of the greedy "
            "policy; 0: only at the end",
            Range::at_least(0));
  f.integer("episodes", episodes, "episodes per evaluation, on seeds of their own",
            Range::between(1, 100000));
  f.integer("step_limit", step_limit,
            "truncates evaluation episodes in worlds without a limit of their own",
            Range::at_least(1));
}

void TrainingSection::Checkpoint::fields(Fields& f) {
  f.integer("every", every, "steps (or episodes) between checkpoints; 0: budget / 20",
            Range::at_least(0));
  f.integer("keep", keep, "checkpoints kept; a damaged one falls back on the one before",
            Range::between(1, 1000));
}

void TrainingSection::Log::fields(Fields& f) {
  f.integer("every", every, "steps (or episodes) between rows of metrics.csv; 0: budget / 200",
            Range::at_least(0));
}

void TrainingSection::fields(Fields& f) {
  f.integer("steps", steps, "budget in steps, summed over all copies", Range::at_least(0));
  f.integer("episodes", episodes, "budget in finished episodes, instead of steps",
            Range::at_least(0));
  f.section("evaluate", evaluate, "the policy as it is, without exploration");
  f.section("checkpoint", checkpoint, "what a killed run goes on from");
  f.section("log", log, "how often a row is written");
}

std::int64_t TrainingSection::log_every() const {
  return log.every > 0 ? log.every : std::max<std::int64_t>(1, budget() / 200);
}

std::int64_t TrainingSection::checkpoint_every() const {
  return checkpoint.every > 0 ? checkpoint.every : std::max<std::int64_t>(1, budget() / 20);
}

void NoveltySection::fields(Fields& f) {
  if (!given) return;
  f.chosen("name", detector, "how it tells");
  f.number("bonus", bonus,
           "added to the reward that is learnt from, scaled or not, where a step leads to what is "
           "new; 0: only told");
}

void ExperimentConfig::fields(Fields& f) {
  f.text("name", name, "names the run's folder");
  f.text("description", description, "one line for the report");
  f.integers("seeds", seeds, "one run for each; `seed: 1` is short for `seeds: [1]`",
             Range::between(0, 9e15));
  f.section("environment", environment, "the world");
  f.section("unseen", unseen,
            "worlds that the greedy policy is also tested in, never trained in: what differs from "
            "`environment`, such as the seeds of the levels");
  f.section("encoder", encoder,
            "writes observations as cells or as fewer numbers, before the agent sees them");
  f.section(
      "novelty", novelty,
      "tells observations that are unlike anything in training: a bonus for exploring, and an "
      "alarm for who watches");
  f.section("agent", agent, "who learns");
  f.section("training", training, "how long, and what is measured on the way");
}

EnvironmentSpec ExperimentConfig::spec() const {
  EnvironmentSpec spec = environment.world->spec(environment.wrappers);
  if (encoder.given) {
    spec.observation = encoder.encoder->output(spec.observation);
    spec.observation_names.clear();
    spec.frame_stack = 1;
  }
  if (novelty.given) {
    spec.reward_low += std::min(0.0f, static_cast<float>(novelty.bonus));
    spec.reward_high += std::max(0.0f, static_cast<float>(novelty.bonus));
  }
  if (environment.wrappers.normalize_observations) {
    spec.observation.low = {-std::numeric_limits<float>::infinity()};
    spec.observation.high = {std::numeric_limits<float>::infinity()};
    spec.observation.quantum = 0;
    spec.frame_stack = 1;  // frames were normalised with the statistics of their own time
  }
  return spec;
}

std::unique_ptr<Perception> ExperimentConfig::make_perception(Seed seed) const {
  const Space world = environment.world->spec(environment.wrappers).observation;
  Perception::Parts parts;
  if (encoder.given) parts.encoder = encoder.encoder->make(world, derive(seed, "encoder"));
  parts.normalize = environment.wrappers.normalize_observations;
  parts.normalize_steps = environment.wrappers.normalize_steps;
  if (novelty.given) parts.novelty = novelty.detector->make(world, derive(seed, "novelty"));
  parts.bonus = novelty.bonus;
  return std::make_unique<Perception>(world, spec().observation, std::move(parts));
}

std::string ExperimentConfig::resolved(const Registry& registry) const {
  SettingsWriter writer(registry);
  ExperimentConfig copy = *this;
  copy.fields(writer);
  return writer.yaml();
}

std::vector<ExperimentConfig> load_config(const Registry& registry,
                                          const std::filesystem::path& path,
                                          const std::vector<std::string>& overrides) {
  return read_all(registry, parse_yaml_file(path), overrides);
}

std::vector<ExperimentConfig> parse_config(const Registry& registry, const std::string& text,
                                           const std::string& source,
                                           const std::vector<std::string>& overrides) {
  return read_all(registry, parse_yaml(text, source), overrides);
}

}  // namespace sandlot

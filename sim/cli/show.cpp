#include "sim/cli/show.h"

#include <algorithm>
#include <cstdio>

#include "sim/cli/go_thoughts.h"
#include "sim/core/archive.h"

namespace sandlot {
namespace fs = std::filesystem;
namespace {

ConfigError wrong(const fs::path& path, const std::string& what) {
  return ConfigError({{{path.string(), 0, 0}, "", what}});
}

std::string name_of(const EnvironmentSpec& spec, const Action& action) {
  if (spec.action.is_discrete()) {
    const auto index = static_cast<std::size_t>(action.index);
    return index < spec.action_names.size() ? spec.action_names[index]
                                            : std::to_string(action.index);
  }
  std::string text;
  for (const float value : action.values) {
    char number[24];
    std::snprintf(number, sizeof number, "%.2f", static_cast<double>(value));
    text += (text.empty() ? "" : " ") + std::string(number);
  }
  return text;
}

void keep_action(const EnvironmentSpec& spec, const Action& action, PlayedEpisode& episode) {
  if (spec.action.is_discrete())
    episode.actions.push_back(action.index);
  else
    episode.values.insert(episode.values.end(), action.values.begin(), action.values.end());
}

}  // namespace

PolicyActor::PolicyActor(Policy& policy, const EnvironmentSpec& spec)
    : policy_(policy), observation_(spec.observation.size()) {
  const auto actions = static_cast<std::size_t>(spec.action.is_discrete() ? spec.action.n : 0);
  if (actions > 0)
    discrete_.resize(1);
  else
    continuous_.resize(spec.action.size());
  values_.resize(actions);
  if (spec.masks_actions) legal_.resize(actions);
}

void PolicyActor::begin(Seed episode_seed) {
  random_ = Random(derive(episode_seed, "policy"));
  policy_.begin_episode(0);
}

Action PolicyActor::act(const Environment& world) {
  world.observe(observation_);
  if (!legal_.empty()) world.legal_actions(legal_);
  policy_.look(0, world);
  policy_.act(1, observation_, legal_, discrete_, continuous_, random_);
  has_values_ = !values_.empty() && policy_.action_values(observation_, values_);
  return {discrete_.empty() ? 0 : discrete_[0], continuous_};
}

std::span<const float> PolicyActor::action_values() const {
  return has_values_ ? std::span<const float>(values_) : std::span<const float>();
}

std::vector<float> PolicyActor::saliency() const {
  std::vector<float> gradient(observation_.size());
  if (!policy_.saliency(observation_, discrete_.empty() ? 0 : discrete_[0], gradient))
    gradient.clear();
  return gradient;
}

Panels Panels::of(const std::vector<std::string>& chosen) {
  Panels panels{.values = false};
  for (const std::string& name : chosen) {
    if (name == "values") {
      panels.values = true;
    } else if (name == "saliency") {
      panels.saliency = true;
    } else if (name == "network") {
      panels.network = true;
    } else {
      const std::string near = nearest(name, {std::begin(names), std::end(names)});
      throw ConfigError({{{"--show", 0, 0},
                          "",
                          "expected values, saliency or network, not '" + name + "'" +
                              (near.empty() ? "" : "; did you mean '" + near + "'?")}});
    }
  }
  return panels;
}

Action RecordedActor::act(const Environment& world) {
  const Space& space = world.spec().action;
  const std::size_t at = step_++;
  if (space.is_discrete()) return {episode_.actions.at(at), {}};
  return {0, std::span(episode_.values).subspan(at * space.size(), space.size())};
}

Show::Show(const EnvironmentSection& section, std::string title, Panels panels)
    : section_(section), title_(std::move(title)), panels_(panels) {
  const WrapperSettings& wrappers = section.wrappers;
  if (wrappers.sticky_actions == 0) repeat_ = wrappers.action_repeat;
  world_ = section.world->make(wrappers);
}

void Show::begin(Actor& actor, std::int64_t number, Seed seed) {
  actor_ = &actor;
  number_ = number;
  // Worlds may remember former episodes (a curriculum does): each starts in a world of its own.
  world_ = section_.world->make(section_.wrappers);
  world_->reset(seed);
  if (repeat_ > 1) {
    WrapperSettings plain;
    plain.step_limit = 0;  // the actor's world says when it is over
    picture_ = section_.world->make(plain);
    picture_->reset(seed);
  }
  for (const auto& key : view_keys_) (picture_ ? picture_ : world_)->view_key(key);
  actor.begin(seed);
  episode_ = {};
  episode_.seed = seed;
  frames_left_ = 0;
  action_name_.clear();
  values_.clear();
  unfamiliar_ = false;
  gradient_.clear();
  layers_.clear();
  graph_ = {};
  recent_.clear();
}

// Only what is looked at is computed.
void Show::explain() {
  gradient_ = panels_.saliency ? actor_->saliency() : std::vector<float>();
  layers_ = panels_.network ? actor_->layers() : std::vector<LayerView>();
  graph_ = panels_.network ? actor_->graph() : GraphView();
}

void Show::set_panels(const Panels& panels) {
  panels_ = panels;
  if (episode_.length > 0) explain();
}

bool Show::view_key(std::string_view key) {
  if (!(picture_ ? picture_ : world_)->view_key(key)) return false;
  view_keys_.emplace_back(key);
  return true;
}

void Show::choose() {
  action_ = actor_->act(*world_);
  action_box_.assign(action_.values.begin(), action_.values.end());
  action_.values = action_box_;
  const auto values = actor_->action_values();
  values_.assign(values.begin(), values.end());
  unfamiliar_ = actor_->unfamiliar();
  tell_thoughts(*world_, actor_->considered(), values_);
  action_name_ = name_of(world_->spec(), action_);
  keep_action(world_->spec(), action_, episode_);
  grid_ = world_->observation_grid();
  explain();
  const StepResult result = world_->step(action_);
  episode_.episode_return += static_cast<double>(result.reward);
  ++episode_.length;
  episode_.status = result.status;
  events_.clear();
  world_->events(events_);
  recent_.add(events_.list());
  frames_left_ = repeat_;
}

void Show::advance() {
  recent_.advance(1 / frames_per_second());
  if (frames_left_ == 0) choose();
  --frames_left_;
  // The world may end before an action has been repeated as often as it should.
  if (picture_ && picture_->step(action_).status != Status::running) frames_left_ = 0;
}

double Show::frames_per_second() const { return world_->spec().frames_per_second * repeat_; }

InsightInfo Show::insight() const {
  const EnvironmentSpec& spec = world_->spec();
  return {.saliency = panels_.saliency && episode_.length > 0,
          .network = panels_.network,
          .gradient = gradient_,
          .names = spec.observation_names,
          .grid = grid_ ? &*grid_ : nullptr,
          .shape = spec.observation.shape,
          .layers = layers_,
          .graph = &graph_,
          .actions = spec.action_names};
}

void Show::draw_picture(Scene& scene) const {
  (picture_ ? picture_ : world_)->draw(scene);
  const InsightInfo info = insight();
  draw_heat(scene, info);
  draw_insight(scene, info);
}

void Show::draw(Scene& scene) const {
  (picture_ ? picture_ : world_)->draw(scene);
  const EnvironmentSpec& spec = world_->spec();
  const InsightInfo info = insight();
  draw_heat(scene, info);
  draw_overlay(scene, {.title = title_,
                       .episode = number_,
                       .step = episode_.length,
                       .episode_return = episode_.episode_return,
                       .action = action_name_,
                       .action_names = spec.action_names,
                       .action_values = panels_.values ? values_ : std::span<const float>(),
                       .alarm = unfamiliar_ ? "unlike anything in training" : "",
                       .events = recent_.entries()});
  draw_insight(scene, info);
}

PlayedEpisode play_episode(const EnvironmentSection& section, Actor& actor, Seed seed) {
  const auto world = section.world->make(section.wrappers);
  PlayedEpisode episode;
  episode.seed = seed;
  world->reset(seed);
  actor.begin(seed);
  while (episode.status == Status::running) {
    const Action action = actor.act(*world);
    keep_action(world->spec(), action, episode);
    const StepResult result = world->step(action);
    episode.episode_return += static_cast<double>(result.reward);
    ++episode.length;
    episode.status = result.status;
  }
  return episode;
}

Seed Target::seed(std::int64_t number) const {
  if (recorded) return recorded->episode.seed;
  return derive(root, "episode", static_cast<std::uint64_t>(number));
}

Target open_run(const Registry& registry, const RunFolder& folder,
                const std::vector<std::string>& overrides, std::uint64_t seed) {
  const ExperimentConfig config = load_config(registry, folder.config(), overrides).front();
  if (!fs::exists(folder.policy()))
    throw wrong(folder.path(), "there is no policy yet: the run has not reached a checkpoint");
  Target target;
  target.section = evaluation_section(config, config.environment);
  target.title = config.label();
  target.trained = std::make_unique<TrainedPolicy>(config, folder.policy());
  target.actor = std::make_unique<PolicyActor>(target.trained->policy(),
                                               target.section.world->spec(target.section.wrappers));
  target.root = derive(seed, "show");
  return target;
}

Target open_target(const Registry& registry, const fs::path& path,
                   const std::vector<std::string>& overrides, std::uint64_t seed) {
  if (!fs::exists(path)) refuse_missing(path, "a run's folder or an .episode file");
  if (fs::is_directory(path)) return open_run(registry, find_runs(path).front(), overrides, seed);
  if (path.extension() != ".episode")
    throw wrong(path, "expected a run's folder or an .episode file");
  if (!overrides.empty())
    throw wrong(path, "--set has no meaning for an episode file: it holds its own settings");
  Target target;
  target.recorded = load_episode(path);
  verify_replay(registry, *target.recorded, path.string());
  target.section = parse_environment(registry, target.recorded->environment, path.string());
  target.title = target.recorded->label;
  target.actor = std::make_unique<RecordedActor>(target.recorded->episode);
  return target;
}

std::vector<TimedEvent> verify_replay(const Registry& registry, const EpisodeFile& file,
                                      const std::string& source) {
  std::vector<TimedEvent> timeline;
  Replay replay(registry, file, source);
  EventSink events;
  while (!replay.done()) {
    replay.advance();
    events.clear();
    replay.environment().events(events);
    for (const auto& event : events.list())
      timeline.push_back({replay.step(), std::string(event.name), event.value});
  }
  return timeline;
}

void refuse_missing(const fs::path& path, const std::string& expected) {
  fs::path clean = path;
  if (!clean.has_filename()) clean = clean.parent_path();
  const fs::path folder = clean.parent_path();
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder.empty() ? "." : folder, ignored))
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  const std::string near = nearest(clean.filename().string(), names);
  throw wrong(path, "there is no such file or folder; expected " + expected +
                        (near.empty() ? "" : "; did you mean '" + (folder / near).string() + "'?"));
}

std::string describe_episode(std::int64_t number, const PlayedEpisode& episode) {
  char text[160];
  std::snprintf(text, sizeof text, "episode %lld: return %.6g in %lld steps, %s (seed %llu)",
                static_cast<long long>(number), episode.episode_return,
                static_cast<long long>(episode.length),
                episode.status == Status::terminated  ? "terminated"
                : episode.status == Status::truncated ? "truncated"
                                                      : "not ended",
                static_cast<unsigned long long>(episode.seed));
  return text;
}

}  // namespace sandlot

#include "sim/experiment/experience.h"

#include <algorithm>
#include <map>
#include <string_view>

#include "sim/experiment/episode_file.h"

namespace sandlot {
namespace {

class Gatherer {
 public:
  Gatherer(Experience& experience, Policy& policy, std::int64_t most_states)
      : out_(experience), policy_(policy) {
    const auto width = static_cast<Eigen::Index>(out_.spec.observation.size());
    const std::int64_t steps = out_.steps();
    stride_ = std::max<std::int64_t>(1, (steps + most_states - 1) / most_states);
    out_.states.resize((steps + stride_ - 1) / stride_, width);
    out_.endings.resize(static_cast<Eigen::Index>(out_.episodes.size()), width);
    out_.happenings.resize(out_.episodes.size());
    observation_.resize(out_.spec.observation.size());
    if (out_.spec.action.is_discrete())
      values_.resize(static_cast<std::size_t>(out_.spec.action.n));
  }

  void add(const Registry& registry, std::size_t episode, const std::string& yaml) {
    Replay replay(registry, {"", yaml, out_.episodes[episode]},
                  "episode " + std::to_string(episode));
    while (!replay.done()) {
      if (met_++ % stride_ == 0) keep(replay, episode);
      replay.advance();
      listen(replay, episode);
    }
    replay.environment().observe(observation_);
    out_.endings.row(static_cast<Eigen::Index>(episode)) =
        MatrixMap(observation_.data(), 1, out_.endings.cols());
  }

 private:
  void keep(const Replay& replay, std::size_t episode) {
    replay.environment().observe(observation_);
    out_.states.row(static_cast<Eigen::Index>(out_.visited.size())) =
        MatrixMap(observation_.data(), 1, out_.states.cols());
    VisitedState state{static_cast<int>(episode), replay.step(), 0, 0};
    if (!values_.empty()) {
      state.action = replay.next_action().index;
      if (policy_.action_values(observation_, values_)) {
        state.value = *std::max_element(values_.begin(), values_.end());
        out_.has_values = true;
      }
    }
    out_.visited.push_back(state);
  }

  void listen(const Replay& replay, std::size_t episode) {
    sink_.clear();
    replay.environment().events(sink_);
    for (const auto& event : sink_.list()) {
      const auto [at, fresh] =
          places_.try_emplace(event.name, static_cast<int>(out_.event_names.size()));
      if (fresh) out_.event_names.emplace_back(event.name);
      out_.happenings[episode].push_back({replay.step(), at->second});
    }
  }

  Experience& out_;
  Policy& policy_;
  std::int64_t stride_ = 1, met_ = 0;
  std::vector<float> observation_, values_;
  EventSink sink_;
  std::map<std::string_view, int> places_;
};

}  // namespace

std::int64_t Experience::steps() const {
  std::int64_t sum = 0;
  for (const auto& e : episodes) sum += e.length;
  return sum;
}

bool Experience::failed(std::size_t episode) const {
  const PlayedEpisode& e = episodes[episode];
  return e.status == Status::terminated && !(spec.has_goal && e.goal);
}

std::string Experience::observation_name(std::size_t i) const {
  const auto& names = spec.observation_names;
  if (names.empty()) return "value " + std::to_string(i);
  if (i < names.size()) return names[i];
  return names[i % names.size()] + ", frame " + std::to_string(i / names.size());
}

std::string Experience::action_name(std::int32_t action) const {
  const auto i = static_cast<std::size_t>(action);
  return i < spec.action_names.size() ? spec.action_names[i] : std::to_string(action);
}

Experience gather_experience(const Registry& registry, const EnvironmentSection& section,
                             std::vector<PlayedEpisode> episodes, Policy& policy,
                             std::int64_t most_states) {
  Experience experience;
  experience.section = section;
  experience.spec = section.world->spec(section.wrappers);
  experience.episodes = std::move(episodes);
  Gatherer gatherer(experience, policy, most_states);
  const std::string yaml = environment_yaml(registry, section);
  for (std::size_t i = 0; i < experience.episodes.size(); ++i) gatherer.add(registry, i, yaml);
  return experience;
}

std::vector<PlayedEpisode> recorded_episodes(const Registry& registry,
                                             const EnvironmentSection& section,
                                             const std::vector<std::filesystem::path>& files) {
  const std::string yaml = environment_yaml(registry, section);
  std::vector<PlayedEpisode> episodes;
  for (const auto& path : files) {
    EpisodeFile file = load_episode(path);
    if (file.environment == yaml) episodes.push_back(std::move(file.episode));
  }
  return episodes;
}

}  // namespace sandlot

// Shows of episodes: what watch, record and replay have in common.
//
// A target (a run's folder or an episode file) gives a world and someone who acts in it; a Show
// plays one episode of it frame by frame and draws picture and panel.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/config/experiment_config.h"
#include "sim/core/policy.h"
#include "sim/experiment/episode_file.h"
#include "sim/experiment/run_folder.h"
#include "sim/experiment/trained_policy.h"
#include "sim/render/insight.h"
#include "sim/render/overlay.h"

namespace sandlot {

// What is shown of why the agent acts, beside what it does.
struct Panels {
  bool values = true, saliency = false, network = false;
  static constexpr const char* names[] = {"values", "saliency", "network"};
  // Throws ConfigError for a name that is none of them; none are shown for an empty list.
  static Panels of(const std::vector<std::string>& chosen);
};

// Chooses the actions of an episode.
class Actor {
 public:
  virtual ~Actor() = default;
  virtual void begin(Seed episode_seed) = 0;
  // The action's values stay valid until the next call.
  virtual Action act(const Environment& world) = 0;
  // The values on which the last action was chosen, one per action; empty where there are none.
  virtual std::span<const float> action_values() const { return {}; }
  // What a search looked at for the last action; empty where there was none.
  virtual std::vector<Consideration> considered() const { return {}; }
  // Whether the observation behind the last action is unlike anything in training.
  virtual bool unfamiliar() const { return false; }
  // Policy::saliency(), layers() and graph() of the last action; empty where there are none.
  virtual std::vector<float> saliency() const { return {}; }
  virtual std::vector<LayerView> layers() const { return {}; }
  virtual GraphView graph() const { return {}; }
};

// A policy, without exploration; the same seed gives the same episode.
class PolicyActor final : public Actor {
 public:
  PolicyActor(Policy& policy, const EnvironmentSpec& spec);
  void begin(Seed episode_seed) override;
  Action act(const Environment& world) override;
  std::span<const float> action_values() const override;
  std::vector<Consideration> considered() const override { return policy_.considered(0); }
  bool unfamiliar() const override { return policy_.unfamiliar(observation_).value_or(false); }
  std::vector<float> saliency() const override;
  std::vector<LayerView> layers() const override { return policy_.layers(); }
  GraphView graph() const override { return policy_.graph(); }

 private:
  Policy& policy_;
  Random random_;
  std::vector<float> observation_, values_, continuous_;
  std::vector<std::uint8_t> legal_;
  std::vector<std::int32_t> discrete_;
  bool has_values_ = false;
};

// The actions of a recorded episode, in order.
class RecordedActor final : public Actor {
 public:
  explicit RecordedActor(PlayedEpisode episode) : episode_(std::move(episode)) {}
  void begin(Seed) override { step_ = 0; }
  Action act(const Environment& world) override;

 private:
  PlayedEpisode episode_;
  std::size_t step_ = 0;
};

// One episode after another in a fresh world each, frame by frame. With repeated actions a frame is
// one step of the world inside, except with sticky actions, where it is one action.
class Show {
 public:
  Show(const EnvironmentSection& section, std::string title, Panels panels = {});

  void begin(Actor& actor, std::int64_t number, Seed seed);
  // Moves on to the next frame; an action is chosen where the one before has had all its frames.
  void advance();
  bool done() const { return episode_.status != Status::running && frames_left_ == 0; }
  void draw(Scene& scene) const;
  void draw_picture(Scene& scene) const;  // without the panel that tells episode and action
  // Keys of the world's own, which stay in force for the episodes that follow.
  bool view_key(std::string_view key);
  const Panels& panels() const { return panels_; }
  void set_panels(const Panels& panels);

  const EnvironmentSpec& spec() const { return world_->spec(); }
  double frames_per_second() const;
  const PlayedEpisode& episode() const { return episode_; }  // so far
  std::int64_t number() const { return number_; }
  const Environment& world() const { return *world_; }
  // The last action has frames left to show.
  bool between_actions() const { return frames_left_ > 0; }

 private:
  void choose();
  void explain();
  InsightInfo insight() const;

  EnvironmentSection section_;
  std::string title_;
  int repeat_ = 1;                        // frames per action
  std::unique_ptr<Environment> world_;    // as the actor sees it
  std::unique_ptr<Environment> picture_;  // the world inside, for the frames between actions
  Actor* actor_ = nullptr;
  std::int64_t number_ = 0;
  PlayedEpisode episode_;
  int frames_left_ = 0;  // of the last action
  Action action_;
  std::vector<float> action_box_;
  std::string action_name_;
  std::vector<float> values_;  // action values behind the last action
  bool unfamiliar_ = false;    // what the last action was chosen by
  Panels panels_;
  std::vector<std::string> view_keys_;  // pressed so far
  // Of the last action, and of the state in which it was chosen.
  std::vector<float> gradient_;
  std::vector<LayerView> layers_;
  GraphView graph_;
  std::optional<ObservationGrid> grid_;
  EventSink events_;
  RecentEvents recent_;
};

// The episode that the actor plays from this seed, without showing it; limits as in evaluation.
PlayedEpisode play_episode(const EnvironmentSection& section, Actor& actor, Seed seed);

// A trained policy or a recorded episode.
struct Target {
  EnvironmentSection section;
  std::string title;
  std::unique_ptr<TrainedPolicy> trained;  // null for an episode file
  std::unique_ptr<Actor> actor;
  std::optional<EpisodeFile> recorded;
  Seed root = 0;

  Seed seed(std::int64_t number) const;  // of the episode with that number, from 1
};

// Throws ConfigError where there is nothing to show at `path`, ArchiveError for a damaged file.
Target open_target(const Registry& registry, const std::filesystem::path& path,
                   const std::vector<std::string>& overrides, std::uint64_t seed);
Target open_run(const Registry& registry, const RunFolder& folder,
                const std::vector<std::string>& overrides, std::uint64_t seed);

// An episode file played to its end and found to do what was recorded, else std::runtime_error.
struct TimedEvent {
  std::int64_t step;
  std::string name;
  double value;
};
std::vector<TimedEvent> verify_replay(const Registry& registry, const EpisodeFile& file,
                                      const std::string& source);

// `path` does not exist: says so and names the file beside it whose name is nearest.
[[noreturn]] void refuse_missing(const std::filesystem::path& path, const std::string& expected);

// "episode 3: return 12.5 in 80 steps, terminated (seed 123)".
std::string describe_episode(std::int64_t number, const PlayedEpisode& episode);

struct RecordOptions {
  std::filesystem::path output;   // .mp4 or .gif; empty: no video
  std::filesystem::path picture;  // .png; empty: none
  std::int64_t episodes = 1;
  double scale = 1;
  Panels panels = {};
  std::vector<std::string> views = {};  // keys of the world's own, pressed before it begins
};
// How often each frame is shown, at so many a second: encoders and browsers play low rates badly.
int frame_copies(double frames_per_second);
// Throws ConfigError where a file could not be written there.
void check_outputs(const RecordOptions& options);
void record_target(Target& target, const RecordOptions& options);

struct WatchOptions {
  std::int64_t episodes = 0;  // 0: until the window is closed
  double speed = 1;
  Panels panels = {};
};
// Throws std::runtime_error without a display.
void watch_target(Target& target, const WatchOptions& options);

}  // namespace sandlot

#include "sim/cli/go_player.h"

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "envs/go/go.h"
#include "sim/core/episode.h"
#include "sim/experiment/run_folder.h"
#include "sim/experiment/trained_policy.h"

namespace sandlot {
namespace {

namespace fs = std::filesystem;
using go::Vertex;

class PolicyPlayer final : public GoPlayer {
 public:
  PolicyPlayer(const Registry& registry, std::string path, std::vector<std::string> overrides,
               Seed seed, double resign_below, fs::path policy_file)
      : registry_(registry),
        path_(std::move(path)),
        policy_file_(std::move(policy_file)),
        overrides_(std::move(overrides)),
        seed_(seed),
        random_(derive(seed, "policy")),
        resign_below_(resign_below) {
    open(overrides_);
  }

  std::string name() const override { return name_; }

  int size() const override { return world_->inner().settings().size; }
  bool set_size(int size) override {
    if (world_ && world_->inner().settings().size == size) return true;
    auto settings = overrides_;
    settings.push_back("environment.size=" + std::to_string(size));
    settings.push_back("environment.handicap=0");
    // A policy that is made for one size is refused by its file: then it stays as it is.
    try {
      open(settings);
    } catch (const ConfigError&) {
      return false;
    } catch (const ArchiveError&) {
      return false;
    }
    return true;
  }

  void begin_game() override { policy().begin_episode(0); }

  Vertex choose(const go::Game& game, double seconds) override {
    if (game.over()) return go::kPass;
    world_->inner().set_state(game);
    world_->observe(observation_);
    world_->legal_actions(legal_);
    policy().limit_time(seconds);
    policy().look(0, *world_);
    std::int32_t action = 0;
    policy().act(1, observation_, legal_, std::span(&action, 1), {}, random_);
    game_ = game;
    has_thoughts_ = true;
    if (resign_below_ > 0) {
      const auto all = thoughts();
      if (!all.empty() && all.front().visits > 0 && all.front().winrate < resign_below_)
        return kResign;
    }
    const Vertex v = game.board().vertex_of(action);
    return game.is_legal(v) ? v : go::kPass;
  }

  std::vector<Thought> thoughts() const override {
    std::vector<Thought> all;
    if (!has_thoughts_) return all;
    const auto& board = game_.board();
    for (const auto& c : policy().considered(0)) {
      Thought& t = all.emplace_back();
      t.vertex = board.vertex_of(c.action);
      t.visits = c.visits;
      t.winrate = (c.value + 1) / 2;
      for (const auto a : c.line) t.line.push_back(board.vertex_of(a));
    }
    if (!all.empty()) return all;
    std::vector<float> values(legal_.size());
    if (!policy().action_values(observation_, values)) return all;
    for (std::size_t a = 0; a < values.size(); ++a) {
      if (legal_[a] == 0) continue;
      const double winrate = std::clamp((static_cast<double>(values[a]) + 1) / 2, 0.0, 1.0);
      const Vertex v = board.vertex_of(static_cast<int>(a));
      all.push_back({v, 0, winrate, {v}});
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const auto& a, const auto& b) { return a.winrate > b.winrate; });
    return all;
  }

 private:
  Policy& policy() const { return trained_ ? trained_->policy() : agent_->policy(); }

  void open(const std::vector<std::string>& settings) {
    const bool run = fs::is_directory(path_);
    const fs::path file = run ? find_runs(path_).front().config() : fs::path(path_);
    const ExperimentConfig config = load_config(registry_, file, settings).front();
    const auto refuse = [&](const std::string& what) {
      throw ConfigError({{{file.string(), 0, 0}, "environment", what}});
    };
    std::unique_ptr<Environment> made = config.environment.world->make(config.environment.wrappers);
    auto* world = dynamic_cast<Episode<go::Go>*>(made.get());
    if (!world) refuse("expected the world go, not " + made->spec().name);
    const WrapperSettings& wrappers = config.environment.wrappers;
    if (wrappers.frame_stack > 1 || wrappers.previous_action)
      refuse("wrappers that stack frames or show actions know no take-backs: leave them out");
    std::unique_ptr<TrainedPolicy> trained;
    std::unique_ptr<Agent> agent;
    if (run)
      trained = std::make_unique<TrainedPolicy>(
          config, policy_file_.empty() ? find_runs(path_).front().policy() : policy_file_);
    else
      agent = config.agent.agent->make(config.spec(), config.environment.copies, seed_);
    made.release();
    world_.reset(world);
    trained_ = std::move(trained);
    agent_ = std::move(agent);
    name_ = config.label();
    observation_.resize(world_->spec().observation.size());
    legal_.resize(static_cast<std::size_t>(world_->spec().action.n));
    has_thoughts_ = false;
  }

  const Registry& registry_;
  std::string path_;
  fs::path policy_file_;
  std::vector<std::string> overrides_;
  Seed seed_;
  Random random_;
  double resign_below_;
  std::string name_;
  std::unique_ptr<Episode<go::Go>> world_;
  std::unique_ptr<TrainedPolicy> trained_;
  std::unique_ptr<Agent> agent_;
  std::vector<float> observation_;
  std::vector<std::uint8_t> legal_;
  go::Game game_;  // of the last choice
  bool has_thoughts_ = false;
};

class PlainPlayer final : public GoPlayer {
 public:
  PlainPlayer(go::SimplePlayer kind, Seed seed) : kind_(kind), random_(derive(seed, "simple")) {}
  std::string name() const override {
    return kind_ == go::SimplePlayer::random ? "random" : "heuristic";
  }
  int size() const override { return size_; }
  bool set_size(int size) override {
    size_ = size;
    return true;
  }
  Vertex choose(const go::Game& game, double) override {
    return game.over() ? go::kPass : go::simple_move(game, kind_, random_);
  }

 private:
  go::SimplePlayer kind_;
  Random random_;
  int size_ = 9;
};

class EnginePlayer final : public GoPlayer {
 public:
  EnginePlayer(std::vector<std::string> command, double timeout)
      : engine_(std::move(command), timeout) {
    const auto reply = engine_.ask("name");
    const auto version = engine_.ask("version");
    name_ = reply.success ? reply.text : engine_.command().front();
    if (version.success) name_ += " " + version.text;
  }
  std::string name() const override { return name_; }
  int size() const override { return size_; }
  bool set_size(int size) override {
    size_ = size;
    return engine_.ask("boardsize " + std::to_string(size)).success;
  }
  void begin_game() override { told_ = false; }
  Vertex choose(const go::Game& game, double) override {
    // The moves since its own last one; all of them at the start, or after a take-back.
    const bool follows = told_ && game.move_count() >= known_ && game.size() == size_;
    if (follows) {
      for (int i = known_; i < game.move_count(); ++i)
        engine_.play(game.move(i).color, game.move(i).vertex, game.size());
    } else {
      engine_.set_up(game);
    }
    const Vertex v = engine_.genmove(game.to_move(), game);
    told_ = v != go::GtpEngine::kResign;
    known_ = game.move_count() + 1;
    size_ = game.size();
    return v == go::GtpEngine::kResign ? kResign : v;
  }

 private:
  go::GtpEngine engine_;
  std::string name_;
  bool told_ = false;
  int known_ = 0, size_ = 19;
};

}  // namespace

std::unique_ptr<GoPlayer> policy_player(const Registry& registry, const std::string& path,
                                        const std::vector<std::string>& overrides, Seed seed,
                                        double resign_below, const fs::path& file) {
  return std::make_unique<PolicyPlayer>(registry, path, overrides, seed, resign_below, file);
}

std::unique_ptr<GoPlayer> simple_player(go::SimplePlayer kind, Seed seed) {
  return std::make_unique<PlainPlayer>(kind, seed);
}

std::unique_ptr<GoPlayer> engine_player(const std::string& command_line, double timeout) {
  std::istringstream words(command_line);
  std::vector<std::string> command;
  for (std::string word; words >> word;) command.push_back(word);
  return std::make_unique<EnginePlayer>(std::move(command), timeout);
}

}  // namespace sandlot

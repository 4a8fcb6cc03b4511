#include "envs/go/go.h"

#include <algorithm>
#include <cmath>

#include "envs/go/observation.h"
#include "envs/go/search_game.h"
#include "envs/go/simple_player.h"
#include "sim/core/archive.h"
#include "sim/core/stored_policy.h"

namespace sandlot::go {
namespace {

Rules rules_of(const Go::Settings& s) {
  return {.superko = s.superko,
          .suicide = s.suicide,
          .komi = s.komi,
          .most_moves = s.move_limit > 0 ? s.move_limit : 3 * s.size * s.size};
}

double margin_share(Go::Reward reward) {
  return reward == Go::Reward::outcome ? 0 : reward == Go::Reward::margin ? 1 : 0.5;
}

// Two keys held together, a column's letter and a row's number; none on boards that need more.
std::string keys_of(Vertex v, int size) {
  if (v == kPass) return "return";
  const std::string name = vertex_name(v, size);
  if (size > 9) return "";
  return {static_cast<char>(name[0] - 'A' + 'a'), ' ', name[1]};
}

}  // namespace

void Go::EngineSettings::fields(Fields& f) {
  f.texts("command", command, "the engine's program and its arguments");
  f.number("timeout", timeout, "seconds for an answer before the engine is started anew",
           Range::above(0));
}

void Go::PracticeSettings::fields(Fields& f) {
  f.number("random", random, "share of the random player's games", Range::between(0, 1));
  f.number("heuristic", heuristic, "share of the heuristic player's games", Range::between(0, 1));
}

void Go::Settings::fields(Fields& f) {
  f.integer("size", size, "points along a side", Range::between(kSmallest, kLargest));
  f.number("komi", komi, "points for White", Range::between(-1000, 1000));
  f.choice("superko", superko,
           {{"positional", Superko::positional},
            {"situational", Superko::situational},
            {"simple", Superko::simple}},
           "what may not come again: a position, a position with the same player to move, or "
           "only a ko");
  f.boolean("suicide", suicide, "whether two stones or more may be given up at once");
  f.integer("handicap", handicap, "stones that Black has on the board from the start",
            Range::between(0, 9));
  f.integer("move_limit", move_limit, "moves until a game is scored as it is; 0: 3 for each point",
            Range::at_least(0));
  f.choice("observation", observation,
           {{"planes", Observation::planes},
            {"features", Observation::features},
            {"feature_planes", Observation::feature_planes}},
           "stones as pictures, or numbers about each point, or those as pictures");
  f.when(observation == Observation::planes, "observation: planes", [&] {
    f.integer("history", history, "positions shown, the present one included",
              Range::between(1, 8));
    f.boolean("color_plane", color_plane,
              "a plane says whose turn it is; without, what is learnt for one colour is known for "
              "the other, which is nearly right where komi is small");
  });
  f.choice("reward", reward,
           {{"outcome", Reward::outcome}, {"margin", Reward::margin}, {"both", Reward::both}},
           "1, 0 or −1 at the end, or points over the number of points, or the mean of both");
  f.choice("first_pass", first_pass,
           {{"half_full", FirstPass::half_full}, {"settled", FirstPass::settled}},
           "when searches may pass but as an answer: once half of the points have stones, or once "
           "all points left are eyes or self-ataris");
  f.choice("illegal", illegal, {{"masked", Illegal::masked}, {"pass", Illegal::pass}},
           "whether illegal actions are masked, or any may be chosen and those are passes");
  opponent_fields(f);
}

void Go::Settings::opponent_fields(Fields& f) {
  f.choice(
      "opponent", opponent,
      {{"none", Opponent::none},
       {"random", Opponent::random},
       {"heuristic", Opponent::heuristic},
       {"policy", Opponent::policy},
       {"self", Opponent::self},
       {"gtp", Opponent::gtp}},
      "who plays the other side: nobody (the agent plays both), uniform moves that leave eyes "
      "alone, captures and shapes, the policies of other runs, the agent itself as it was before "
      "(in evaluations the heuristic player), a program");
  f.when(opponent != Opponent::none, "an opponent", [&] {
    f.choice("color", color,
             {{"black", Side::black}, {"white", Side::white}, {"either", Side::either}},
             "the agent's; either: drawn for each game");
    f.section("practice", practice,
              "shares of the games of training, not of evaluations, that others play");
  });
  f.when(opponent == Opponent::policy, "opponent: policy", [&] {
    f.texts("policies", policies,
            "folders of runs in the same world, such as runs/go-5x5-dqn/1; one is drawn "
            "for each game");
  });
  f.when(opponent == Opponent::self, "opponent: self",
         [&] { f.section("pool", pool, "past selves, of whom one is drawn for each game"); });
  f.when(opponent == Opponent::policy || opponent == Opponent::self,
         "opponent: policy or opponent: self", [&] {
           f.number("surprise", surprise,
                    "chance that a move of theirs is the heuristic player's, so that games differ",
                    Range::between(0, 1));
         });
  f.when(opponent == Opponent::gtp, "opponent: gtp",
         [&] { f.section("engine", engine, "the program that plays the other side"); });
}

void Go::Settings::check(Issues& issues) const {
  if (handicap == 1 || (handicap > 1 && handicap_points(size, handicap).empty()))
    issues.add("handicap", "a board of this size has no places for " + std::to_string(handicap) +
                               " handicap stones; expected 0, or 2 to 9 on boards of odd size "
                               "from 9 on, 2 to 4 on others from 7 on");
  if (std::abs(komi * 2 - std::round(komi * 2)) > 1e-9)
    issues.add("komi", "expected a multiple of 0.5");
  if (opponent == Opponent::policy && policies.empty())
    issues.add("policies", "expected the folder of a run");
  if (practice.random + practice.heuristic > 1)
    issues.add("practice", "expected shares that sum to at most 1");
  if (opponent == Opponent::gtp && engine.command.empty())
    issues.add("engine.command", "expected a program's name");
}

Go::Go(const Settings& settings) : settings_(settings), game_(settings.size, rules_of(settings)) {
  const int n = settings.size, points = n * n;
  spec_.name = "go";
  if (settings.observation == Observation::planes) {
    spec_.observation =
        Space::box({2 * settings.history + (settings.color_plane ? 1 : 0), n, n}, 0, 1)
            .quantized(1);
    past_.assign(static_cast<std::size_t>(settings.history),
                 std::vector<std::uint8_t>(static_cast<std::size_t>(points)));
  } else if (settings.observation == Observation::feature_planes) {
    spec_.observation = Space::box({kFeaturesPerPoint + kFeaturesOfGame, n, n}, -1, 1);
  } else {
    spec_.observation = Space::box({points * kFeaturesPerPoint + kFeaturesOfGame}, -1, 1);
  }
  spec_.action = Space::discrete(points + 1);
  for (int a = 0; a <= points; ++a) {
    spec_.action_names.push_back(vertex_name(game_.board().vertex_of(a), n));
    spec_.action_keys.push_back(keys_of(game_.board().vertex_of(a), n));
  }
  spec_.players = settings.opponent == Opponent::none ? 2 : 1;
  spec_.reward_low = -1;
  spec_.reward_high = 1;
  spec_.frames_per_second = 2;
  spec_.masks_actions = settings.illegal == Illegal::masked;
  spec_.gives_game = true;
  spec_.has_goal = settings.opponent != Opponent::none;
  if (settings.opponent == Opponent::policy) {
    for (const std::string& run : settings.policies)
      rivals_.push_back(open_stored_policy(run, spec_));
  }
  if (settings.opponent == Opponent::self) spec_.past_selves = settings.pool;
  if (settings.opponent == Opponent::policy || settings.opponent == Opponent::self) {
    seen_.resize(spec_.observation.size());
    mask_.resize(static_cast<std::size_t>(points + 1));
  }
  // As reset(), but nobody is asked for a move yet: a program would be started for nothing.
  game_.place_handicap(settings_.handicap);
  if (!past_.empty()) remember();
}

void Go::begin_training(const std::shared_ptr<const PastSelves>& selves) {
  training_ = true;
  if (settings_.opponent == Opponent::self && selves) self_.join(selves);
}

// Of the next game.
Go::Opponent Go::draw_opponent() {
  if (training_ && settings_.practice.any()) {
    const double at = random_.uniform();
    if (at < settings_.practice.random) return Opponent::random;
    if (at < settings_.practice.random + settings_.practice.heuristic) return Opponent::heuristic;
  }
  if (settings_.opponent != Opponent::self) return settings_.opponent;
  if (!self_.joined()) return Opponent::heuristic;
  self_.draw(random_);
  return Opponent::self;
}

void Go::reset(Seed seed) {
  random_ = Random(derive(seed, "opponent"));
  agent_ = kBlack;
  if (settings_.opponent != Opponent::none)
    agent_ = settings_.color == Side::black   ? kBlack
             : settings_.color == Side::white ? kWhite
                                              : (random_.below(2) == 0 ? kBlack : kWhite);
  resigned_ = kEmpty;
  rival_ = rivals_.size() > 1 ? random_.below(static_cast<std::uint32_t>(rivals_.size())) : 0;
  playing_ = draw_opponent();
  taken_ = lost_ = 0;
  told_ = -1;
  game_.clear();
  game_.place_handicap(settings_.handicap);
  for (auto& p : past_) std::fill(p.begin(), p.end(), std::uint8_t{kEmpty});
  if (!past_.empty()) remember();
  answer();
}

void Go::remember() {
  std::rotate(past_.begin(), past_.end() - 1, past_.end());
  auto& now = past_.front();
  for (int p = 0; p < game_.board().points(); ++p)
    now[static_cast<std::size_t>(p)] = game_.board().at(game_.board().vertex_of(p));
}

void Go::play(Vertex v) {
  const Color mover = game_.to_move();
  const int mine = game_.prisoners(agent_), theirs = game_.prisoners(opponent(agent_));
  game_.play(v, mover);
  lost_ += game_.prisoners(agent_) - mine;
  taken_ += game_.prisoners(opponent(agent_)) - theirs;
  if (!past_.empty()) remember();
}

StepResult Go::step(Action action) {
  taken_ = lost_ = 0;
  Vertex v = game_.board().vertex_of(action.index);
  if (settings_.illegal == Illegal::pass && !game_.is_legal(v)) v = kPass;
  play(v);
  answer();
  if (!finished()) return {0, Status::running};
  return {result(), Status::terminated};
}

void Go::answer() {
  if (settings_.opponent == Opponent::none || finished() || game_.to_move() == agent_) return;
  const Vertex v = opponents_move();
  if (v == GtpEngine::kResign)
    resigned_ = game_.to_move();
  else
    play(v);
}

Vertex Go::opponents_move() {
  if (playing_ == Opponent::gtp) return ask_engine();
  if (playing_ == Opponent::policy && !random_.bernoulli(settings_.surprise))
    return ask(*rivals_[rival_]);
  if (playing_ == Opponent::self && self_.joined() && !random_.bernoulli(settings_.surprise))
    return ask(self_.policy());
  return simple_move(game_,
                     playing_ == Opponent::random ? SimplePlayer::random : SimplePlayer::heuristic,
                     random_);
}

// A policy sees the board as the agent would. It remembers nothing from move to move, so that a
// world that is saved and loaded goes on alike.
Vertex Go::ask(Policy& rival) {
  observe(seen_);
  for (std::size_t a = 0; a < mask_.size(); ++a)
    mask_[a] = game_.is_legal(game_.board().vertex_of(static_cast<int>(a)));
  std::int32_t action = 0;
  rival.begin_episode(0);
  rival.look(0, *this);
  rival.act(1, seen_, mask_, std::span(&action, 1), {}, random_);
  const Vertex v = game_.board().vertex_of(action);
  return game_.is_legal(v) ? v : kPass;
}

Vertex Go::ask_engine() {
  // An engine that failed gets a second chance, in a new process that is told the game so far.
  for (int attempt = 0;; ++attempt) {
    try {
      if (!engine_)
        engine_ = std::make_unique<GtpEngine>(settings_.engine.command, settings_.engine.timeout);
      if (told_ < 0) {
        engine_->set_up(game_);
      } else {
        for (int i = told_; i < game_.move_count(); ++i)
          engine_->play(game_.move(i).color, game_.move(i).vertex, game_.size());
      }
      told_ = game_.move_count();
      const Vertex v = engine_->genmove(game_.to_move(), game_);
      ++told_;
      return v;
    } catch (const EngineError&) {
      told_ = -1;
      engine_.reset();
      if (attempt == 1) throw;
    }
  }
}

float Go::result() const {
  double points = agent_ == kBlack ? game_.score() : -game_.score();
  if (resigned_ != kEmpty) points = resigned_ == agent_ ? -1 : 1;
  // Who gave up has lost everything.
  if (resigned_ != kEmpty) return points > 0 ? 1.0f : -1.0f;
  return value_of(points, game_.board().points(), margin_share(settings_.reward));
}

void Go::observe(std::span<float> out) const {
  if (settings_.observation == Observation::features) return write_features(game_, out);
  if (settings_.observation == Observation::feature_planes) return write_feature_planes(game_, out);
  const auto points = static_cast<std::size_t>(game_.board().points());
  const Color me = game_.to_move();
  for (std::size_t h = 0; h < past_.size(); ++h) {
    const auto own = out.subspan(2 * h * points, points);
    const auto other = out.subspan((2 * h + 1) * points, points);
    for (std::size_t p = 0; p < points; ++p) {
      own[p] = past_[h][p] == me ? 1.0f : 0.0f;
      other[p] = past_[h][p] == opponent(me) ? 1.0f : 0.0f;
    }
  }
  if (!settings_.color_plane) return;
  const auto last = out.last(points);
  std::fill(last.begin(), last.end(), me == kBlack ? 1.0f : 0.0f);
}

void Go::legal_actions(std::span<std::uint8_t> mask) const {
  const int points = game_.board().points();
  if (settings_.illegal == Illegal::pass)
    return std::fill(mask.begin(), mask.end(), std::uint8_t{1});
  for (int p = 0; p <= points; ++p)
    mask[static_cast<std::size_t>(p)] = game_.is_legal(game_.board().vertex_of(p));
}

int Go::player_to_move() const {
  if (settings_.opponent != Opponent::none) return 0;
  return game_.to_move() == kBlack ? 0 : 1;
}

bool Go::goal_reached() const { return spec_.has_goal && finished() && result() > 0; }

void Go::events(EventSink& sink) const {
  if (taken_ > 0) sink.add("captured", taken_);
  if (lost_ > 0) sink.add("lost", lost_);
  if (game_.move_count() > 0 && game_.passes() > 0) sink.add("pass", game_.passes());
  if (resigned_ != kEmpty) sink.add("resigned");
  if (finished()) sink.add("score", game_.score());
}

std::optional<ObservationGrid> Go::observation_grid() const {
  if (settings_.observation == Observation::features) return std::nullopt;
  const auto n = static_cast<float>(settings_.size);
  return ObservationGrid{.left = -0.5f,
                         .top = n - 0.5f,
                         .side = 1,
                         .planes = spec_.observation.shape[0],
                         .placed = past_.empty() ? kFeaturesPerPoint : 2 * settings_.history};
}

std::unique_ptr<TwoPlayerGame> Go::game() const {
  return std::make_unique<SearchGame>(
      game_, SearchGame::View{.history = past_.empty() ? 0 : settings_.history,
                              .pictures = settings_.observation == Observation::feature_planes,
                              .color = settings_.color_plane,
                              .handicap = settings_.handicap,
                              .margin = margin_share(settings_.reward),
                              .settled = settings_.first_pass == FirstPass::settled});
}

void Go::set_state(const Game& game) {
  if (game.size() != settings_.size) throw std::invalid_argument("the game has another size");
  game_ = game;
  agent_ = settings_.opponent == Opponent::none ? kBlack : game.to_move();
  resigned_ = kEmpty;
  taken_ = lost_ = 0;
  told_ = -1;
  if (past_.empty()) return;
  // The positions before, by going back on a copy.
  Game back = game;
  for (auto& past : past_) {
    for (int p = 0; p < back.board().points(); ++p)
      past[static_cast<std::size_t>(p)] = back.board().at(back.board().vertex_of(p));
    if (!back.undo()) {
      for (auto rest = &past + 1; rest < past_.data() + past_.size(); ++rest)
        std::fill(rest->begin(), rest->end(), std::uint8_t{kEmpty});
      break;
    }
  }
}

void Go::draw(Scene& scene) const {
  std::string note;
  if (resigned_ != kEmpty) {
    note = std::string(resigned_ == kBlack ? "White" : "Black") + " wins: the other gave up";
  } else if (game_.over()) {
    const double score = game_.score();
    char text[64];
    std::snprintf(text, sizeof text, "%s wins by %g", score > 0 ? "Black" : "White",
                  std::abs(score));
    note = score == 0 ? "A tie" : text;
  }
  draw_board(scene, game_, note);
  if (territory_) {
    if (outlook_of_ != game_.move_count()) {
      Random random(1);  // so that a picture is always the same
      outlook_ = outlook(game_, 200, random);
      outlook_of_ = game_.move_count();
    }
    draw_territory(scene, game_, outlook_);
  }
  draw_heat(scene, game_, heat_, heat_ == Heat::shares ? shares_ : expected_);
}

bool Go::view_key(std::string_view key) {
  if (key == "t") {
    territory_ = !territory_;
    outlook_of_ = -1;
  } else if (key == "h") {
    heat_ = heat_ == Heat::none ? Heat::shares : heat_ == Heat::shares ? Heat::values : Heat::none;
  } else {
    return false;
  }
  return true;
}

void Go::set_thoughts(std::span<const float> shares, std::span<const float> values) {
  shares_.assign(shares.begin(), shares.end());
  expected_.assign(values.begin(), values.end());
}

void Go::save(Writer& out) const {
  out.write(agent_);
  out.write(resigned_);
  out.write(taken_);
  out.write(lost_);
  if (settings_.opponent == Opponent::policy) out.write(rival_);
  if (draws_opponents()) out.write(playing_);
  if (settings_.opponent == Opponent::self) self_.save(out);
  random_.save(out);
  std::vector<std::uint16_t> moves;
  for (int i = 0; i < game_.move_count(); ++i)
    moves.push_back(static_cast<std::uint16_t>(game_.move(i).vertex * 4 + game_.move(i).color));
  out.write(moves);
}

// The moves are played again: a damaged file can hold illegal ones, but no impossible position.
void Go::load(Reader& in) {
  in.read(agent_);
  in.read(resigned_);
  in.read(taken_);
  in.read(lost_);
  if ((agent_ != kBlack && agent_ != kWhite) || resigned_ > kWhite)
    in.fail("a colour is neither black nor white");
  if (taken_ < 0 || lost_ < 0 || taken_ > 2 * kMostPoints || lost_ > 2 * kMostPoints)
    in.fail("more stones were taken than there are points");
  if (settings_.opponent == Opponent::policy) {
    in.read(rival_);
    if (rival_ >= rivals_.size()) in.fail("there is no such opponent");
  }
  playing_ = settings_.opponent;
  if (draws_opponents()) {
    in.read(playing_);
    if (playing_ != settings_.opponent && playing_ != Opponent::random &&
        playing_ != Opponent::heuristic)
      in.fail("there is no such opponent");
  }
  if (settings_.opponent == Opponent::self) self_.load(in);
  random_.load(in);
  std::vector<std::uint16_t> moves;
  in.read(moves);
  game_.clear();
  game_.place_handicap(settings_.handicap);
  for (auto& p : past_) std::fill(p.begin(), p.end(), std::uint8_t{kEmpty});
  if (!past_.empty()) remember();
  for (const auto m : moves) {
    const auto c = static_cast<Color>(m & 3);
    const Vertex v = m >> 2;
    const bool inside = v < (game_.size() + 2) * game_.board().stride() + 1;
    if ((c != kBlack && c != kWhite) || !inside || game_.over() || !game_.is_legal(v, c))
      in.fail("a move of the game is not legal");
    game_.play(v, c);
    if (!past_.empty()) remember();
  }
  told_ = -1;
}

}  // namespace sandlot::go

#include "agents/search/tree.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <thread>

namespace sandlot {

void TreeSettings::fields(Fields& f) {
  f.integer("simulations", simulations, "playouts for each move; 0: as many as the seconds allow",
            Range::at_least(0));
  f.number("seconds", seconds, "at most for each move; 0: no limit", Range::at_least(0));
  f.number("exploration", exploration, "c of c √(ln N / n)", Range::at_least(0));
  f.number("rave", rave,
           "k of β = √(k / (3N + k)): visits at which both means weigh the same; 0: "
           "no RAVE",
           Range::at_least(0));
  f.number("prior", prior, "weight of what a game thinks of actions before the search",
           Range::at_least(0));
  f.number(
      "widening", widening,
      "C of the ⌈C N^α⌉ actions of a node that are looked at, the best by their priors first; 0: "
      "all are",
      Range::at_least(0));
  f.when(widening > 0, "widening above 0",
         [&] { f.number("widening_power", widening_power, "α", Range::between(0, 1)); });
  f.integer("expand_after", expand_after, "visits of a node before its children are made",
            Range::at_least(1));
  f.choice("playouts", playouts,
           {{"uniform", TwoPlayerGame::Playouts::uniform},
            {"heuristic", TwoPlayerGame::Playouts::heuristic}},
           "how a game is played out: any action, or what the game knows to be good");
  f.integer("threads", threads, "that share the tree; with more than one, results depend on timing",
            Range::between(1, 64));
  f.integer("virtual_loss", virtual_loss, "losses that a thread pretends on its way down",
            Range::between(0, 100));
  f.integer("most_nodes", most_nodes, "nodes of 44 bytes; a full tree grows no further",
            Range::between(1000, 100'000'000));
}

SearchTree::SearchTree(const TreeSettings& settings, Seed seed)
    : settings_(settings), workers_(static_cast<std::size_t>(settings.threads)) {
  reseed(seed);
}

void SearchTree::reseed(Seed seed) {
  for (std::size_t i = 0; i < workers_.size(); ++i)
    workers_[i].random = Random(derive(seed, "playouts", i));
}

void SearchTree::forget() {
  nodes_.clear();
  root_moves_.clear();
  root_.reset();
}

void SearchTree::set_root(const TwoPlayerGame& game) {
  const auto moves = game.moves();
  std::int32_t kept = -1;
  if (!nodes_.empty() && !moves.empty() && moves.size() >= root_moves_.size() &&
      std::equal(root_moves_.begin(), root_moves_.end(), moves.begin())) {
    kept = 0;
    for (std::size_t i = root_moves_.size(); i < moves.size() && kept >= 0; ++i) {
      const Node& at = nodes_[static_cast<std::size_t>(kept)];
      kept = -1;
      for (std::int32_t c = 0; c < at.children; ++c)
        if (node(at.first_child + c).action == moves[i]) kept = at.first_child + c;
    }
  }
  if (kept > 0)
    keep_below(kept);
  else if (kept < 0)
    nodes_.assign(1, Node{});
  reused_ = nodes_.front().visits;
  root_moves_.assign(moves.begin(), moves.end());
  if (root_)
    root_->assign(game);
  else
    root_ = game.clone();
}

// The part of the tree below a node, level by level, as a new tree.
void SearchTree::keep_below(std::int32_t index) {
  std::vector<Node> kept{node(index)};
  for (std::size_t i = 0; i < kept.size(); ++i) {
    const auto below = children(kept[i]);
    if (kept[i].first_child < 0) continue;
    kept[i].first_child = static_cast<std::int32_t>(kept.size());
    kept.insert(kept.end(), below.begin(), below.end());
  }
  nodes_ = std::move(kept);
}

void SearchTree::expand(std::int32_t index, Worker& worker) {
  worker.game->candidates(worker.candidates);
  const std::size_t count = worker.candidates.size();
  if (nodes_.size() + count > static_cast<std::size_t>(settings_.most_nodes) && index != 0) return;
  worker.means.resize(count);
  worker.visits.resize(count);
  worker.game->priors(worker.candidates, worker.means, worker.visits);
  node(index).first_child = static_cast<std::int32_t>(nodes_.size());
  node(index).children = static_cast<std::int32_t>(count);
  for (std::size_t i = 0; i < count; ++i) {
    Node child;
    child.action = worker.candidates[i];
    child.prior_visits = worker.visits[i] * static_cast<float>(settings_.prior);
    child.prior_wins = child.prior_visits * worker.means[i];
    nodes_.push_back(child);
  }
  if (settings_.widening > 0)
    std::stable_sort(nodes_.end() - static_cast<std::ptrdiff_t>(count), nodes_.end(),
                     [](const Node& a, const Node& b) { return a.prior() > b.prior(); });
}

std::size_t SearchTree::width(std::size_t actions, std::int64_t visits) const {
  if (settings_.widening <= 0) return actions;
  const double wide = std::ceil(
      settings_.widening * std::pow(static_cast<double>(visits + 1), settings_.widening_power));
  return wide < static_cast<double>(actions)
             ? std::max<std::size_t>(static_cast<std::size_t>(wide), 1)
             : actions;
}

std::int32_t SearchTree::select(const Node& parent) const {
  const auto total = static_cast<float>(parent.visits + parent.pending);
  const float log_total = std::log(total + 1);
  const auto c = static_cast<float>(settings_.exploration);
  const auto k = static_cast<float>(settings_.rave);
  const float beta = k > 0 ? std::sqrt(k / (3 * total + k)) : 0;
  std::int32_t best = parent.first_child;
  float best_value = -1;
  const auto all = children(parent);
  const std::size_t looked_at = width(all.size(), parent.visits + parent.pending);
  for (std::size_t i = 0; i < looked_at; ++i) {
    const Node& child = all[i];
    // A pending simulation counts as lost.
    const float n = static_cast<float>(child.visits + child.pending) + child.prior_visits;
    float value = 0;
    if (k > 0) {
      // Priors are known offline: they start the all-moves-as-first mean, and the other one
      // follows.
      const float rave = child.rave_visits + child.prior_visits;
      const float rave_mean = rave > 0 ? (child.rave_wins + child.prior_wins) / rave : 0.5f;
      const float mean = n > 0 ? (child.wins + child.prior_wins) / n : rave_mean;
      value = beta * rave_mean + (1 - beta) * mean + c * std::sqrt(log_total / (n + 1));
    } else {
      value = n > 0 ? (child.wins + child.prior_wins) / n + c * std::sqrt(log_total / n)
                    : 1e6f - static_cast<float>(i);
    }
    if (value > best_value) {
      best_value = value;
      best = parent.first_child + static_cast<std::int32_t>(i);
    }
  }
  return best;
}

void SearchTree::descend(Worker& worker) {
  worker.game->assign(*root_);
  worker.path.assign(1, 0);
  worker.players.assign(1, 1 - worker.game->player_to_move());
  worker.trace.clear();
  std::int32_t at = 0;
  node(0).pending += settings_.virtual_loss;
  while (!worker.game->over()) {
    if (node(at).first_child < 0) {
      if (node(at).visits < settings_.expand_after && at != 0) break;
      expand(at, worker);
      if (node(at).first_child < 0) break;
    }
    at = select(node(at));
    const int player = worker.game->player_to_move();
    worker.path.push_back(at);
    worker.players.push_back(player);
    worker.trace.push_back(node(at).action * 2 + player);
    node(at).pending += settings_.virtual_loss;
    worker.game->play(node(at).action);
  }
}

void SearchTree::update(Worker& worker, float outcome) {
  const float first_wins = (outcome + 1) / 2;
  const std::size_t depth = worker.path.size();
  if (settings_.rave > 0) {
    worker.first_player.assign(static_cast<std::size_t>(root_->actions()), -1);
    // Backwards, so that what is left at each node is who played an action first from there on.
    for (std::size_t t = worker.trace.size(); t > 0; --t) {
      worker.first_player[static_cast<std::size_t>(worker.trace[t - 1] / 2)] =
          static_cast<std::int8_t>(worker.trace[t - 1] & 1);
      if (t - 1 >= depth) continue;
      // The node before this move: its children were played now or later by the same player.
      const Node& parent = node(worker.path[t - 1]);
      const int player = worker.trace[t - 1] & 1;
      const float wins = player == 0 ? first_wins : 1 - first_wins;
      for (std::int32_t c = 0; c < parent.children; ++c) {
        Node& child = node(parent.first_child + c);
        if (worker.first_player[static_cast<std::size_t>(child.action)] != player) continue;
        child.rave_visits += 1;
        child.rave_wins += wins;
      }
    }
  }
  for (std::size_t i = 0; i < depth; ++i) {
    Node& at = node(worker.path[i]);
    at.pending -= settings_.virtual_loss;
    ++at.visits;
    at.wins += worker.players[i] == 0 ? first_wins : 1 - first_wins;
  }
}

void SearchTree::simulate(Worker& worker) {
  {
    const std::lock_guard lock(mutex_);
    descend(worker);
  }
  const float outcome = worker.game->playout(settings_.playouts, worker.random,
                                             settings_.rave > 0 ? &worker.trace : nullptr);
  const std::lock_guard lock(mutex_);
  update(worker, outcome);
}

template <class Enough>
void SearchTree::run(Enough enough) {
  const auto work = [&](Worker& worker) {
    while (!enough()) simulate(worker);
  };
  std::vector<std::thread> others;
  for (std::size_t i = 1; i < workers_.size(); ++i)
    others.emplace_back([&, i] { work(workers_[i]); });
  work(workers_.front());
  for (auto& t : others) t.join();
}

void SearchTree::search(double seconds) {
  if (!root_) throw std::logic_error("a search needs a position");
  for (auto& worker : workers_)
    if (!worker.game) worker.game = root_->clone();
  Worker& first = workers_.front();
  first.game->assign(*root_);
  if (first.game->over()) return;
  if (nodes_.front().first_child < 0) expand(0, first);
  if (nodes_.front().children <= 1) return;
  const std::int64_t wanted = seconds > 0 ? 0 : settings_.simulations;
  if (seconds <= 0) seconds = settings_.seconds;
  const auto start = std::chrono::steady_clock::now();
  const auto limit = std::chrono::duration<double>(seconds);
  if (wanted == 0 && seconds <= 0)
    throw std::logic_error("a search needs a number of simulations or of seconds");
  std::atomic<std::int64_t> started{0};
  run([&] {
    const std::int64_t n = started.fetch_add(1);
    if (wanted > 0 && n >= wanted) return true;
    // The clock is asked now and then: it costs a part of a short playout.
    return seconds > 0 && n % 8 == 7 && std::chrono::steady_clock::now() - start >= limit;
  });
}

int SearchTree::best_action() const {
  const Node* best = nullptr;
  for (const Node& child : root_children()) {
    const auto better = [](const Node& a, const Node& b) {
      if (a.visits != b.visits) return a.visits > b.visits;
      return a.value() > b.value();
    };
    if (!best || better(child, *best)) best = &child;
  }
  return best ? best->action : 0;
}

double SearchTree::value_of(int action) const {
  for (const Node& child : root_children())
    if (child.action == action) return static_cast<double>(child.value());
  return 0.5;
}

std::vector<std::int32_t> SearchTree::line_from(const Node& child, std::size_t most) const {
  std::vector<std::int32_t> line{child.action};
  const Node* at = &child;
  while (line.size() < most && at->children > 0) {
    const auto all = children(*at);
    at = &*std::max_element(all.begin(), all.end(),
                            [](const Node& a, const Node& b) { return a.visits < b.visits; });
    if (at->visits == 0) break;
    line.push_back(at->action);
  }
  return line;
}

std::vector<std::int32_t> SearchTree::principal_variation(std::size_t most) const {
  if (nodes_.empty()) return {};
  auto line = line_from(nodes_.front(), most + 1);
  line.erase(line.begin());  // the root's own
  return line;
}

}  // namespace sandlot

#include "agents/alpha_zero/puct_tree.h"

#include <algorithm>
#include <cmath>

#include "agents/alpha_zero/dirichlet.h"

namespace sandlot {

void PuctSettings::fields(Fields& f) {
  f.number("exploration", exploration, "c_init of c = log((1 + N + c_base) / c_base) + c_init",
           Range::at_least(0));
  f.number("exploration_base", exploration_base, "c_base", Range::above(0));
  f.number("first_play", first_play,
           "an action that was not tried is expected to be worth so much less than its position",
           Range::between(0, 2));
}

void PuctTree::forget() {
  nodes_.clear();
  root_moves_.clear();
}

// The node that these moves lead to from the old root; −1 for none.
std::int32_t PuctTree::following(std::span<const std::int32_t> moves) const {
  if (nodes_.empty() || moves.empty() || moves.size() < root_moves_.size() ||
      !std::equal(root_moves_.begin(), root_moves_.end(), moves.begin()))
    return -1;
  std::int32_t at = 0;
  for (std::size_t i = root_moves_.size(); i < moves.size() && at >= 0; ++i) {
    const auto all = children(nodes_[static_cast<std::size_t>(at)]);
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&](const Node& child) { return child.action == moves[i]; });
    at = found == all.end() ? -1 : static_cast<std::int32_t>(&*found - nodes_.data());
  }
  return at;
}

void PuctTree::keep_below(std::int32_t index) {
  kept_.assign(1, node(index));
  for (std::size_t i = 0; i < kept_.size(); ++i) {
    if (kept_[i].first_child < 0) continue;
    const auto below = children(kept_[i]);
    kept_[i].first_child = static_cast<std::int32_t>(kept_.size());
    kept_.insert(kept_.end(), below.begin(), below.end());
  }
  std::swap(nodes_, kept_);
}

void PuctTree::set_root(const TwoPlayerGame& game) {
  const auto moves = game.moves();
  const std::int32_t kept = following(moves);
  if (kept > 0)
    keep_below(kept);
  else if (kept < 0)
    nodes_.assign(1, Node{});
  root_moves_.assign(moves.begin(), moves.end());
  if (root_) {
    root_->assign(game);
  } else {
    root_ = game.clone();
    game_ = game.clone();
  }
}

std::int32_t PuctTree::select(const Node& parent, int player) const {
  const double visits = parent.visits;
  const double c =
      std::log((1 + visits + settings_.exploration_base) / settings_.exploration_base) +
      settings_.exploration;
  const double scale = c * std::sqrt(visits);
  const double untried = parent.value(player) - settings_.first_play;
  std::int32_t best = parent.first_child;
  double best_score = -1e30;
  const auto all = children(parent);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Node& child = all[i];
    const double q = child.visits > 0 ? child.value(player) : untried;
    const double score = q + scale * static_cast<double>(child.prior) / (1 + child.visits);
    if (score > best_score) {
      best_score = score;
      best = parent.first_child + static_cast<std::int32_t>(i);
    }
  }
  return best;
}

bool PuctTree::descend() {
  game_->assign(*root_);
  path_.assign(1, 0);
  std::int32_t at = 0;
  while (!game_->over()) {
    if (node(at).first_child < 0) {
      game_->candidates(actions_);
      return true;
    }
    at = select(node(at), game_->player_to_move());
    path_.push_back(at);
    game_->play(node(at).action);
  }
  back_up(static_cast<double>(game_->outcome()));
  return false;
}

void PuctTree::expand(std::span<const float> priors, double value) {
  const std::int32_t leaf = path_.back();
  const auto first = static_cast<std::int32_t>(nodes_.size());
  for (std::size_t i = 0; i < actions_.size(); ++i) {
    Node child;
    child.action = actions_[i];
    child.prior = priors[i];
    nodes_.push_back(child);
  }
  node(leaf).first_child = first;
  node(leaf).children = static_cast<std::int32_t>(actions_.size());
  back_up(game_->player_to_move() == 0 ? value : -value);
}

void PuctTree::back_up(double first_players) {
  for (const std::int32_t i : path_) {
    ++node(i).visits;
    node(i).total += first_players;
  }
}

void PuctTree::add_noise(double alpha, double fraction, Random& random) {
  const auto count = static_cast<std::size_t>(nodes_.front().children);
  if (count < 2 || fraction <= 0) return;
  std::vector<double> noise(count);
  draw_dirichlet(alpha > 0 ? alpha : 10 / static_cast<double>(count), noise, random);
  const auto first = static_cast<std::size_t>(nodes_.front().first_child);
  for (std::size_t i = 0; i < count; ++i) {
    float& prior = nodes_[first + i].prior;
    prior = static_cast<float>((1 - fraction) * static_cast<double>(prior) + fraction * noise[i]);
  }
}

std::int32_t PuctTree::best_action() const {
  const auto all = root_children();
  if (all.empty()) return 0;
  return std::max_element(all.begin(), all.end(),
                          [](const Node& a, const Node& b) {
                            return a.visits != b.visits ? a.visits < b.visits : a.prior < b.prior;
                          })
      ->action;
}

std::vector<std::int32_t> PuctTree::line_from(const Node& child, std::size_t most) const {
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

void PuctTree::save(Writer& out) const {
  out.write(root_moves_);
  out.write<std::uint64_t>(nodes_.size());
  for (const Node& n : nodes_) {
    out.write(n.action);
    out.write(n.first_child);
    out.write(n.children);
    out.write(n.visits);
    out.write(n.prior);
    out.write(n.total);
  }
}

// Children lie behind their parents, so that no way down is endless.
void PuctTree::load(Reader& in) {
  forget();
  std::vector<std::int32_t> moves;
  in.read(moves);
  const std::size_t count =
      in.read_count(4 * sizeof(std::int32_t) + sizeof(float) + sizeof(double));
  std::vector<Node> nodes(count);
  for (std::size_t i = 0; i < count; ++i) {
    Node& n = nodes[i];
    in.read(n.action);
    in.read(n.first_child);
    in.read(n.children);
    in.read(n.visits);
    in.read(n.prior);
    in.read(n.total);
    const auto first = static_cast<std::int64_t>(n.first_child);
    const bool leaf = first == -1 && n.children == 0;
    if (!leaf && (first <= static_cast<std::int64_t>(i) || n.children < 1 ||
                  first + n.children > static_cast<std::int64_t>(count)))
      in.fail("a search tree whose children are not in it");
    if (n.visits < 0 || !(n.prior >= 0 && n.prior <= 1.001f) || !(std::abs(n.total) <= n.visits))
      in.fail("a search tree with impossible counts");
  }
  root_moves_ = std::move(moves);
  nodes_ = std::move(nodes);
}

bool PuctTree::fits(const TwoPlayerGame& root) const {
  return nodes_.empty() || fits(root, nodes_.front());
}

bool PuctTree::fits(const TwoPlayerGame& game, const Node& at) const {
  if (at.first_child < 0) return true;
  if (game.over()) return false;
  std::vector<std::int32_t> there;
  game.candidates(there);
  const auto below = children(at);
  if (!std::equal(below.begin(), below.end(), there.begin(), there.end(),
                  [](const Node& child, std::int32_t action) { return child.action == action; }))
    return false;
  for (const Node& child : below) {
    if (child.first_child < 0) continue;
    const auto next = game.clone();
    next->play(child.action);
    if (!fits(*next, child)) return false;
  }
  return true;
}

}  // namespace sandlot

// Past selves: policies as they were earlier in a run, for worlds in which an agent plays against
// itself. A pool of them, instead of the newest one alone, keeps a learner from chasing its own
// tail (Silver et al. 2016, methods, "reinforcement learning of policy networks"); that the newest
// is drawn more often than the others is from Berner et al. 2019, "Dota 2 with large scale deep
// reinforcement learning", appendix N.
//
// The run owns the pool and adds to it between steps; worlds only read it, so that rows may be
// stepped by several threads. It is saved with the worlds that play against it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "sim/core/archive.h"
#include "sim/core/policy.h"
#include "sim/core/random.h"
#include "sim/core/settings.h"

namespace sandlot {

struct PastSelvesSettings {
  std::int64_t every = 20000;
  int size = 10;
  double latest = 0.5;
  void fields(Fields& f);
};

class PastSelves {
 public:
  // `make` gives a policy whose load() takes what add() was given; called by every row.
  using Maker = std::function<std::shared_ptr<Policy>()>;
  PastSelves(const PastSelvesSettings& settings, Maker make)
      : settings_(settings), make_(std::move(make)) {}

  const PastSelvesSettings& settings() const { return settings_; }
  std::shared_ptr<Policy> make() const { return make_(); }

  // The policy as it is now, by its bytes; beyond `size` the oldest is forgotten.
  void add(std::vector<std::byte> self);
  bool empty() const { return selves_.empty(); }
  std::int64_t newest() const { return added_ - 1; }  // they are numbered from 0
  std::int64_t oldest() const { return added_ - static_cast<std::int64_t>(selves_.size()); }
  // The number of one: the newest with chance `latest`, else any of all that are kept. Not of an
  // empty pool.
  std::int64_t draw(Random& random) const;
  // Makes `policy` what it was then. `number` is one that is kept.
  void load(std::int64_t number, Policy& policy) const;

  void save(Writer& out) const;
  void load(Reader& in);

 private:
  PastSelvesSettings settings_;
  Maker make_;
  std::deque<std::vector<std::byte>> selves_;  // oldest first
  std::int64_t added_ = 0;
};

// The opponent of one world: who is drawn for a game, and a policy that is made to be him. A self
// that is forgotten while a game goes on gives its place to the oldest that is kept.
class PastSelf {
 public:
  void join(std::shared_ptr<const PastSelves> pool);
  bool joined() const { return pool_ != nullptr; }
  void draw(Random& random) { number_ = pool_->draw(random); }
  // Not while another thread adds to the pool.
  Policy& policy();

  void save(Writer& out) const { out.write(number_); }
  void load(Reader& in);

 private:
  std::shared_ptr<const PastSelves> pool_;
  std::shared_ptr<Policy> policy_;
  std::int64_t number_ = 0;
  std::int64_t held_ = -1;  // the number of who is in policy_; −1: nobody yet
};

}  // namespace sandlot

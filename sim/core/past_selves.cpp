#include "sim/core/past_selves.h"

#include <algorithm>
#include <string>

namespace sandlot {

void PastSelvesSettings::fields(Fields& f) {
  f.integer("every", every, "steps, over all copies, from one past self to the next",
            Range::at_least(1));
  f.integer("size", size, "past selves that are kept; the oldest is forgotten",
            Range::between(1, 1000));
  f.number("latest", latest, "chance that the newest of them plays a game; else it is any of them",
           Range::between(0, 1));
}

void PastSelves::add(std::vector<std::byte> self) {
  selves_.push_back(std::move(self));
  ++added_;
  if (selves_.size() > static_cast<std::size_t>(settings_.size)) selves_.pop_front();
}

std::int64_t PastSelves::draw(Random& random) const {
  if (random.bernoulli(settings_.latest)) return newest();
  return oldest() + random.below(static_cast<std::uint32_t>(selves_.size()));
}

void PastSelves::load(std::int64_t number, Policy& policy) const {
  Reader in(selves_[static_cast<std::size_t>(number - oldest())],
            "past self " + std::to_string(number));
  policy.load(in);
  if (in.remaining() != 0) in.fail("there is more in it than the policy");
}

void PastSelves::save(Writer& out) const {
  out.tag("past selves");
  out.write(added_);
  out.write<std::uint64_t>(selves_.size());
  for (const auto& self : selves_) out.write(self);
}

void PastSelves::load(Reader& in) {
  in.expect_tag("past selves");
  in.read(added_);
  const std::size_t kept = in.read_count(sizeof(std::uint64_t));
  if (added_ < 0 || kept > static_cast<std::size_t>(settings_.size) ||
      static_cast<std::int64_t>(kept) != std::min<std::int64_t>(added_, settings_.size))
    in.fail("the pool of past selves has another size");
  selves_.resize(kept);
  for (auto& self : selves_) in.read(self);
}

void PastSelf::join(std::shared_ptr<const PastSelves> pool) {
  pool_ = std::move(pool);
  policy_ = pool_->make();
  held_ = -1;
}

Policy& PastSelf::policy() {
  number_ = std::max(number_, pool_->oldest());
  if (held_ != number_) {
    held_ = -1;  // should loading fail
    pool_->load(number_, *policy_);
    held_ = number_;
  }
  return *policy_;
}

void PastSelf::load(Reader& in) {
  in.read(number_);
  if (number_ < 0 || (pool_ && number_ > pool_->newest())) in.fail("there is no such past self");
  held_ = -1;  // the pool may hold others now
}

}  // namespace sandlot

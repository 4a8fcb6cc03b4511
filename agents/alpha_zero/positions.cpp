#include "agents/alpha_zero/positions.h"

#include <algorithm>
#include <cmath>

namespace sandlot {

PackedObservations::PackedObservations(const Space& space)
    : width_(space.size()),
      bytes_(!space.is_discrete() && space.quantum > 0),
      low_(space.low_at(0)),
      quantum_(space.quantum),
      high_(space.high_at(0)) {
  // One bound for all, or floats.
  for (std::size_t i = 0; i < width_ && bytes_; ++i)
    bytes_ = space.low_at(i) == low_ && space.high_at(i) == high_;
}

void PackedObservations::resize(std::size_t count) {
  if (bytes_)
    packed_.resize(count * width_);
  else
    floats_.resize(count * width_);
}

void PackedObservations::set(std::size_t i, std::span<const float> observation) {
  for (std::size_t k = 0; k < width_; ++k) {
    if (bytes_)
      packed_[i * width_ + k] =
          static_cast<std::uint8_t>(std::lround((observation[k] - low_) / quantum_));
    else
      floats_[i * width_ + k] = observation[k];
  }
}

void PackedObservations::get(std::size_t i, std::span<float> observation) const {
  for (std::size_t k = 0; k < width_; ++k)
    observation[k] = bytes_ ? low_ + static_cast<float>(packed_[i * width_ + k]) * quantum_
                            : floats_[i * width_ + k];
}

void PackedObservations::copy(std::size_t i, const PackedObservations& from, std::size_t j) {
  const auto to = static_cast<std::ptrdiff_t>(i * width_);
  const auto at = static_cast<std::ptrdiff_t>(j * width_);
  const auto width = static_cast<std::ptrdiff_t>(width_);
  if (bytes_)
    std::copy_n(from.packed_.begin() + at, width, packed_.begin() + to);
  else
    std::copy_n(from.floats_.begin() + at, width, floats_.begin() + to);
}

void PackedObservations::save(Writer& out, std::size_t count) const {
  if (bytes_)
    out.write_bytes(packed_.data(), count * width_);
  else
    out.write_bytes(floats_.data(), count * width_ * sizeof(float));
}

void PackedObservations::load(Reader& in, std::size_t count) {
  const std::size_t size = count * width_ * (bytes_ ? 1 : sizeof(float));
  if (size > in.remaining()) in.fail("it ends too early");
  resize(std::max(count, (bytes_ ? packed_.size() : floats_.size()) / width_));
  if (bytes_) {
    in.read_bytes(packed_.data(), size);
    for (std::size_t i = 0; i < size; ++i)
      if (low_ + static_cast<float>(packed_[i]) * quantum_ > high_)
        in.fail("an observation is out of its bounds");
  } else {
    in.read_bytes(floats_.data(), size);
    for (std::size_t i = 0; i < count * width_; ++i)
      if (!std::isfinite(floats_[i])) in.fail("an observation is not finite");
  }
}

void check_visits(Reader& in, std::span<const std::uint16_t> visits, std::size_t actions) {
  for (std::size_t i = 0; i < visits.size(); i += actions) {
    bool any = false;
    for (const auto v : visits.subspan(i, actions)) any |= v > 0 && v != Positions::kNoAction;
    if (!any) in.fail("a position in which nothing was visited");
  }
}

Positions::Positions(const Space& observation, int actions, std::int64_t capacity)
    : actions_(static_cast<std::size_t>(actions)),
      capacity_(static_cast<std::size_t>(capacity)),
      observations_(observation) {}

// Room is made as positions come: a short run needs little of a large ring.
void Positions::grow(std::size_t size) {
  if (values_.size() >= size) return;
  const std::size_t room = std::min(capacity_, std::max(size, 2 * values_.size()));
  observations_.resize(room);
  visits_.resize(room * actions_);
  values_.resize(room);
}

void Positions::add(const PackedObservations& from, std::size_t i,
                    std::span<const std::uint16_t> visits, float value) {
  grow(std::min(size_ + 1, capacity_));
  observations_.copy(next_, from, i);
  std::copy(visits.begin(), visits.end(),
            visits_.begin() + static_cast<std::ptrdiff_t>(next_ * actions_));
  values_[next_] = value;
  next_ = (next_ + 1) % capacity_;
  size_ = std::min(size_ + 1, capacity_);
}

void Positions::save(Writer& out) const {
  out.write<std::uint64_t>(size_);
  out.write<std::uint64_t>(next_);
  observations_.save(out, size_);
  out.write_bytes(visits_.data(), size_ * actions_ * sizeof(std::uint16_t));
  out.write_bytes(values_.data(), size_ * sizeof(float));
}

void Positions::load(Reader& in) {
  const auto size = in.read<std::uint64_t>(), next = in.read<std::uint64_t>();
  if (size > capacity_ || next >= capacity_ || (size < capacity_ && next != size))
    in.fail("there are more positions than are kept");
  if (size > in.remaining() / sizeof(float)) in.fail("it ends too early");
  size_ = next_ = 0;  // where what follows is damaged, nothing is left
  grow(size);
  observations_.load(in, size);
  in.read_bytes(visits_.data(), size * actions_ * sizeof(std::uint16_t));
  check_visits(in, std::span(visits_).first(size * actions_), actions_);
  in.read_bytes(values_.data(), size * sizeof(float));
  for (std::size_t i = 0; i < size; ++i)
    if (!(std::abs(values_[i]) <= 1)) in.fail("a game's end is no number from −1 to 1");
  size_ = size;
  next_ = next;
}

}  // namespace sandlot

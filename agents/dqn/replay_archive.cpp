#include <algorithm>
#include <cmath>

#include "agents/dqn/replay.h"
#include "sim/core/archive.h"

namespace sandlot {

void ReplayBuffer::save(Writer& out) const {
  out.tag("replay");
  out.write<std::int64_t>(length_);
  for (const auto value : {copies_, frame_stack_, n_step_}) out.write<std::int32_t>(value);
  for (const auto value : {actions_, masks_, state_size_, frame_size_})
    out.write<std::uint64_t>(value);
  out.write(bytes_);
  out.write(quantum_);
  out.write(low_);
  out.write(powers_.back());
  out.write(prioritized_);
  out.write(prioritized_ ? alpha_ : 0);
  out.write(prioritized_ ? epsilon_ : 0);
  static_assert(sizeof(Slot) == 12, "slots are written as their bytes, which include no padding");
  for (int row = 0; row < copies_; ++row) {
    const std::int64_t head = rings_[static_cast<std::size_t>(row)].head;
    const auto count = static_cast<std::size_t>(std::min(head, length_));
    const std::int64_t start = row * length_;
    out.write(head);
    out.write_bytes(&slot(start), count * sizeof(Slot));
    out.write_bytes(frame(start), count * frame_bytes_);
    if (state_size_ > 0) out.write_bytes(state(start), count * state_size_ * sizeof(float));
    if (masks_ > 0)
      out.write_bytes(&legal_[static_cast<std::size_t>(start) * masks_], count * masks_);
    for (std::size_t i = 0; prioritized_ && i < count; ++i)
      out.write(tree_.weight(start + static_cast<std::int64_t>(i)));
  }
  out.write(highest_);
}

void ReplayBuffer::load(Reader& in) {
  const auto same = [&](auto value) {
    if (in.read<decltype(value)>() != value)
      in.fail("the replay memory was saved with other settings");
  };
  clear();
  try {
    in.expect_tag("replay");
    same(length_);
    for (const auto value : {copies_, frame_stack_, n_step_}) same(std::int32_t{value});
    for (const auto value : {actions_, masks_, state_size_, frame_size_})
      same(std::uint64_t{value});
    same(bytes_);
    same(quantum_);
    same(std::uint64_t{low_.size()});
    for (const float low : low_) same(low);
    same(powers_.back());
    same(prioritized_);
    same(prioritized_ ? alpha_ : 0.0);
    same(prioritized_ ? epsilon_ : 0.0);
    for (int row = 0; row < copies_; ++row) load_ring(in, row);
    in.read(highest_);
    if (!std::isfinite(highest_) || highest_ < 1) in.fail("a priority is out of range");
    for (std::int64_t i = 0; prioritized_ && i < length_ * copies_; ++i)
      if (tree_.weight(i) > highest_) in.fail("a priority is out of range");
    if (!std::isfinite(tree_.total())) in.fail("the priorities are too large");
  } catch (...) {
    clear();
    throw;
  }
}

void ReplayBuffer::load_ring(Reader& in, int row) {
  Ring& ring = rings_[static_cast<std::size_t>(row)];
  const std::int64_t head = in.read<std::int64_t>();
  if (head < 0 || head > std::int64_t{1} << 53) in.fail("a count of steps is out of range");
  const auto count = static_cast<std::size_t>(std::min(head, length_));
  const std::int64_t start = row * length_;
  ring.head = head;
  filled_ = std::max(filled_, static_cast<std::int64_t>(count));
  in.read_bytes(&slot(start), count * sizeof(Slot));
  in.read_bytes(frame(start), count * frame_bytes_);
  if (state_size_ > 0) in.read_bytes(state(start), count * state_size_ * sizeof(float));
  if (masks_ > 0) in.read_bytes(&legal_[static_cast<std::size_t>(start) * masks_], count * masks_);
  check_ring(in, row);
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t index = start + static_cast<std::int64_t>(i);
    const bool held = (flags(index) & held_flag) != 0;
    size_ += held;
    if (!prioritized_) continue;
    const auto weight = in.read<double>();
    if (!std::isfinite(weight) || weight < 0 || (weight > 0) != held)
      in.fail("a priority is out of range");
    tree_.set(index, weight);
  }
  ring.first = 0;  // the newest episode's start; one that is overwritten might be anywhere before
  for (std::int64_t n = head - static_cast<std::int64_t>(count); n < head; ++n)
    if ((flags(place(row, n)) & first_flag) != 0) ring.first = n;
}

// That the slots are what begin() and add() make, in an order that they can make.
void ReplayBuffer::check_ring(Reader& in, int row) const {
  const std::int64_t head = rings_[static_cast<std::size_t>(row)].head;
  const std::int64_t oldest = std::max<std::int64_t>(0, head - length_);
  std::vector<float> values(frame_size_);
  constexpr std::uint32_t kinds = first_flag | open_flag | final_flag | ended_flags;
  bool start_seen = false;  // of the episode that the slot is part of
  for (std::int64_t n = oldest; n < head; ++n) {
    const std::int64_t index = place(row, n);
    const Slot& s = slot(index);
    const std::uint32_t f = s.flags;
    if ((f & ~all_flags) != 0 || (f & ended_flags) == ended_flags)
      in.fail("a step is of no known kind");
    if (s.action < 0 || static_cast<std::size_t>(s.action) >= actions_)
      in.fail("an action is out of range");
    if (!std::isfinite(s.reward)) in.fail("a reward is not finite");
    if ((f & final_flag) != 0 && (f & kinds) != final_flag) in.fail("an episode's end is broken");
    if ((f & open_flag) != 0 && (f & kinds & ~first_flag) != open_flag)
      in.fail("an episode's newest step is broken");
    const bool newest = n == head - 1;
    if (newest ? (f & (open_flag | final_flag)) == 0 : (f & open_flag) != 0)
      in.fail("an episode's newest step is broken");
    if (n == 0 && (f & first_flag) == 0) in.fail("an episode has no start");
    if (!newest) {
      const std::uint32_t next = flags(place(row, n + 1)) & (first_flag | final_flag);
      const std::uint32_t expected = (f & final_flag) != 0    ? first_flag
                                     : (f & ended_flags) != 0 ? final_flag
                                                              : 0;
      if (next != expected) in.fail("the steps of an episode are not in order");
    }
    if ((f & first_flag) != 0) start_seen = true;
    const bool stack_there = start_seen || n - (frame_stack_ - 1) >= oldest;
    if ((f & held_flag) != 0 && (!stack_there || (f & (open_flag | final_flag)) != 0))
      in.fail("a step may be sampled that is not complete");
    // Held exactly if complete: its n steps are there, or fewer up to the end.
    if ((f & (open_flag | final_flag)) == 0) {
      bool complete = n + n_step_ < head;
      for (std::int64_t m = n; !complete && m < head; ++m)
        complete = (flags(place(row, m)) & ended_flags) != 0;
      if ((complete && stack_there) != ((f & held_flag) != 0))
        in.fail("a step may be sampled that is not complete, or may not though it is");
    }
    if ((f & final_flag) != 0) start_seen = false;

    decode(index, values.data());
    for (std::size_t i = 0; i < frame_size_; ++i) {
      const bool integers = observation_.is_discrete();
      if (!std::isfinite(values[i]) ||
          ((bytes_ || integers) &&
           (values[i] < observation_.low_at(i) || values[i] > observation_.high_at(i))) ||
          (integers && values[i] != std::floor(values[i])))
        in.fail("a value of an observation is out of range");
    }
    for (std::size_t i = 0; i < state_size_; ++i)
      if (!std::isfinite(state(index)[i])) in.fail("a recurrent state is not finite");
    for (std::size_t i = 0; i < masks_; ++i)
      if (legal_[static_cast<std::size_t>(index) * masks_ + i] > 1)
        in.fail("a mask of actions is neither 0 nor 1");
  }
}

}  // namespace sandlot

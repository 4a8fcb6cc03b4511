// Replay memory: what was lived through, kept to be learnt from more than once (Lin 1992; Mnih et
// al. 2015), with n-step returns (Sutton 1988), priorities (Schaul et al. 2016) and sequences for
// recurrent networks (Kapturowski et al. 2019).
//
// Each copy of the world has a ring of capacity / copies slots, in the order of its steps. A slot
// holds one frame (the newest of the observation's stack, as floats or as bytes), the action taken
// on it, its reward and whether the episode ended with it; the last frame of an episode takes a
// slot of its own. So a frame is stored once, though it is part of `frame_stack` observations and
// each of these is the next one of another. Stacks and n-step returns are put together while
// sampling: the transitions of a slot need the frames before it and the steps after it, and it is
// sampled exactly while all of them are there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "agents/dqn/mapped_memory.h"
#include "agents/dqn/sum_tree.h"
#include "sim/core/environment.h"
#include "sim/core/schedule.h"
#include "sim/core/settings.h"

namespace sandlot {

enum class ReplayStorage { automatic, bytes, floats };

struct ReplaySettings {
  std::int64_t capacity = 100000;  // slots, over all copies: steps, and one more per episode
  bool prioritized = false;
  double alpha = 0.6;     // p = (|TD error| + epsilon)^alpha
  Schedule beta = 0.4;    // exponent of the importance weights
  double epsilon = 1e-6;  // so that nothing has probability 0
  ReplayStorage storage = ReplayStorage::automatic;
  std::string memory_map;  // a folder for a file without a name that holds the frames; "": memory

  void fields(Fields& f);
  void check(const Space& observation, int copies, Issues& issues, int frame_stack = 1,
             int n_step = 1) const;
};

// Sized once and used again: filling one of the same size allocates nothing.
struct ReplayBatch {
  int rows = 0;
  std::vector<float> observations, next_observations;  // [rows, obs]
  std::vector<std::int32_t> actions;                   // [rows]
  std::vector<float> returns;  // [rows]: Σ_{i<k} γ^i r_{t+i}, k ≤ n steps up to the episode's end
  std::vector<float> discounts;  // [rows]: γ^k for the k steps there were; 0 after a termination
  std::vector<float> weights;    // [rows]: Schaul et al. 2016, eq. 3.4, the largest is 1
  std::vector<std::int64_t> indices;  // [rows]: slots, for set_errors()
  // [rows, actions], only where the world masks actions; all ones for an episode's last
  // observation, whose mask nobody tells.
  std::vector<std::uint8_t> next_legal;
};

// Windows of consecutive steps, time first. A window that runs into its episode's end stops there:
// after it mask is 0 and all values are 0 (masks of actions: 1).
struct SequenceBatch {
  int rows = 0;
  int length = 0;
  std::vector<float> observations;       // [length + 1, rows, obs]
  std::vector<std::int32_t> actions;     // [length, rows]
  std::vector<float> rewards;            // [length, rows]
  std::vector<std::uint8_t> terminated;  // [length, rows]: 1 where the task ended with the step
  std::vector<std::uint8_t> mask;        // [length, rows]: 1 for steps that are there
  std::vector<float> states;             // [rows, state_size]: stored with the first observation
  std::vector<std::uint8_t> first;       // [rows]: 1 where the window begins with its episode
  std::vector<float> weights;            // [rows]
  std::vector<std::int64_t> indices;     // [rows]
  std::vector<std::uint8_t> legal;       // [length + 1, rows, actions], where actions are masked
};

class ReplayBuffer {
 public:
  // `frame_stack`: how many equal frames, oldest first, the observation is made of; older frames
  // must be those seen before, and at an episode's start the first one repeated, as Episode stacks
  // them. Where observations are normalised they are not: then 1. `state_size`: floats of a
  // recurrent network's state that are kept with each observation. Throws std::invalid_argument
  // where check() would have complained, or where the actions are not discrete.
  ReplayBuffer(const ReplaySettings& settings, const EnvironmentSpec& spec, int frame_stack,
               int copies, int n_step, double discount, int state_size = 0);

  // Whether the row is inside an episode, so that add() comes next and not begin().
  bool begun(int row) const;
  // What the row sees first, before the first add() and after each episode's end. Empty `legal`:
  // all; empty `state`: zeros. Values that the space does not allow are refused
  // (std::invalid_argument), and calls out of order too (std::logic_error); nothing has changed
  // then.
  void begin(int row, std::span<const float> observation, std::span<const std::uint8_t> legal = {},
             std::span<const float> state = {});
  // One step: `next` is the true next observation (after an end the last one of the episode), with
  // its mask and state, which an end makes meaningless.
  void add(int row, std::int32_t action, float reward, Status status, std::span<const float> next,
           std::span<const std::uint8_t> next_legal = {}, std::span<const float> next_state = {});

  // Transitions that may be sampled: those whose frames are all there, and whose n steps are known
  // or cut short by the episode's end.
  std::int64_t size() const { return size_; }
  bool holds(std::int64_t index) const;  // whether that slot's transition may be sampled

  // Uniform over these, or with priorities P(i) = p_i / Σ p, one from each of `rows` equal parts of
  // the sum. size() must not be 0.
  void sample(int rows, Random& random, double beta, ReplayBatch& out) const;
  // Windows that begin with a transition that may be sampled, drawn as in sample(). They are cut at
  // the newest observation as at an end; with n_step ≥ length only an episode's end cuts them.
  void sample_sequences(int rows, int length, Random& random, double beta,
                        SequenceBatch& out) const;
  // The transitions of those slots, which must be held; weights are 1.
  void gather(std::span<const std::int64_t> indices, ReplayBatch& out) const;
  // |TD error| of what was sampled, before the next add(). New transitions get the highest priority
  // there has been, 1 at first. Without priorities it does nothing.
  void set_errors(std::span<const std::int64_t> indices, std::span<const float> errors);
  double priority(std::int64_t index) const { return tree_.weight(index); }  // p^alpha; 0: not held

  bool stores_bytes() const { return bytes_; }
  int state_size() const { return static_cast<int>(state_size_); }
  // Memory when full. It grows up to that while the rings fill for the first time.
  std::size_t bytes() const;
  static std::size_t bytes_for(const ReplaySettings& settings, const EnvironmentSpec& spec,
                               int frame_stack, int copies, int state_size = 0);

  void save(Writer& out) const;
  // Refuses an archive of another shape or of values that add() would not have taken; is empty
  // then.
  void load(Reader& in);

 private:
  struct Slot {
    float reward = 0;
    std::int32_t action = 0;
    std::uint32_t flags = 0;
  };
  struct Ring {
    std::int64_t head = 0;   // slots ever written; slot number s lies at s mod length_
    std::int64_t first = 0;  // number of the slot where the newest episode starts
  };
  // Flags of a slot.
  static constexpr std::uint32_t first_flag = 1;       // an episode's first frame
  static constexpr std::uint32_t open_flag = 2;        // the newest frame: no action yet
  static constexpr std::uint32_t final_flag = 4;       // an episode's last frame: no action
  static constexpr std::uint32_t terminated_flag = 8;  // the episode ended with this step
  static constexpr std::uint32_t truncated_flag = 16;
  static constexpr std::uint32_t held_flag = 32;  // may be sampled
  static constexpr std::uint32_t ended_flags = terminated_flag | truncated_flag;
  static constexpr std::uint32_t all_flags = 63;

  Slot& slot(std::int64_t index) { return slots_[static_cast<std::size_t>(index)]; }
  const Slot& slot(std::int64_t index) const { return slots_[static_cast<std::size_t>(index)]; }
  std::uint32_t flags(std::int64_t index) const { return slot(index).flags; }
  std::int64_t place(int row, std::int64_t number) const {
    return row * length_ + number % length_;
  }
  std::int64_t start_of_ring(std::int64_t index) const { return index / length_ * length_; }
  std::int64_t before(std::int64_t index, std::int64_t start) const {
    return index == start ? start + length_ - 1 : index - 1;
  }
  std::int64_t after(std::int64_t index, std::int64_t start) const {
    return ++index == start + length_ ? start : index;
  }
  std::byte* frame(std::int64_t index) const {
    return frames_.data() + static_cast<std::size_t>(index) * frame_bytes_;
  }
  float* state(std::int64_t index) const;

  void check_row(int row, std::span<const float> observation, std::span<const std::uint8_t> legal,
                 std::span<const float> state) const;
  void encode(std::span<const float> observation);
  void decode(std::int64_t index, float* to) const;
  std::int64_t push(int row, std::uint32_t flags, std::span<const std::uint8_t> legal,
                    std::span<const float> state);
  void hold(std::int64_t index);
  void release(std::int64_t index);
  void write_observation(std::int64_t index, std::int64_t start, float* to) const;
  void write_legal(std::int64_t index, std::uint8_t* to) const;
  void choose(int rows, Random& random, double beta, std::vector<std::int64_t>& indices,
              std::vector<float>& weights) const;
  void fill(ReplayBatch& out) const;
  void clear();
  void load_ring(Reader& in, int row);
  void check_ring(Reader& in, int row) const;

  Space observation_;
  int frame_stack_;
  int copies_;
  int n_step_;
  std::int64_t length_;  // slots of a ring
  std::size_t actions_;
  std::size_t masks_;  // flags per slot: actions_, or 0 where all are always legal
  std::size_t state_size_;
  std::size_t frame_size_;  // values
  bool bytes_;
  std::size_t frame_bytes_;
  bool prioritized_;
  double alpha_, epsilon_;
  std::vector<double> powers_;  // γ^0 … γ^n
  float quantum_ = 1;
  std::vector<float> low_;  // one, or one per value of a frame

  MappedMemory frames_, states_;     // [slot, frame], [slot, state]
  std::vector<std::uint8_t> legal_;  // [slot, actions]
  std::vector<Slot> slots_;
  std::vector<Ring> rings_;
  SumTree tree_;
  double highest_ = 1;  // p^alpha, of all so far
  std::int64_t size_ = 0;
  std::int64_t filled_ = 0;         // slots in use of the fullest ring
  std::vector<std::byte> encoded_;  // the frame on its way in
};

}  // namespace sandlot

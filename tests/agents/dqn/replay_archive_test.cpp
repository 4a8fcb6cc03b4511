// The replay memory saved, loaded, damaged and mapped to a file.
#include <doctest/doctest.h>

#include <cstring>
#include <filesystem>
#include <limits>
#include <optional>

#include "sim/core/archive.h"
#include "tests/agents/dqn/naive_replay.h"

using namespace sandlot;

namespace {

using Shape = ReplayPlay::Shape;
using Bytes = std::vector<std::byte>;

Bytes saved(const ReplayBuffer& memory) {
  Writer out;
  memory.save(out);
  return {out.bytes().begin(), out.bytes().end()};
}

void load(ReplayBuffer& memory, const Bytes& bytes) {
  Reader in(bytes);
  memory.load(in);
  CHECK(in.remaining() == 0);
}

Shape rich(bool prioritized) {
  return {.frame = Space::box({2, 2, 2}, -1, 1).quantized(1.0f / 64),
          .stack = 3,
          .copies = 2,
          .n_step = 3,
          .slots = 24,
          .masks = true,
          .state_size = 2,
          .prioritized = prioritized};
}

std::vector<float> all_of(const ReplayBatch& batch) {
  std::vector<float> all = batch.observations;
  for (const auto* list :
       {&batch.next_observations, &batch.returns, &batch.discounts, &batch.weights})
    all.insert(all.end(), list->begin(), list->end());
  for (const auto a : batch.actions) all.push_back(static_cast<float>(a));
  for (const auto i : batch.indices) all.push_back(static_cast<float>(i));
  for (const auto m : batch.next_legal) all.push_back(m);
  return all;
}

// What learning would see: samples and sequences, and errors that depend on them.
std::vector<float> learn(ReplayBuffer& memory, Random& random) {
  if (memory.size() == 0) return {};
  ReplayBatch batch;
  SequenceBatch sequences;
  memory.sample(9, random, 0.6, batch);
  memory.set_errors(batch.indices, batch.returns);
  memory.sample_sequences(5, 4, random, 0.6, sequences);
  auto all = all_of(batch);
  for (const auto* list :
       {&sequences.observations, &sequences.rewards, &sequences.states, &sequences.weights})
    all.insert(all.end(), list->begin(), list->end());
  return all;
}

// Replaces the first place where `before` stands in the archive.
template <class T>
Bytes replaced(Bytes bytes, T before, T after) {
  std::byte pattern[sizeof(T)];
  std::memcpy(pattern, &before, sizeof(T));
  const auto at = std::search(bytes.begin(), bytes.end(), std::begin(pattern), std::end(pattern));
  REQUIRE(at != bytes.end());
  std::memcpy(&*at, &after, sizeof(T));
  return bytes;
}

void refuses(ReplayBuffer& memory, const Bytes& bytes, const char* why) {
  Reader in(bytes);
  CHECK_THROWS_WITH_AS(memory.load(in), doctest::Contains(why), ArchiveError);
  CHECK(memory.size() == 0);
}

struct Folder {
  std::filesystem::path path;
  explicit Folder(const char* name) : path(std::filesystem::temp_directory_path() / name) {
    std::filesystem::remove_all(path);
    std::filesystem::create_directories(path);
  }
  ~Folder() { std::filesystem::remove_all(path); }
};

}  // namespace

TEST_CASE("replay: saved and loaded at any time it goes on as if never stopped") {
  for (const bool prioritized : {false, true}) {
    for (const int stop : {0, 1, 5, 30, 47, 48, 49, 150, 151, 400}) {
      CAPTURE(stop);
      ReplayPlay unbroken(rich(prioritized)), resumed(rich(prioritized));
      Random a(4), b(4);
      for (int t = 0; t < stop; ++t) {
        unbroken.step();
        resumed.step();
        REQUIRE(learn(unbroken.memory, a) == learn(resumed.memory, b));
      }
      const Bytes middle = saved(unbroken.memory);
      ReplayPlay other(rich(prioritized), 99);  // full of something else
      for (int t = 0; t < 77; ++t) other.step();
      load(other.memory, middle);
      CHECK(saved(other.memory) == middle);
      // The play goes on with the loaded memory in place of the one it had.
      std::swap(resumed.memory, other.memory);
      for (int t = 0; t < 200; ++t) {
        unbroken.step();
        resumed.step();
        REQUIRE(learn(unbroken.memory, a) == learn(resumed.memory, b));
      }
      CHECK(saved(unbroken.memory) == saved(resumed.memory));
    }
  }
}

TEST_CASE("replay: an archive of another shape is refused") {
  ReplayPlay play(rich(true));
  for (int t = 0; t < 100; ++t) play.step();
  const Bytes bytes = saved(play.memory);
  std::vector<Shape> others(9, rich(true));
  others[0].slots = 25;
  others[1].copies = 1;
  others[2].n_step = 4;
  others[3].stack = 2;
  others[4].masks = false;
  others[5].state_size = 0;
  others[6].prioritized = false;
  others[7].storage = ReplayStorage::floats;
  others[8].frame = Space::box({2, 2, 2}, -1, 1).quantized(1.0f / 32);
  for (const Shape& shape : others) {
    ReplayPlay other(shape);
    refuses(other.memory, bytes, "the replay memory was saved with other settings");
  }
}

TEST_CASE("replay: a broken archive is refused or harmless, and the next good one loads") {
  for (const bool prioritized : {false, true}) {
    ReplayPlay play(rich(prioritized));
    const EnvironmentSpec spec = ReplayPlay::spec(rich(prioritized));
    Random random(11);
    for (int t = 0; t < 200; ++t) {
      play.step();
      learn(play.memory, random);
    }
    const Bytes good = saved(play.memory);
    const auto size = play.memory.size();
    for (int round = 0; round < 4000; ++round) {
      Bytes broken = good;
      const auto at = random.below(static_cast<std::uint32_t>(broken.size()));
      const bool cut = round % 4 == 0;
      if (cut)
        broken.resize(at);
      else
        broken[at] ^= static_cast<std::byte>(1 + random.below(255));
      ReplayPlay other(rich(prioritized), 5);
      Reader in(broken);
      try {
        other.memory.load(in);
        CHECK(!cut);
        REQUIRE(other.memory.size() == size);  // which steps are complete follows from the rest
        ReplayBatch batch;
        other.memory.sample(64, random, 0.5, batch);
        for (std::size_t i = 0; i < 64; ++i) {
          REQUIRE(spec.observation.contains(&batch.observations[i * spec.observation.size()]));
          REQUIRE(batch.actions[i] >= 0);
          REQUIRE(batch.actions[i] < ReplayPlay::actions);
          REQUIRE(std::isfinite(batch.returns[i]));
          REQUIRE(std::isfinite(batch.weights[i]));
        }
        const std::vector<float> observation(spec.observation.size());
        for (int t = 0; t < 80; ++t) {
          for (int row = 0; row < 2; ++row) {
            if (!other.memory.begun(row)) other.memory.begin(row, observation);
            other.memory.add(row, 0, 0, t % 9 == 0 ? Status::truncated : Status::running,
                             observation);
          }
          learn(other.memory, random);
        }
      } catch (const ArchiveError&) {
        REQUIRE(other.memory.size() == 0);
        REQUIRE(!other.memory.begun(0));
      }
      load(other.memory, good);
      REQUIRE(saved(other.memory) == good);
    }
  }
}

TEST_CASE("replay: what is wrong in an archive is said") {
  EnvironmentSpec spec;
  spec.observation = Space::box({1}, -1e6f, 1e6f);
  spec.action = Space::discrete(40000);
  ReplaySettings settings;
  settings.capacity = 10;
  settings.prioritized = true;
  ReplayBuffer memory(settings, spec, 1, 1, 1, 0.9, 1);
  const auto one = [](float value) { return std::vector<float>{value}; };
  memory.begin(0, one(4321.5f), {}, one(0.123f));
  memory.add(0, 33333, 1234.5f, Status::running, one(7));
  memory.add(0, 1, 0, Status::terminated, one(8));
  const std::vector<std::int64_t> first = {0};
  memory.set_errors(first, one(0.777f));
  const Bytes good = saved(memory);
  constexpr float infinity = std::numeric_limits<float>::infinity();
  refuses(memory, replaced(good, 33333, 40000), "an action is out of range");
  refuses(memory, replaced(good, 33333, -1), "an action is out of range");
  refuses(memory, replaced(good, 1234.5f, std::nanf("")), "a reward is not finite");
  refuses(memory, replaced(good, 4321.5f, infinity), "a value of an observation is out of range");
  refuses(memory, replaced(good, 0.123f, -infinity), "a recurrent state is not finite");
  load(memory, good);
  const double p = memory.priority(0);
  for (const double wrong : {0.0, -1.0, 1e300, std::nan("")})
    refuses(memory, replaced(good, p, wrong), "a priority is out of range");
  load(memory, good);
  CHECK(saved(memory) == good);
}

TEST_CASE("replay: mapped to a file it is the same, and no file is left behind") {
  const Folder folder("sandlot_replay_test");
  Shape mapped = rich(true);
  mapped.memory_map = folder.path.string();
  {
    ReplayPlay one(rich(true)), other(mapped);
    CHECK(std::filesystem::is_empty(folder.path));
    Random a(4), b(4);
    for (int t = 0; t < 300; ++t) {
      one.step();
      other.step();
      REQUIRE(learn(one.memory, a) == learn(other.memory, b));
    }
    CHECK(saved(one.memory) == saved(other.memory));
    CHECK(one.memory.bytes() == other.memory.bytes());
    load(one.memory, saved(other.memory));
    CHECK(std::filesystem::is_empty(folder.path));
  }
  CHECK(std::filesystem::is_empty(folder.path));
  CHECK_THROWS_AS(MappedMemory(4096, (folder.path / "missing").string()), std::system_error);
}

#include "sim/core/past_selves.h"

#include <doctest/doctest.h>

#include <array>

using namespace sandlot;

namespace {

// Acts as the number that it was loaded with.
class NumberPolicy final : public Policy {
 public:
  void act(int, std::span<const float>, std::span<const std::uint8_t>,
           std::span<std::int32_t> actions, std::span<float>, Random&) override {
    actions[0] = number_;
  }
  void save(Writer& out) const override { out.write(number_); }
  void load(Reader& in) override { in.read(number_); }

 private:
  std::int32_t number_ = -1;
};

PastSelves pool_of(int added, int size, double latest) {
  PastSelves pool({.every = 1, .size = size, .latest = latest},
                  [] { return std::make_shared<NumberPolicy>(); });
  for (std::int32_t i = 0; i < added; ++i) {
    Writer out;
    out.write(i);
    pool.add({out.bytes().begin(), out.bytes().end()});
  }
  return pool;
}

int action_of(Policy& policy) {
  std::int32_t action = 0;
  Random random(1);
  policy.act(1, {}, {}, std::span(&action, 1), {}, random);
  return action;
}

}  // namespace

TEST_CASE("past selves: the oldest is forgotten, the newest is drawn with its own chance") {
  const PastSelves pool = pool_of(7, 4, 0.5);
  CHECK(pool.oldest() == 3);
  CHECK(pool.newest() == 6);
  std::array<int, 7> drawn{};
  Random random(5);
  for (int i = 0; i < 8000; ++i) ++drawn[static_cast<std::size_t>(pool.draw(random))];
  CHECK(drawn[2] == 0);
  // 5/8 and three times 1/8, within five standard deviations.
  CHECK(std::abs(drawn[6] - 5000) < 220);
  for (std::size_t i = 3; i < 6; ++i) CHECK(std::abs(drawn[i] - 1000) < 150);
}

TEST_CASE("past selves: a world's opponent becomes who is drawn, and outlives who is forgotten") {
  auto pool = std::make_shared<PastSelves>(pool_of(3, 2, 0));
  PastSelf one;
  CHECK(!one.joined());
  one.join(pool);
  Random random(2);
  for (int i = 0; i < 20; ++i) {
    one.draw(random);
    const int who = action_of(one.policy());
    CHECK((who == 1 || who == 2));
  }
  while (action_of(one.policy()) != 1) one.draw(random);
  Writer saved;
  one.save(saved);
  Writer next;
  next.write(std::int32_t{33});
  pool->add({next.bytes().begin(), next.bytes().end()});
  CHECK(action_of(one.policy()) == 2);  // number 1 is gone
  // With the pool as it was, he is back.
  Writer before;
  pool_of(3, 2, 0).save(before);
  Reader in(before.bytes());
  pool->load(in);
  Reader opponent(saved.bytes());
  one.load(opponent);
  CHECK(action_of(one.policy()) == 1);
}

TEST_CASE("past selves: archives of other pools and damaged ones are refused") {
  Writer out;
  pool_of(5, 3, 0.5).save(out);
  PastSelves smaller = pool_of(1, 2, 0.5);
  Reader in(out.bytes());
  CHECK_THROWS_WITH_AS(
      smaller.load(in),
      "archive: cannot be read: the pool of past selves has another size (at byte 35)",
      ArchiveError);
  PastSelves same = pool_of(1, 3, 0.5);
  for (std::size_t length = 0; length < out.bytes().size(); ++length) {
    Reader part(out.bytes().first(length));
    CHECK_THROWS_AS(same.load(part), ArchiveError);
  }
  auto pool = std::make_shared<PastSelves>(pool_of(3, 2, 0));
  PastSelf one;
  one.join(pool);
  Writer wrong;
  wrong.write(std::int64_t{3});
  Reader beyond(wrong.bytes());
  CHECK_THROWS_WITH_AS(one.load(beyond),
                       "archive: cannot be read: there is no such past self (at byte 8)",
                       ArchiveError);
}

#include "sim/core/random.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "sim/core/archive.h"

using namespace sandlot;

TEST_CASE("Philox4x32-10 gives its authors' known answers") {
  CHECK(philox4x32({0, 0, 0, 0}, {0, 0}) ==
        std::array<std::uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) ==
        std::array<std::uint32_t, 4>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        std::array<std::uint32_t, 4>{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("streams differ by name, by index and by root, and are the same again") {
  CHECK(derive(1, "a") == derive(1, "a"));
  CHECK(derive(1, "a") != derive(1, "b"));
  CHECK(derive(1, "a", 0) != derive(1, "a", 1));
  CHECK(derive(1, "a") != derive(2, "a"));
}

TEST_CASE("distributions have the moments they should") {
  Random random(derive(7, "moments"));
  const int n = 200000;
  double mean = 0, square = 0, uniform = 0;
  std::vector<int> counts(6);
  for (int i = 0; i < n; ++i) {
    const double x = random.normal();
    mean += x;
    square += x * x;
    uniform += random.uniform();
    ++counts[random.below(6)];
  }
  // Six standard errors: a right generator fails this once in half a billion seeds.
  CHECK(std::abs(mean / n) < 6 / std::sqrt(n));
  CHECK(std::abs(square / n - 1) < 6 * std::sqrt(2.0 / n));
  CHECK(std::abs(uniform / n - 0.5) < 6 * std::sqrt(1.0 / 12 / n));
  for (const int count : counts) CHECK(std::abs(count - n / 6.0) < 6 * std::sqrt(n * 5.0 / 36));
}

TEST_CASE("categorical never picks a weight of zero") {
  Random random(1);
  const double weights[] = {0, 1, 0, 3, 0};
  int threes = 0;
  for (int i = 0; i < 40000; ++i) {
    const int k = random.categorical(weights);
    REQUIRE((k == 1 || k == 3));
    threes += k == 3;
  }
  CHECK(std::abs(threes - 30000) < 6 * std::sqrt(40000 * 0.75 * 0.25));
}

TEST_CASE("a saved stream goes on where it was") {
  Random random(5);
  for (int i = 0; i < 7; ++i) random.next_u32();
  Writer out;
  random.save(out);
  Random other(0);
  Reader in(out.bytes());
  other.load(in);
  for (int i = 0; i < 20; ++i) CHECK(other.next_u32() == random.next_u32());
}

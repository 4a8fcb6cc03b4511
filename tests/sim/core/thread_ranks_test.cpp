#include "sim/core/thread_ranks.h"

#include <doctest/doctest.h>

#include <atomic>
#include <stdexcept>
#include <string>

using namespace sandlot;

namespace {

std::vector<std::byte> bytes_of(const std::string& text) {
  std::vector<std::byte> bytes;
  for (const char c : text) bytes.push_back(static_cast<std::byte>(c));
  return bytes;
}

std::string text_of(const std::vector<std::byte>& bytes) {
  std::string text;
  for (const std::byte b : bytes) text += static_cast<char>(b);
  return text;
}

// Answers each broadcast with it and its own rank, until one is empty.
void answer(Ranks& ranks) {
  for (std::vector<std::byte> bytes;;) {
    ranks.broadcast(bytes);
    if (bytes.empty()) return;
    ranks.gather(bytes_of(text_of(bytes) + std::to_string(ranks.rank())));
  }
}

}  // namespace

TEST_CASE("thread ranks: what is broadcast reaches all, what they give comes in their order") {
  for (const int size : {1, 2, 5}) {
    ThreadRanks ranks(size, answer);
    CHECK(ranks.size() == size);
    CHECK(ranks.rank() == 0);
    for (int round = 0; round < 200; ++round) {
      auto bytes = bytes_of("round " + std::to_string(round) + " ");
      ranks.broadcast(bytes);
      const auto parts = ranks.gather(bytes_of("first"));
      REQUIRE(parts.size() == size);
      CHECK(text_of(parts[0]) == "first");
      for (int r = 1; r < size; ++r)
        CHECK(text_of(parts[static_cast<std::size_t>(r)]) ==
              "round " + std::to_string(round) + " " + std::to_string(r));
    }
  }
}

TEST_CASE("thread ranks: one broadcast after the other waits until all have taken the first") {
  std::atomic<int> sum = 0;
  {
    ThreadRanks ranks(4, [&](Ranks& own) {
      for (std::vector<std::byte> bytes;;) {
        own.broadcast(bytes);
        if (bytes.empty()) return;
        sum += std::stoi(text_of(bytes));
      }
    });
    for (int i = 1; i <= 50; ++i) {
      auto bytes = bytes_of(std::to_string(i));
      ranks.broadcast(bytes);
    }
    std::vector<std::byte> end;
    ranks.broadcast(end);
  }
  CHECK(sum == 3 * 50 * 51 / 2);
}

TEST_CASE("thread ranks: each claim is given to one rank, and each round begins anew") {
  constexpr std::size_t kClaims = 2000;
  const auto claim_all = [](Ranks& ranks) {
    std::vector<std::byte> own(kClaims);
    for (std::uint64_t i; (i = ranks.claim()) < kClaims;)
      own[static_cast<std::size_t>(i)] = std::byte{1};
    return own;
  };
  ThreadRanks ranks(4, [&](Ranks& own) {
    for (std::vector<std::byte> bytes;;) {
      own.broadcast(bytes);
      if (bytes.empty()) return;
      CHECK_THROWS_WITH_AS(own.open_claims(), "rank 0 alone opens claims", std::logic_error);
      own.gather(claim_all(own));
    }
  });
  for (int round = 0; round < 50; ++round) {
    auto bytes = bytes_of("go");
    ranks.open_claims();
    ranks.broadcast(bytes);
    std::vector<int> times(kClaims);
    for (const auto& part : ranks.gather(claim_all(ranks)))
      for (std::size_t i = 0; i < kClaims; ++i) times[i] += part[i] == std::byte{1} ? 1 : 0;
    CHECK(times == std::vector<int>(kClaims, 1));
  }
}

TEST_CASE("thread ranks: what one of them throws is thrown to the first") {
  ThreadRanks ranks(3, [](Ranks& own) {
    std::vector<std::byte> bytes;
    own.broadcast(bytes);
    if (own.rank() == 2) throw std::runtime_error("rank 2 has failed");
    own.gather(bytes);
  });
  auto bytes = bytes_of("go");
  ranks.broadcast(bytes);
  CHECK_THROWS_WITH_AS(ranks.gather({}), "rank 2 has failed", std::runtime_error);
}

TEST_CASE("thread ranks: the end of the first is an empty broadcast to the others") {
  std::atomic<int> ended = 0;
  {
    ThreadRanks ranks(3, [&](Ranks& own) {
      answer(own);
      ++ended;
    });
  }
  CHECK(ended == 2);
}

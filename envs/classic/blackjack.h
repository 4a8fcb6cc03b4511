// Blackjack against a dealer who sticks on 17 or more; an infinite deck.
//
// Sutton & Barto (2018), example 5.1: reward 1, −1 or 0 at the end, going bust loses at once, the
// dealer plays when the player sticks. Rules for a natural, an ace and a ten-card as first two
// cards:
//   book    it wins unless the dealer has one too (Gymnasium's sab); optimal value −.0431
//   gymnasium  it is an ordinary 21 (Gymnasium's default); optimal value −.0466
//   bonus   an ordinary 21 that earns 1.5 when it wins (Gymnasium's natural)
//
// A player with a natural still has to stick to win with it; after a hit it is none.
//
// Observation, one number: ((sum − 4)·10 + dealer − 1)·2 + usable for sums of 4 to 21, the dealer's
// card of 1 (ace) to 10 and whether an ace counts 11; then 360 + dealer − 1 for a natural, where
// the rules tell it from another 21, so that the state stays Markov; 370 when bust. Gymnasium shows
// the three parts separately and a natural as a soft 21. Actions: stick, hit. No step limit.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "sim/core/archive.h"
#include "sim/core/environment.h"
#include "sim/core/settings.h"

namespace sandlot::classic {

class Blackjack final : public Environment {
 public:
  enum class Natural { book, gymnasium, bonus };
  struct Settings {
    Natural natural = Natural::book;
    // Start in each of the 200 states of sums 12 to 21 with equal chance, as Monte Carlo with
    // exploring starts needs (§5.3); an agent that wants the first action random too draws it.
    bool exploring_starts = false;
    void fields(Fields& f);
  };

  static constexpr int states = 371;
  static constexpr int bust = 370;
  static constexpr int stick = 0;
  static constexpr int hit = 1;

  // What an observation means. `sum` is 21 for a natural and 0 when bust.
  struct State {
    int sum = 0;
    int dealer = 0;  // 1 (ace) … 10
    bool usable_ace = false;
    bool natural = false;
  };
  static int encode(const State& state);
  static State decode(int index);
  static std::string describe(int index);  // "16 against 10", "soft 18 against ace"

  Blackjack() : Blackjack(Settings{}) {}
  explicit Blackjack(const Settings& settings);

  const EnvironmentSpec& spec() const override { return spec_; }
  void reset(Seed seed) override;
  StepResult step(Action action) override;
  void observe(std::span<float> out) const override;
  void events(EventSink& sink) const override;
  void draw(Scene& scene) const override;
  void save(Writer& out) const override;
  void load(Reader& in) override;
  std::unique_ptr<TabularModel> model() const override;

 private:
  // At most 21 aces and the card that busts; cards are 0 … 51, rank − 1 = card % 13.
  struct Hand {
    std::array<std::uint8_t, 24> cards{};
    std::uint8_t count = 0;

    void add(std::uint32_t card) { cards[count++] = static_cast<std::uint8_t>(card); }
    int hard_sum() const;  // aces count 1
    bool usable_ace() const;
    int sum() const { return hard_sum() + (usable_ace() ? 10 : 0); }
    bool natural() const { return count == 2 && sum() == 21; }
    void save(Writer& out) const;
    void load(Reader& in);
  };
  enum class Outcome : std::uint8_t { playing, won, lost, drawn, went_bust };

  std::uint32_t deal() { return random_.below(52); }
  void deal_exploring_start();
  float stick_reward();
  void draw_hand(Scene& scene, const Hand& hand, float y, bool hide_second) const;

  EnvironmentSpec spec_;
  Settings settings_;
  Hand player_, dealer_;  // the dealer's first card is the one that shows
  Outcome outcome_ = Outcome::playing;
  Random random_;
};

}  // namespace sandlot::classic

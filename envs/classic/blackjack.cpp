#include "envs/classic/blackjack.h"

#include "envs/classic/palette.h"
#include "envs/classic/tabular.h"

namespace sandlot::classic {
namespace {

constexpr int dealer_sticks_on = 17;
constexpr int first_natural = 360;

constexpr int card_value(int card) { return std::min(card % 13 + 1, 10); }  // an ace is 1

// The chance of drawing a card of this value from an infinite deck.
constexpr double chance(int value) { return value == 10 ? 4.0 / 13 : 1.0 / 13; }

struct Total {
  int hard = 0;
  bool ace = false;
  Total with(int value) const { return {hard + value, ace || value == 1}; }
  bool usable() const { return ace && hard + 10 <= 21; }
  int sum() const { return hard + (usable() ? 10 : 0); }
};

// How the dealer ends, given the card that shows.
struct DealerEnds {
  std::array<double, 22> sum{};  // chance of ending on this sum, naturals included; [0]: bust
  double natural = 0;

  explicit DealerEnds(int shown) {
    const Total first = Total{}.with(shown);
    for (int value = 1; value <= 10; ++value) {
      const Total both = first.with(value);
      if (both.sum() == 21) natural += chance(value);
      play(both, chance(value));
    }
  }

 private:
  void play(Total total, double probability) {
    const int now = total.sum();
    if (now >= dealer_sticks_on) {
      sum[now > 21 ? 0 : static_cast<std::size_t>(now)] += probability;
      return;
    }
    for (int value = 1; value <= 10; ++value) play(total.with(value), probability * chance(value));
  }
};

constexpr float card_width = 92, card_height = 132;

// A card with its rank and suit in two corners and a large suit in the middle, or its back.
void draw_card(Scene& scene, Point c, int card, bool face_down) {
  static constexpr std::array<std::string_view, 13> ranks{"A", "2", "3",  "4", "5", "6", "7",
                                                          "8", "9", "10", "J", "Q", "K"};
  static constexpr std::array<std::string_view, 4> suits{"♠", "♥", "♦", "♣"};
  scene.rectangle({c.x + 2, c.y + 4}, card_width, card_height, palette::shadow, 10);
  if (face_down) {
    scene.rectangle(c, card_width, card_height, palette::tile, 10);
    scene.rectangle(c, card_width - 12, card_height - 12, palette::card_back, 6);
    for (int row = -2; row <= 2; ++row)
      for (int column = -1; column <= 1; ++column)
        scene.rectangle({c.x + 24 * static_cast<float>(column), c.y + 23 * static_cast<float>(row)},
                        12, 12, palette::breeze.with_alpha(90), 2, 0.785f);
    return;
  }
  const std::string_view rank = ranks[static_cast<std::size_t>(card % 13)];
  const std::string_view suit = suits[static_cast<std::size_t>(card / 13)];
  const bool red = card / 13 == 1 || card / 13 == 2;
  const Color color = red ? palette::card_red : palette::ink;
  scene.rectangle(c, card_width, card_height, palette::tile, 10, 0, {palette::shadow, 1});
  scene.text({c.x - 30, c.y - 38}, rank, 24, color, Align::center, true);
  scene.text({c.x - 30, c.y - 16}, suit, 20, color, Align::center);
  scene.text({c.x + 4, c.y + 26}, suit, 54, color, Align::center);
  scene.text({c.x + 30, c.y + 54}, rank, 24, color, Align::center, true);
}

}  // namespace

void Blackjack::Settings::fields(Fields& f) {
  f.choice("natural", natural,
           {{"book", Natural::book}, {"gymnasium", Natural::gymnasium}, {"bonus", Natural::bonus}},
           "an ace and a ten-card at once: book wins unless the dealer has them too, gymnasium "
           "counts as any 21, bonus counts as any 21 but earns 1.5");
  f.boolean("exploring_starts", exploring_starts,
            "start in any of the book's 200 states with equal chance instead of dealing");
}

int Blackjack::encode(const State& state) {
  if (state.sum == 0) return bust;
  if (state.natural) return first_natural + state.dealer - 1;
  return ((state.sum - 4) * 10 + state.dealer - 1) * 2 + (state.usable_ace ? 1 : 0);
}

Blackjack::State Blackjack::decode(int index) {
  if (index == bust) return {};
  if (index >= first_natural)
    return {.sum = 21, .dealer = index - first_natural + 1, .usable_ace = true, .natural = true};
  return {.sum = index / 20 + 4,
          .dealer = index / 2 % 10 + 1,
          .usable_ace = index % 2 == 1,
          .natural = false};
}

std::string Blackjack::describe(int index) {
  const State state = decode(index);
  if (state.sum == 0) return "bust";
  const std::string hand = state.natural      ? "natural"
                           : state.usable_ace ? "soft " + std::to_string(state.sum)
                                              : std::to_string(state.sum);
  return hand + " against " + (state.dealer == 1 ? "ace" : std::to_string(state.dealer));
}

int Blackjack::Hand::hard_sum() const {
  int sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += card_value(cards[i]);
  return sum;
}

bool Blackjack::Hand::usable_ace() const {
  for (std::size_t i = 0; i < count; ++i)
    if (card_value(cards[i]) == 1) return hard_sum() + 10 <= 21;
  return false;
}

void Blackjack::Hand::save(Writer& out) const {
  out.write(count);
  out.write_bytes(cards.data(), count);
}

void Blackjack::Hand::load(Reader& in) {
  Hand hand;
  const auto cards_held = in.read<std::uint8_t>();
  if (cards_held < 2 || cards_held > 22) in.fail("a hand has too few or too many cards");
  for (int i = 0; i < cards_held; ++i) {
    const auto card = in.read<std::uint8_t>();
    if (card >= 52) in.fail("a card is not one of the 52");
    if (hand.hard_sum() > 21) in.fail("a hand went on after it was bust");
    hand.add(card);
  }
  *this = hand;
}

Blackjack::Blackjack(const Settings& settings) : settings_(settings) {
  spec_.name = "blackjack";
  spec_.observation = Space::discrete(states);
  spec_.observation_names = {"hand"};
  spec_.action = Space::discrete(2);
  spec_.action_names = {"stick", "hit"};
  spec_.action_keys = {"s", "h"};
  spec_.reward_low = -1;
  spec_.reward_high = settings.natural == Natural::bonus ? 1.5f : 1.0f;
  spec_.frames_per_second = 1;
  reset(0);
}

void Blackjack::reset(Seed seed) {
  random_ = Random(derive(seed, "deck"));
  player_ = dealer_ = Hand{};
  outcome_ = Outcome::playing;
  dealer_.add(deal());
  dealer_.add(deal());
  if (settings_.exploring_starts) return deal_exploring_start();
  player_.add(deal());
  player_.add(deal());
}

// A hand for each of the book's 200 states; a soft 21 is made of three cards, so it is no natural.
void Blackjack::deal_exploring_start() {
  const auto card = [this](int value) {
    return random_.below(4) * 13 + static_cast<std::uint32_t>(value) - 1;
  };
  // One of ten values for the dealer's card, not one of thirteen ranks.
  dealer_.cards[0] = static_cast<std::uint8_t>(card(static_cast<int>(random_.below(10)) + 1));
  const int sum = static_cast<int>(random_.below(10)) + 12;
  const bool soft = random_.below(2) == 1;
  if (soft && sum == 21) {
    for (const int value : {1, 4, 6}) player_.add(card(value));
  } else if (soft) {
    for (const int value : {1, sum - 11}) player_.add(card(value));
  } else if (sum == 21) {
    for (const int value : {10, 9, 2}) player_.add(card(value));
  } else {
    for (const int value : {10, sum - 10}) player_.add(card(value));
  }
}

float Blackjack::stick_reward() {
  while (dealer_.sum() < dealer_sticks_on) dealer_.add(deal());
  const int mine = player_.sum();
  const int theirs = dealer_.sum() > 21 ? 0 : dealer_.sum();
  const bool natural = player_.natural();
  if (natural && settings_.natural == Natural::book && !dealer_.natural()) return 1;
  if (mine > theirs) return natural && settings_.natural == Natural::bonus ? 1.5f : 1.0f;
  return mine < theirs ? -1.0f : 0.0f;
}

StepResult Blackjack::step(Action action) {
  if (action.index == hit) {
    player_.add(deal());
    if (player_.sum() <= 21) return {0, Status::running};
    outcome_ = Outcome::went_bust;
    return {-1, Status::terminated};
  }
  const float reward = stick_reward();
  outcome_ = reward > 0 ? Outcome::won : reward < 0 ? Outcome::lost : Outcome::drawn;
  return {reward, Status::terminated};
}

void Blackjack::observe(std::span<float> out) const {
  State state;
  if (player_.sum() <= 21) {
    state.sum = player_.sum();
    state.dealer = card_value(dealer_.cards[0]);
    state.usable_ace = player_.usable_ace();
    state.natural = player_.natural() && settings_.natural != Natural::gymnasium;
  }
  out[0] = static_cast<float>(encode(state));
}

void Blackjack::events(EventSink& sink) const {
  switch (outcome_) {
    case Outcome::playing:
      return;
    case Outcome::won:
      return sink.add(player_.natural() ? "won_with_a_natural" : "won");
    case Outcome::lost:
      return sink.add("lost");
    case Outcome::drawn:
      return sink.add("drawn");
    case Outcome::went_bust:
      return sink.add("went_bust");
  }
}

void Blackjack::save(Writer& out) const {
  player_.save(out);
  dealer_.save(out);
  out.write(outcome_);
  random_.save(out);
}

void Blackjack::load(Reader& in) {
  player_.load(in);
  dealer_.load(in);
  in.read(outcome_);
  if (outcome_ > Outcome::went_bust) in.fail("the game's outcome is not valid");
  random_.load(in);
}

std::unique_ptr<TabularModel> Blackjack::model() const {
  std::array<DealerEnds, 10> ends{DealerEnds(1), DealerEnds(2), DealerEnds(3), DealerEnds(4),
                                  DealerEnds(5), DealerEnds(6), DealerEnds(7), DealerEnds(8),
                                  DealerEnds(9), DealerEnds(10)};
  const auto fill = [&](int index, int action, auto& outcomes) {
    const State state = decode(index);
    if (state.sum == 0) return;
    // Sums that no hand has: two cards make at least 4, an ace that counts 11 at least 12.
    if (state.usable_ace && state.sum < 12) return;
    if (state.natural && settings_.natural == Natural::gymnasium) return;
    const DealerEnds& dealer = ends[static_cast<std::size_t>(state.dealer - 1)];
    if (action == stick) {
      double win = 0, loss = 0, draw = 0;
      for (int sum = 0; sum <= 21; ++sum)
        (sum < state.sum   ? win
         : sum > state.sum ? loss
                           : draw) += dealer.sum[static_cast<std::size_t>(sum)];
      if (state.natural && settings_.natural == Natural::book) {
        draw = dealer.natural;
        win = 1 - draw;
      }
      const double prize = state.natural && settings_.natural == Natural::bonus ? 1.5 : 1;
      if (win > 0) outcomes.push_back({win, index, prize, true});
      if (draw > 0) outcomes.push_back({draw, index, 0, true});
      if (loss > 0) outcomes.push_back({loss, index, -1, true});
      return;
    }
    const Total total{state.usable_ace ? state.sum - 10 : state.sum, state.usable_ace};
    double bust_chance = 0;
    for (int value = 1; value <= 10; ++value) {
      const Total next = total.with(value);
      if (next.sum() > 21) {
        bust_chance += chance(value);
        continue;
      }
      const State after{next.sum(), state.dealer, next.usable(), false};
      outcomes.push_back({chance(value), encode(after), 0, false});
    }
    if (bust_chance > 0) outcomes.push_back({bust_chance, bust, -1, true});
  };
  std::vector<double> start(states);
  const auto at = [&](int index) -> double& { return start[static_cast<std::size_t>(index)]; };
  for (int dealer = 1; dealer <= 10; ++dealer) {
    if (settings_.exploring_starts) {
      for (int sum = 12; sum <= 21; ++sum)
        for (const bool soft : {false, true}) at(encode({sum, dealer, soft, false})) = 1.0 / 200;
      continue;
    }
    for (int first = 1; first <= 10; ++first) {
      for (int second = 1; second <= 10; ++second) {
        const Total total = Total{}.with(first).with(second);
        const bool natural = total.sum() == 21 && settings_.natural != Natural::gymnasium;
        at(encode({total.sum(), dealer, total.usable(), natural})) +=
            chance(first) * chance(second) * chance(dealer);
      }
    }
  }
  return make_model(states, 2, std::move(start), fill);
}

void Blackjack::draw_hand(Scene& scene, const Hand& hand, float y, bool hide_second) const {
  // Many cards overlap, so that they stay on the table.
  const float step = std::min(104.0f, 600.0f / static_cast<float>(hand.count));
  const float left = 400 - step * static_cast<float>(hand.count - 1) / 2;
  for (int i = 0; i < hand.count; ++i) {
    const Point center{left + step * static_cast<float>(i), y};
    draw_card(scene, center, hand.cards[static_cast<std::size_t>(i)], hide_second && i == 1);
  }
}

void Blackjack::draw(Scene& scene) const {
  scene.begin(800, 560, palette::felt);
  scene.rectangle({400, 280}, 764, 524, {0, 0, 0, 0}, 40, 0, {palette::felt_line, 3});
  scene.text({400, 287}, "DEALER STICKS ON 17", 15, palette::felt_line, Align::center, true);
  const bool over = outcome_ != Outcome::playing;
  const auto name = [&](float y, std::string_view who, const Hand& hand, bool open) {
    std::string text(who);
    if (open)
      text += "  " + std::string(hand.usable_ace() ? "soft " : "") + std::to_string(hand.sum());
    scene.text({50, y}, text, 19, palette::tile, Align::left, true);
  };
  name(60, "Dealer", dealer_, over);
  name(528, "Player", player_, true);
  draw_hand(scene, dealer_, 155, !over);
  draw_hand(scene, player_, 412, false);
  if (!over) return;
  static constexpr std::array<std::string_view, 5> words{"", "WIN", "LOSS", "DRAW", "BUST"};
  const Color color = outcome_ == Outcome::won     ? palette::goal
                      : outcome_ == Outcome::drawn ? palette::muted
                                                   : palette::lava;
  scene.rectangle({400, 283}, 190, 48, color, 24, 0, {palette::tile, 3});
  scene.text({400, 292}, words[static_cast<std::size_t>(outcome_)], 24, palette::tile,
             Align::center, true);
}

}  // namespace sandlot::classic

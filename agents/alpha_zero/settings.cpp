#include "agents/alpha_zero/settings.h"

namespace sandlot {

void ResignationSettings::fields(Fields& f) {
  f.number("below", below,
           "who expects less of the position and of each action gives up, from −1 to 0; 0: nobody "
           "does",
           Range::between(-1, 0));
  f.when(below < 0, "below less than 0", [&] {
    f.number("play_on", play_on, "share of the games in which nobody may, to see who was right",
             Range::between(0, 1));
    f.number("most_wrong", most_wrong,
             "share of those who would have given up and did not lose, above which `below` is "
             "lowered",
             Range::between(0, 1));
  });
}

void SelfPlaySettings::fields(Fields& f) {
  f.integer("simulations", simulations, "for each move", Range::between(2, 60000));
  f.integer("fast_simulations", fast_simulations,
            "for moves that are played quickly and not learnt from (Wu 2019); 0: none are",
            Range::between(0, 60000));
  f.when(fast_simulations > 0, "fast_simulations above 0",
         [&] { f.number("fast_share", fast_share, "of the moves", Range::between(0, 1)); });
  f.number("noise", noise, "share of the noise in the root's priors", Range::between(0, 1));
  f.number("noise_alpha", noise_alpha,
           "of the Dirichlet distribution; 0: 10 over the number of actions",
           Range::between(0, 1000));
  f.number("temperature", temperature,
           "τ of the first moves, drawn with probabilities ∝ N^(1/τ); 0: always the most visited",
           Range::between(0, 100));
  f.integer("sampled_moves", sampled_moves,
            "moves of a game that are drawn; after them the most visited is played",
            Range::at_least(0));
  f.integer(
      "random_moves", random_moves,
      "a game begins with up to so many moves drawn evenly, that are not learnt from: so both "
      "sides see positions that are good for them, also where one always wins otherwise",
      Range::between(0, 1000));
  f.boolean("keep_tree", keep_tree,
            "what was found below a move is kept for the next one, and counts as its simulations");
  f.section("resign", resign, "when a game against itself is given up");
}

void PlaySettings::fields(Fields& f) {
  f.integer("simulations", simulations,
            "for each move when playing, training apart; 0: as many as the seconds allow",
            Range::between(0, 10'000'000));
  f.number("seconds", seconds, "at most for each move; 0: no limit", Range::at_least(0));
  PuctSettings::fields(f);
}

void GatingSettings::fields(Fields& f) {
  f.integer("games", games,
            "against the network that plays, which a new one must win before it plays itself "
            "(Silver et al. 2017); 0: the newest one plays",
            Range::between(0, 10000));
  f.when(games > 0, "games above 0", [&] {
    f.integer("every", every, "updates between matches", Range::at_least(1));
    f.number("win_rate", win_rate, "that it needs; a tie counts half", Range::between(0, 1));
    f.integer("simulations", simulations, "for each move of the match", Range::between(2, 60000));
  });
}

void PositionSettings::fields(Fields& f) {
  f.integer("capacity", capacity, "positions that are kept, the newest",
            Range::between(1, 100'000'000));
  f.integer("start", start, "positions before anything is learnt", Range::at_least(1));
}

AlphaZeroSettings::AlphaZeroSettings() {
  network.learner = Slot<NetworkFactory>("residual");
  optimizer.weight_decay = 1e-4;
}

void AlphaZeroSettings::fields(Fields& f) {
  f.section("network", network, "of policy and value");
  f.integers("heads", heads, "units of the layers that the policy and the value have of their own",
             Range::between(1, 65536));
  f.section("optimizer", optimizer, "how it is changed");
  f.section("search", search, "before each action");
  f.section("self_play", self_play, "the games that it learns from");
  f.boolean("augment", augment,
            "positions are learnt turned and mirrored, where the game has that");
  f.choice(
      "symmetric", symmetric,
      {{"none", SymmetricEvaluation::none},
       {"random", SymmetricEvaluation::random},
       {"all", SymmetricEvaluation::all}},
      "how searches show positions to the network: as they are, turned and mirrored by chance, "
      "or the mean over all ways");
  f.section("replay", replay, "the positions that it learns from");
  f.integer("batch", batch, "positions of one update", Range::between(1, 65536));
  f.number("reuse", reuse, "how often each position is learnt from, on average", Range::above(0));
  f.number("value_weight", value_weight, "of the squared error of the value in the loss",
           Range::at_least(0));
  f.section("gating", gating, "whether a new network must prove itself");
}

void AlphaZeroSettings::check(const EnvironmentSpec& spec, int, Issues& issues) const {
  if (!spec.action.is_discrete() || (spec.players != 2 && !spec.gives_game)) {
    issues.add("name", "needs a game for two; " + spec.name + " is none");
    return;
  }
  if (spec.frame_stack > 1) issues.add("name", "games show their own past: leave frame_stack out");
  IssuesBelow below(issues, "network");
  network.check(spec.observation, below);
  if (network.learner.chosen() == "rnn" || network.learner.chosen() == "gru" ||
      network.learner.chosen() == "lstm")
    below.add("learner",
              "a tree has no one past for a memory: expected residual, cnn, impala_cnn or mlp");
  if (search.simulations == 0 && search.seconds <= 0)
    issues.add("search.simulations", "expected simulations or seconds above 0");
  if (replay.start > replay.capacity)
    issues.add("replay.start", "is more than are kept: expected at most capacity, " +
                                   std::to_string(replay.capacity));
}

Architecture AlphaZeroSettings::architecture(const EnvironmentSpec& spec) const {
  ArchitectureBuilder builder = network.torso(spec.observation);
  ArchitectureBuilder::Head head;
  head.groups = spec.action.n;
  head.dueling = true;
  for (const auto units : heads) head.hidden.push_back(static_cast<int>(units));
  head.gain = 0.1;  // at first all actions are about as likely, and all positions even
  return builder.finish(head);
}

}  // namespace sandlot

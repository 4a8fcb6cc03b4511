#include <doctest/doctest.h>

#include "envs/classic/cliff_walking.h"
#include "envs/classic/taxi.h"
#include "sim/config/describe.h"
#include "sim/config/experiment_config.h"
#include "sim/config/reader.h"
#include "sim/config/writer.h"

using namespace sandlot;

namespace {

class IdlePolicy final : public Policy {
 public:
  void act(int, std::span<const float>, std::span<const std::uint8_t>,
           std::span<std::int32_t> actions, std::span<float>, Random&) override {
    for (auto& a : actions) a = 0;
  }
  void save(Writer&) const override {}
  void load(Reader&) override {}
};

// An agent that learns nothing and has a setting of every kind.
class Idle final : public Agent {
 public:
  enum class Mode { plain, fancy };
  struct Settings {
    double rate = 0.5;
    std::int64_t capacity = 10;
    bool loud = false;
    std::string note = "none";
    std::vector<double> weights{1, 2};
    Schedule epsilon = 0.1;
    Mode mode = Mode::plain;
    int sparkle = 3;
    void fields(Fields& f) {
      f.number("rate", rate, "a rate", Range::between(0, 1));
      f.integer("capacity", capacity, "a count", Range::at_least(1));
      f.boolean("loud", loud, "a truth value");
      f.text("note", note, "a text");
      f.numbers("weights", weights, "a list");
      f.schedule("epsilon", epsilon, "a schedule", Range::between(0, 1));
      f.choice("mode", mode, {{"plain", Mode::plain}, {"fancy", Mode::fancy}}, "a choice");
      f.when(mode == Mode::fancy, "mode: fancy",
             [&] { f.integer("sparkle", sparkle, "how much", Range::between(0, 9)); });
    }
    void check(const EnvironmentSpec&, int copies, Issues& issues) const {
      if (copies > 4) issues.add("capacity", "four copies at most");
    }
  };
  Idle(const Settings&, const EnvironmentSpec&, int, Seed) {}
  void train(TrainingContext&) override {}
  Policy& policy() override { return policy_; }
  void save(Writer&) const override {}
  void load(Reader&) override {}

 private:
  IdlePolicy policy_;
};

const Registry& registry() {
  static Registry* all = [] {
    auto* r = new Registry;
    r->add_environment<classic::CliffWalking>("cliff_walking", "A cliff.");
    r->add_environment<classic::Taxi>("taxi", "A taxi.");
    r->add_agent<Idle>("idle", "Learns nothing.");
    return r;
  }();
  return *all;
}

const std::string kGood =
    "name: test\n"
    "seeds: [3, 4]\n"
    "environment: {name: cliff_walking, copies: 2}\n"
    "agent:\n"
    "  name: idle\n"
    "  rate: 0.25\n"
    "training: {steps: 1e3}\n";

std::vector<ExperimentConfig> parse(const std::string& text,
                                    const std::vector<std::string>& overrides = {}) {
  return parse_config(registry(), text, "test.yaml", overrides);
}

std::string errors(const std::string& text, const std::vector<std::string>& overrides = {}) {
  try {
    parse(text, overrides);
  } catch (const ConfigError& e) {
    return e.what();
  }
  return "no error";
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  return text.replace(text.find(what), what.size(), with);
}

}  // namespace

TEST_CASE("a good config is read, and its resolved form reads back as the same") {
  const auto config = parse(kGood).front();
  CHECK(config.seeds == std::vector<std::int64_t>{3, 4});
  CHECK(config.environment.copies == 2);
  CHECK(config.training.steps == 1000);
  const std::string resolved = config.resolved(registry());
  CHECK(resolved.find("  rate: 0.25\n") != std::string::npos);
  CHECK(resolved.find("sparkle") == std::string::npos);
  CHECK(parse(resolved).front().resolved(registry()) == resolved);
}

TEST_CASE("texts that look like something else survive being written") {
  for (const std::string text : {"true", "010", "1e5", "", " x ", "a: b", "#no", "\"q\" \\ \n\t",
                                 "[1", "~", "null", "ümlaut"}) {
    CAPTURE(text);
    auto config = parse(kGood).front();
    config.description = text;
    CHECK(parse(config.resolved(registry())).front().description == text);
  }
}

TEST_CASE("everything that is wrong is told at once, with its place") {
  CHECK(errors("name: test\n"
               "environment: {name: cliff_waking, copies: 0}\n"
               "agent:\n"
               "  name: idle\n"
               "  raet: 0.25\n"
               "  rate: 2\n"
               "  capacity: 1.5\n"
               "  loud: yes\n"
               "  sparkle: 4\n"
               "  mode: fency\n"
               "  weights: 7\n"
               "training: {steps: -1}\n") ==
        "test.yaml:2:21: environment.name: there is no environment 'cliff_waking'; did you mean "
        "'cliff_walking'? (there are cliff_walking, taxi)\n"
        "test.yaml:2:43: environment.copies: expected a whole number between 1 and 65536, not '0'\n"
        "test.yaml:5:3: agent.raet: there is no such setting; did you mean 'rate'?\n"
        "test.yaml:6:9: agent.rate: expected a number between 0 and 1, not '2'\n"
        "test.yaml:7:13: agent.capacity: expected a whole number at least 1, not '1.5'\n"
        "test.yaml:8:9: agent.loud: expected true or false, not 'yes'\n"
        "test.yaml:9:3: agent.sparkle: applies only with mode: fancy\n"
        "test.yaml:10:9: agent.mode: expected one of plain, fancy, not 'fency'; did you mean "
        "'fancy'?\n"
        "test.yaml:11:12: agent.weights: expected a list of numbers, not '7'\n"
        "test.yaml:12:12: training.steps: is needed: the budget, in steps (or `episodes`)\n"
        "test.yaml:12:19: training.steps: expected a whole number at least 0, not '-1'");
}

TEST_CASE("what is missing is named") {
  CHECK(errors("name: x\n") ==
        "test.yaml:1:1: environment.name: is needed: the name of an environment (cliff_walking, "
        "taxi)\n"
        "test.yaml:1:1: agent.name: is needed: the name of an agent (idle)\n"
        "test.yaml:1:1: training.steps: is needed: the budget, in steps (or `episodes`)");
  CHECK(errors("") == "test.yaml: expected a map with name, environment, agent and training");
  CHECK(errors("- 1\n") ==
        "test.yaml:1:1: expected a map with name, environment, agent and training");
}

TEST_CASE("YAML's own mistakes: syntax, keys given twice, aliases without end") {
  CHECK(errors("name: [1\nagent: x").starts_with("test.yaml:2:"));
  CHECK(errors("name: a\nname: b\n") ==
        "test.yaml:2:1: name: this key was given before, on line 1");
  std::string bomb = "a: &a [1,1,1,1,1,1,1,1,1,1]\n";
  for (char c = 'b'; c < 'k'; ++c) {
    bomb += std::string(1, c) + ": &" + c + " [";
    for (int i = 0; i < 10; ++i) bomb += std::string(i ? "," : "") + "*" + static_cast<char>(c - 1);
    bomb += "]\n";
  }
  CHECK(errors(bomb).find("nested too deeply or too large") != std::string::npos);
}

TEST_CASE("--set overrides any path, in place or new") {
  CHECK(parse(kGood, {"agent.rate=0.75", "seeds.1=9", "training.evaluate.every=50"})
            .front()
            .resolved(registry())
            .find("  rate: 0.75\n") != std::string::npos);
  CHECK(parse(kGood, {"seeds.1=9"}).front().seeds == std::vector<std::int64_t>{3, 9});
  CHECK(errors(kGood, {"agent.rate"}) ==
        "--set agent.rate: expected path=value, such as agent.epsilon=0.1");
  CHECK(errors(kGood, {"agent.rat=1"}) ==
        "--set agent.rat=1: agent.rat: there is no such setting; did you mean 'rate'?");
  CHECK(errors(kGood, {"seeds.7=1"}) == "--set seeds.7=1: seeds.7: expected an index below 2");
}

TEST_CASE("variants are merged over the whole and checked each") {
  const auto configs = parse(kGood +
                             "variants:\n"
                             "  slow: {agent: {rate: 0.1}}\n"
                             "  loud: {agent: {loud: true}, environment: {copies: 3}}\n");
  REQUIRE(configs.size() == 2);
  CHECK(configs[0].label() == "test/slow");
  CHECK(configs[0].environment.copies == 2);
  CHECK(configs[1].environment.copies == 3);
  CHECK(errors(kGood + "variants:\n  a: {agent: {rate: 3}}\n  b: {}\n") ==
        "test.yaml:9:21: agent.rate: expected a number between 0 and 1, not '3'");
}

TEST_CASE("unseen worlds are those of training with what differs") {
  const auto plain = parse(kGood).front();
  CHECK(!plain.unseen.given);
  CHECK(plain.resolved(registry()).find("unseen") == std::string::npos);
  const std::string windy =
      replaced(kGood, "agent:\n", "unseen: {wrappers: {sticky_actions: 0.25}}\nagent:\n");
  const auto config = parse(windy).front();
  REQUIRE(config.unseen.given);
  CHECK(config.unseen.environment.world.chosen() == "cliff_walking");
  CHECK(config.unseen.environment.wrappers.sticky_actions == 0.25);
  CHECK(config.environment.wrappers.sticky_actions == 0);
  const std::string resolved = config.resolved(registry());
  CHECK(parse(resolved).front().resolved(registry()) == resolved);
  CHECK(parse(kGood, {"unseen.wrappers.step_limit=7"})
            .front()
            .unseen.environment.wrappers.step_limit == 7);

  const auto with = [](const std::string& unseen) {
    return replaced(kGood, "agent:\n", "unseen: " + unseen + "\nagent:\n");
  };
  CHECK(errors(with("{wrappers: {stick_actions: 1}}")) ==
        "test.yaml:4:21: unseen.wrappers.stick_actions: there is no such setting; did you mean "
        "'sticky_actions'?");
  CHECK(errors(with("yes")) ==
        "test.yaml:4:9: unseen: expected a map: what differs from `environment`, such as other "
        "levels");
  CHECK(errors(with("{name: taxi}")) ==
        "test.yaml:4:9: unseen: expected the same observations as in training, discrete(48); here "
        "they are discrete(500)\n"
        "test.yaml:4:9: unseen: expected the same actions as in training, discrete(4); here they "
        "are discrete(6)");
  // A mistake in `environment` is told once.
  CHECK(errors(replaced(with("{}"), "copies: 2", "copies: 0")) ==
        "test.yaml:3:44: environment.copies: expected a whole number between 1 and 65536, not "
        "'0'");
}

TEST_CASE("schedules are read, written and checked") {
  const auto resolved = [&](const std::string& epsilon) {
    const std::string yaml =
        parse(replaced(kGood, "rate: 0.25", "epsilon: " + epsilon)).front().resolved(registry());
    const auto at = yaml.find("epsilon: ");
    return yaml.substr(at + 9, yaml.find('\n', at) - at - 9);
  };
  CHECK(resolved("0.3") == "0.3");
  CHECK(resolved("{kind: linear, from: 1, to: 0, steps: 100}") ==
        "{kind: linear, from: 1, to: 0, steps: 100}");
  CHECK(resolved("{kind: piecewise, points: [[0, 1], [10, 0.5]]}") ==
        "{kind: piecewise, points: [[0, 1], [10, 0.5]]}");
  const auto wrong = [&](const std::string& epsilon) {
    return errors(replaced(kGood, "rate: 0.25", "epsilon: " + epsilon));
  };
  CHECK(wrong("{kind: linear, from: 1}") ==
        "test.yaml:6:12: agent.epsilon.to: is needed for a schedule\n"
        "test.yaml:6:12: agent.epsilon.steps: is needed for a schedule");
  CHECK(wrong("{kind: exponential, from: 1, to: 0, steps: 5}") ==
        "test.yaml:6:45: agent.epsilon.to: expected a number above 0 and at most 1, not '0'");
  CHECK(wrong("{kind: piecewise, points: [[5, 1], [5, 0]]}") ==
        "test.yaml:6:47: agent.epsilon.points.1: expected steps in ascending order");
}

TEST_CASE("checks across settings point at the setting") {
  CHECK(errors(replaced(kGood, "copies: 2", "copies: 5")) ==
        "test.yaml:5:3: agent.capacity: four copies at most");
  CHECK(errors(replaced(kGood, "seeds: [3, 4]", "seeds: [3, 3]")) ==
        "test.yaml:2:1: seeds: seed 3 is given twice");
  CHECK(errors(replaced(kGood, "name: test", "name: a/b")) ==
        "test.yaml:1:1: name: expected a name of letters, digits, '-', '_' and '.': it names the "
        "run's folder");
}

TEST_CASE("numbers of states cannot be normalised") {
  CHECK(errors(replaced(kGood, "copies: 2", "wrappers: {normalize_observations: true}")) ==
        "test.yaml:3:47: environment.wrappers.normalize_observations: needs observations in a box; "
        "those of cliff_walking are discrete(48)");
}

TEST_CASE("numbers are what they look like: no octal, no infinity") {
  CHECK(parse(replaced(kGood, "rate: 0.25", "capacity: 010"))
            .front()
            .resolved(registry())
            .find("capacity: 10\n") != std::string::npos);
  CHECK(errors(replaced(kGood, "rate: 0.25", "rate: .inf")) ==
        "test.yaml:6:9: agent.rate: expected a number between 0 and 1, not '.inf'");
  CHECK(errors(replaced(kGood, "rate: 0.25", "rate: nan")) ==
        "test.yaml:6:9: agent.rate: expected a number between 0 and 1, not 'nan'");
}

TEST_CASE("every change of one byte gives a config or an error with a place, never anything else") {
  Random random(derive(1, "yaml mutations"));
  int accepted = 0;
  for (int i = 0; i < 3000; ++i) {
    std::string text = kGood;
    for (int k = 0; k < 1 + static_cast<int>(random.below(4)); ++k)
      text[random.below(static_cast<std::uint32_t>(text.size()))] =
          static_cast<char>(random.below(256));
    try {
      parse(text);
      ++accepted;
    } catch (const ConfigError& e) {
      for (const auto& problem : e.problems) REQUIRE(!problem.message.empty());
    }
  }
  CHECK(accepted > 0);
  CHECK(accepted < 3000);
}

TEST_CASE("the nearest name") {
  CHECK(nearest("epsilno", {"epsilon", "episodes"}) == "epsilon");
  CHECK(nearest("zzz", {"epsilon"}) == "");
}

TEST_CASE("the reference names every field of every component") {
  const std::string text = reference_markdown(registry());
  CHECK(text.find("### cliff_walking") != std::string::npos);
  CHECK(text.find("| `sparkle` | whole number, between 0 and 9 | `3` | how much (only with `mode: "
                  "fancy`) |") != std::string::npos);
}

TEST_CASE("a component's name alone is short for the map that names it") {
  const std::string text =
      "name: short\nenvironment: cliff_walking\nagent: idle\ntraining: {episodes: 10}\n";
  const std::string spelt_out =
      replaced(replaced(text, "cliff_walking", "{name: cliff_walking}"), "idle", "{name: idle}");
  CHECK(parse(text).front().resolved(registry()) == parse(spelt_out).front().resolved(registry()));
  CHECK(errors(replaced(text, "idle", "idel")) ==
        "test.yaml:3:8: agent.name: there is no agent 'idel'; did you mean 'idle'? (there are idle)");
  CHECK(errors(replaced(text, "{episodes: 10}", "10"))
            .find("test.yaml:4:11: training: expected a map of settings, not '10'") !=
        std::string::npos);
}

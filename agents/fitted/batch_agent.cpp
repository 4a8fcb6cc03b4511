#include "agents/fitted/batch_agent.h"

#include "sim/core/archive.h"

namespace sandlot {

void BatchAgentSettings::fields(Fields& f) {
  f.number("discount", discount, "γ", Range::between(0, 1));
  f.integer("steps_per_round", steps_per_round,
            "steps that are collected before values are learnt from all so far",
            Range::at_least(1));
  f.integer("iterations", iterations, "in each round, at most", Range::at_least(1));
  f.schedule("epsilon", epsilon,
             "chance of a random action; in the first round every action is random",
             Range::between(0, 1));
}

void require_plain_actions(const EnvironmentSpec& spec, Issues& issues) {
  if (!spec.action.is_discrete())
    issues.add("name",
               "needs discrete actions; those of " + spec.name + " are " + spec.action.describe());
  else if (spec.masks_actions)
    issues.add("name", "needs actions that are always legal; some of " + spec.name +
                           " are illegal at times");
}

BatchAgent::BatchAgent(const BatchAgentSettings& settings, const EnvironmentSpec& spec, int copies,
                       Seed seed)
    : settings_(settings),
      exploration_(derive(seed, "exploration")),
      lived_(spec),
      actions_(static_cast<std::size_t>(copies)) {}

void BatchAgent::train(TrainingContext& training) {
  const VectorEnvironment& world = training.environment();
  const int actions = world.spec().action.n;
  while (training.proceed(*this)) {
    const double epsilon = learnt() ? settings_.epsilon.at(training.steps()) : 1;
    before_.assign(world.observations().begin(), world.observations().end());
    policy().act(world.size(), before_, {}, actions_, {}, exploration_);
    for (auto& action : actions_)
      if (epsilon > 0 && exploration_.bernoulli(epsilon))
        action = uniform_action(actions, {}, exploration_);
    training.step({.discrete = actions_, .continuous = {}});
    lived_.add(before_, actions_, world);
    since_learnt_ += world.size();
    if (since_learnt_ < settings_.steps_per_round) continue;
    learn(training);
    since_learnt_ = 0;
  }
}

void BatchAgent::save(Writer& out) const {
  out.tag("batch agent");
  lived_.save(out);
  exploration_.save(out);
  out.write(since_learnt_);
}

void BatchAgent::load(Reader& in) {
  in.expect_tag("batch agent");
  lived_.load(in);
  exploration_.load(in);
  in.read(since_learnt_);
  if (since_learnt_ < 0 || static_cast<std::size_t>(since_learnt_) > lived_.size())
    in.fail("there are fewer transitions than those of the last round");
}

}  // namespace sandlot

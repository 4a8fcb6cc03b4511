#include "agents/ppo/settings.h"

#include "agents/ppo/action_head.h"
#include "learners/network/torsos.h"

namespace sandlot {
namespace {

template <class T>
TorsoSettings* torso_of(NetworkFactory& factory) {
  auto* const typed = dynamic_cast<TypedNetworkFactory<T>*>(&factory);
  return typed ? &typed->settings : nullptr;
}

void set_defaults(NetworkFactory& factory) {
  if (auto* const mlp = dynamic_cast<TypedNetworkFactory<Mlp>*>(&factory)) {
    mlp->settings.hidden = {64, 64};
    mlp->settings.activation = Activation::tanh;
  }
  for (TorsoSettings* torso :
       {torso_of<Mlp>(factory), torso_of<Cnn>(factory), torso_of<ImpalaCnn>(factory)})
    if (torso) torso->initialization = Initialization::orthogonal;
}

// The slot of the torso, which gives a fresh one the defaults of PPO.
class TorsoSlot final : public ComponentSlot {
 public:
  explicit TorsoSlot(Slot<NetworkFactory>& slot) : slot_(slot) {}
  std::string_view kind() const override { return slot_.kind(); }
  std::string_view chosen() const override { return slot_.chosen(); }
  bool choose(const Registry& registry, std::string_view name) override {
    std::shared_ptr<NetworkFactory> fresh = registry.create<NetworkFactory>(name);
    if (!fresh) return false;
    set_defaults(*fresh);
    slot_.set(std::string(name), std::move(fresh));
    return true;
  }
  void fields(Fields& f) override { slot_.fields(f); }

 private:
  Slot<NetworkFactory>& slot_;
};

}  // namespace

PpoNetworkSettings::PpoNetworkSettings() {
  auto mlp = std::make_shared<TypedNetworkFactory<Mlp>>();
  set_defaults(*mlp);
  learner.set("mlp", std::move(mlp));
}

void PpoNetworkSettings::fields(Fields& f) {
  TorsoSlot slot(learner);
  f.chosen("learner", slot,
           "the kind of network; unlike elsewhere an mlp has hidden: [64, 64] and activation: tanh "
           "by default, and all have initialization: orthogonal");
  backend.fields(f);
}

PpoSettings::PpoSettings() {
  optimizer.learning_rate = 2.5e-4;
  optimizer.epsilon = 1e-5;
  optimizer.clip_norm = 0.5;
}

void PpoSettings::fields(Fields& f) {
  f.section("network", network, "of the policy and of the value");
  f.boolean("shared", shared,
            "one network for policy and value; false: two of the same kind, each with its own "
            "optimiser");
  f.section("optimizer", optimizer, "how networks and deviations are changed, each by itself");
  f.number("discount", discount, "γ", Range::between(0, 1));
  f.number("gae_lambda", gae_lambda,
           "λ of generalised advantages (Schulman et al. 2016): 0 trusts the value, 1 the return",
           Range::between(0, 1));
  f.integer("horizon", horizon, "steps of each copy between updates", Range::between(1, 1000000));
  f.integer("epochs", epochs, "times that each transition is learnt from", Range::between(1, 1000));
  f.integer("minibatches", minibatches, "parts of a rollout, a step of the optimiser each",
            Range::between(1, 1000000));
  f.schedule("clip", clip, "how far the ratio of probabilities may leave 1 and still count",
             Range::above(0));
  f.number("value_clip", value_clip,
           "how far a value may leave the one before and still count; 0: no limit, since limits "
           "were found to harm (Andrychowicz et al. 2021)",
           Range::at_least(0));
  f.schedule("entropy", entropy, "weight of the entropy in the objective", Range::at_least(0));
  f.number("value_weight", value_weight, "of the squared error of the value in the loss; with shared: true and returns of 100 and more "
           "it is better smaller",
           Range::at_least(0));
  f.boolean("normalize_advantages", normalize_advantages,
            "to mean 0 and deviation 1, in each minibatch");
  f.number("target_kl", target_kl,
           "the epochs end early after a minibatch whose divergence from the old policy is larger; 0: "
           "never",
           Range::at_least(0));
  f.number("log_std", log_std,
           "box actions: the initial logarithm of the deviations, where the bounds are −1 and 1",
           Range::between(-10, 10));
}

void PpoSettings::check(const EnvironmentSpec& spec, int copies, Issues& issues) const {
  // What a check of the network finds, so that its architecture may be built where there is nothing.
  class Below final : public Issues {
   public:
    explicit Below(Issues& whole) : below_(whole, "network") {}
    void add(std::string_view path, std::string_view message) override {
      good = false;
      below_.add(path, message);
    }
    bool good = true;

   private:
    IssuesBelow below_;
  } below(issues);
  network.check(spec.observation, below);
  if (below.good && policy_architecture(spec).recurrent())
    below.add("learner",
              "a network with a memory learns from sequences, and here transitions are shuffled: "
              "expected mlp, cnn or impala_cnn");
  const std::int64_t size = static_cast<std::int64_t>(horizon) * copies;
  // A single transition's normalised advantage is 0.
  const std::int64_t most = normalize_advantages ? size / 2 : size;
  if (minibatches > most)
    issues.add(normalize_advantages && most == 0 ? "horizon" : "minibatches",
               normalize_advantages && most == 0
                   ? "a single transition has no deviation: expected 2 or more, more copies, or "
                     "normalize_advantages: false"
                   : "a rollout has " + std::to_string(size) + " transitions (horizon · copies)" +
                         (normalize_advantages ? ", and normalising takes 2 in each" : "") +
                         ": expected at most " + std::to_string(most));
}

Architecture PpoSettings::policy_architecture(const EnvironmentSpec& spec) const {
  ArchitectureBuilder builder = network.torso(spec.observation);
  ArchitectureBuilder::Head head;
  head.groups = static_cast<int>(ActionHead(spec.action).outputs()) + (shared ? 1 : 0);
  // Near 0: at first all actions are about as likely. The value of a shared network has gain 1.
  head.gain = shared ? 1 : 0.01;
  return builder.finish(head);
}

Architecture PpoSettings::value_architecture(const EnvironmentSpec& spec) const {
  return network.torso(spec.observation).finish({});
}

}  // namespace sandlot

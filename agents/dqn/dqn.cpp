#include "agents/dqn/dqn.h"

#include <algorithm>
#include <cmath>

#include "agents/dqn/acting.h"

namespace sandlot {
namespace {

void refuse_recurrent(const DqnSettings& settings, const EnvironmentSpec& spec, Issues& issues) {
  if (settings.value_function.architecture(spec).recurrent())
    issues.add("value_function.learner",
               "a network with a memory learns from sequences: expected name: recurrent_dqn");
}

}  // namespace

void Dqn::Settings::fields(Fields& f) {
  DqnSettings::fields(f);
  f.boolean("augment", augment,
            "what is learnt from is turned and mirrored by chance, on boards that have symmetries");
}

void Dqn::Settings::check(const EnvironmentSpec& spec, int copies, Issues& issues) const {
  const Space& seen = spec.observation;
  if (augment && (!spec.gives_game || seen.is_discrete() || seen.shape.size() != 3))
    issues.add("augment", "needs a board that is seen as planes; the observations of " + spec.name +
                              " are " + seen.describe() + ": expected false");
  if (DqnSettings::check(spec, copies, issues)) refuse_recurrent(*this, spec, issues);
}

Rainbow::Settings::Settings() {
  value_function.dueling = true;
  value_function.noisy = true;
  value_function.head.kind = ValueKind::categorical;
  epsilon = 0;
  double_q = true;
  n_step = 3;
  replay.prioritized = true;
  replay.alpha = 0.5;
  optimizer.epsilon = 1.5e-4;
}

Dqn::Dqn(const Settings& settings, const EnvironmentSpec& spec, int copies, Seed seed)
    : settings_(settings),
      spec_(spec),
      exploration_(derive(seed, "exploration")),
      sampling_(derive(seed, "replay")),
      noise_(derive(seed, "noise")),
      policy_(spec,
              make_network(settings.value_function.architecture(spec), settings.optimizer,
                           settings.value_function.backend, derive(seed, "network")),
              ValueHead(settings.value_function.head, spec.action.n)),
      target_(make_network(policy_.network().architecture(), settings.optimizer,
                           settings.value_function.backend, derive(seed, "network"))),
      replay_(settings.replay, spec, spec.frame_stack, copies, settings.n_step, settings.discount),
      actions_(static_cast<std::size_t>(copies)) {}

std::vector<std::string> Dqn::metrics() const { return {"loss", "value", "gradient_norm"}; }

std::string Dqn::describe() const {
  return describe_learner(policy_.network(), settings_.replay,
                          settings_.replay_bytes(spec_, static_cast<int>(actions_.size())));
}

void Dqn::train(TrainingContext& training) {
  VectorEnvironment& world = training.environment();
  if (settings_.augment)
    if (const auto game = world.environment(0).game()) symmetries_ = game->symmetries();
  while (training.proceed(*this)) {
    begin_rows(replay_, world);
    choose(world, settings_.epsilon.at(training.steps()));
    training.step({.discrete = actions_, .continuous = {}});
    remember(replay_, world, actions_);
    if (training.steps() < settings_.learning_starts) continue;
    owed_ += world.size();
    since_target_ += world.size();
    if (replay_.size() > 0) learn(training);
  }
}

void Dqn::choose(const VectorEnvironment& world, double epsilon) {
  bool greedy = false;
  for (int row = 0; row < world.size(); ++row) {
    const bool explore = exploration_.bernoulli(epsilon);
    actions_[static_cast<std::size_t>(row)] =
        explore ? uniform_action(spec_.action.n, legal_of(world, row), exploration_) : -1;
    greedy = greedy || !explore;
  }
  if (!greedy) return;
  if (settings_.value_function.noisy) policy_.network().draw_noise(noise_);
  const auto n = static_cast<std::size_t>(spec_.action.n);
  const float* q = policy_.values(world.size(), world.observations(), Noise::drawn, nullptr);
  for (int row = 0; row < world.size(); ++row, q += n) {
    std::int32_t& action = actions_[static_cast<std::size_t>(row)];
    if (action < 0) action = greedy_action(std::span(q, n), legal_of(world, row));
  }
}

void Dqn::learn(TrainingContext& training) {
  bool trained = false;
  while (owed_ >= settings_.train_every) {
    owed_ -= settings_.train_every;
    for (int i = 0; i < settings_.updates; ++i) {
      const double loss = update(settings_.optimizer.learning_rate.at(training.steps()),
                                 settings_.replay.beta.at(training.steps()));
      training.report("loss", loss);
      training.report("value", value_sum_ / settings_.batch);
      training.report("gradient_norm", norm_);
    }
    trained = true;
  }
  if (trained && since_target_ >= settings_.target.every) {
    target_->blend(policy_.network(), settings_.target.rate);
    since_target_ = 0;
  }
}

// Each row of the batch in one of the ways that the board is alike.
void Dqn::turn_batch() {
  const std::size_t width = spec_.observation.size(), n = static_cast<std::size_t>(spec_.action.n);
  const auto turn = [&](const Symmetry& way, std::vector<float>& all, std::size_t row) {
    const auto one = std::span(all).subspan(row * width, width);
    turned_.assign(one.begin(), one.end());
    transform(way, turned_, one);
  };
  for (std::size_t row = 0; row < static_cast<std::size_t>(batch_.rows); ++row) {
    const Symmetry& way =
        symmetries_[sampling_.below(static_cast<std::uint32_t>(symmetries_.size()))];
    turn(way, batch_.observations, row);
    turn(way, batch_.next_observations, row);
    batch_.actions[row] = way.actions[static_cast<std::size_t>(batch_.actions[row])];
    if (batch_.next_legal.empty()) continue;
    const auto legal = std::span(batch_.next_legal).subspan(row * n, n);
    legal_.assign(legal.begin(), legal.end());
    for (std::size_t a = 0; a < n; ++a) legal[static_cast<std::size_t>(way.actions[a])] = legal_[a];
  }
}

NetworkInput Dqn::input(int rows, const std::vector<float>& observations) {
  NetworkInput in;
  in.rows = rows;
  in.values = observations.data();
  if (spec_.observation.is_discrete()) {
    encode_rows(spec_.observation, rows, observations.data(), encoded_);
    in.values = encoded_.data();
  }
  return in;
}

double Dqn::update(double learning_rate, double beta) {
  Network& network = policy_.network();
  const ValueHead& head = policy_.head();
  const int rows = settings_.batch;
  const auto count = static_cast<std::size_t>(rows);
  const std::size_t atoms = static_cast<std::size_t>(head.atoms()), width = network.outputs();
  replay_.sample(rows, sampling_, beta, batch_);
  if (!symmetries_.empty()) turn_batch();
  next_outputs_.resize(count * width);
  targets_.resize(count * atoms);
  errors_.resize(count);
  if (settings_.value_function.noisy) {
    network.draw_noise(noise_);
    target_->draw_noise(noise_);
  }
  if (settings_.munchausen.enabled)
    compute_munchausen_targets();
  else
    compute_targets();

  const float* const outputs = network.forward(input(rows, batch_.observations));
  gradient_.assign(count * width, 0.0f);
  double loss = 0;
  value_sum_ = 0;
  values_.resize(count * static_cast<std::size_t>(head.actions()));
  head.values(rows, outputs, values_.data());
  for (std::size_t i = 0; i < count; ++i) {
    const auto action = static_cast<std::size_t>(batch_.actions[i]);
    const std::size_t at = i * width + action * atoms;
    const auto fit = head.fit(outputs + at, targets_.data() + i * atoms,
                              batch_.weights[i] / static_cast<float>(rows), gradient_.data() + at);
    loss += static_cast<double>(batch_.weights[i]) * static_cast<double>(fit.loss);
    errors_[i] = fit.error;
    value_sum_ +=
        static_cast<double>(values_[i * static_cast<std::size_t>(head.actions()) + action]);
  }
  network.backward(gradient_.data());
  norm_ = network.step(learning_rate);
  replay_.set_errors(batch_.indices, errors_);
  return loss / rows;
}

void Dqn::compute_targets() {
  Network& network = policy_.network();
  const ValueHead& head = policy_.head();
  const int rows = settings_.batch;
  const std::size_t count = static_cast<std::size_t>(rows), width = network.outputs(),
                    atoms = static_cast<std::size_t>(head.atoms()),
                    n = static_cast<std::size_t>(head.actions());
  const NetworkInput next = input(rows, batch_.next_observations);
  target_->predict(next, next_outputs_.data(), nullptr, Noise::drawn);
  values_.resize(count * n);
  if (settings_.double_q) {
    own_outputs_.resize(count * width);
    network.predict(next, own_outputs_.data(), nullptr, Noise::drawn);
    head.values(rows, own_outputs_.data(), values_.data());
  } else {
    head.values(rows, next_outputs_.data(), values_.data());
  }
  const std::span<const std::uint8_t> legal(batch_.next_legal);
  for (std::size_t i = 0; i < count; ++i) {
    const int best = greedy_action(std::span(values_).subspan(i * n, n),
                                   legal.empty() ? legal : legal.subspan(i * n, n));
    head.project({batch_.returns[i], batch_.discounts[i]},
                 next_outputs_.data() + i * width + static_cast<std::size_t>(best) * atoms,
                 targets_.data() + i * atoms);
  }
}

// r + α [τ log π(a|s)] + γ Σ π(a'|s') (q(s', a') − τ log π(a'|s')), π = softmax(q / τ) of the
// target network, with the log-probabilities by a stable log-sum-exp and the first one clipped to
// the floor.
void Dqn::compute_munchausen_targets() {
  const MunchausenSettings& m = settings_.munchausen;
  const int rows = settings_.batch;
  const std::size_t count = static_cast<std::size_t>(rows),
                    n = static_cast<std::size_t>(spec_.action.n);
  const auto temperature = static_cast<float>(m.temperature);
  // temperature · log Σ exp(q / temperature) over what is legal
  const auto log_sum = [&](std::span<const float> q, std::span<const std::uint8_t> legal) {
    const float top = q[static_cast<std::size_t>(greedy_action(q, legal))];
    float sum = 0;
    for (std::size_t a = 0; a < n; ++a)
      if (legal.empty() || legal[a] != 0) sum += std::exp((q[a] - top) / temperature);
    return top + temperature * std::log(sum);
  };
  target_->predict(input(rows, batch_.next_observations), next_outputs_.data(), nullptr,
                   Noise::drawn);
  const std::span<const std::uint8_t> all(batch_.next_legal);
  for (std::size_t i = 0; i < count; ++i) {
    const auto q = std::span<const float>(next_outputs_).subspan(i * n, n);
    const auto legal = all.empty() ? all : all.subspan(i * n, n);
    const float whole = log_sum(q, legal);
    float soft = 0;
    for (std::size_t a = 0; a < n; ++a) {
      if (!legal.empty() && legal[a] == 0) continue;
      const float log_chance = q[a] - whole;  // times the temperature
      soft += std::exp(log_chance / temperature) * (q[a] - log_chance);
    }
    targets_[i] = batch_.returns[i] + batch_.discounts[i] * soft;
  }
  target_->predict(input(rows, batch_.observations), next_outputs_.data(), nullptr, Noise::drawn);
  for (std::size_t i = 0; i < count; ++i) {
    const auto q = std::span<const float>(next_outputs_).subspan(i * n, n);
    const float log_chance = q[static_cast<std::size_t>(batch_.actions[i])] - log_sum(q, {});
    targets_[i] +=
        static_cast<float>(m.alpha) * std::clamp(log_chance, static_cast<float>(m.floor), 0.0f);
  }
}

void Dqn::save(Writer& out) const {
  out.tag("dqn");
  policy_.network().save(out);
  target_->save(out);
  exploration_.save(out);
  sampling_.save(out);
  noise_.save(out);
  out.write(owed_);
  out.write(since_target_);
  replay_.save(out);
}

void Dqn::load(Reader& in) {
  in.expect_tag("dqn");
  policy_.network().load(in);
  target_->load(in);
  exploration_.load(in);
  sampling_.load(in);
  noise_.load(in);
  in.read(owed_);
  in.read(since_target_);
  if (owed_ < 0 || since_target_ < 0) in.fail("a count of steps is negative");
  replay_.load(in);
}

}  // namespace sandlot

#include "agents/dqn/recurrent_dqn.h"

#include <algorithm>
#include <cmath>

#include "agents/dqn/acting.h"

namespace sandlot {
namespace {

constexpr float kRescale = 1e-3f;

// Pohlen et al. (2018), section 3.2, and its inverse.
float squash(float x) { return std::copysign(std::sqrt(std::abs(x) + 1) - 1, x) + kRescale * x; }
float unsquash(float x) {
  const float root = std::sqrt(1 + 4 * kRescale * (std::abs(x) + 1 + kRescale));
  const float inner = (root - 1) / (2 * kRescale);
  return std::copysign(inner * inner - 1, x);
}

}  // namespace

RecurrentDqn::Settings::Settings() {
  batch = 32;
  double_q = true;
  value_function.learner = Slot<NetworkFactory>("lstm");
}

void RecurrentDqn::Settings::fields(Fields& f) {
  DqnSettings::fields(f);
  f.integer("length", length, "steps of a window, the burn-in included", Range::between(1, 1000));
  f.integer("burn_in", burn_in, "first steps of a window, which only renew the memory",
            Range::between(0, 999));
  f.boolean("rescale", rescale, "values are learnt on a scale that is squeezed like a root");
  f.number("priority_mix", priority_mix,
           "weight of a window's largest error in its priority, the rest is the mean's",
           Range::between(0, 1));
}

void RecurrentDqn::Settings::check(const EnvironmentSpec& spec, int copies, Issues& issues) const {
  if (!DqnSettings::check(spec, copies, issues, length)) return;
  if (!value_function.architecture(spec).recurrent())
    issues.add("value_function.learner", "expected a network with a memory: rnn, gru or lstm");
  if (burn_in >= length) issues.add("burn_in", "expected less than length");
  if (munchausen.enabled) issues.add("munchausen.enabled", "expected name: dqn");
  if (rescale && value_function.head.kind != ValueKind::expected)
    issues.add("rescale", "expected value_function.values: expected");
}

RecurrentDqn::RecurrentDqn(const Settings& settings, const EnvironmentSpec& spec, int copies,
                           Seed seed)
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
      replay_(settings.replay, spec, spec.frame_stack, copies, settings.length, settings.discount,
              static_cast<int>(policy_.network().state_size())),
      actions_(static_cast<std::size_t>(copies)),
      states_(static_cast<std::size_t>(copies) * policy_.network().state_size()) {}

std::string RecurrentDqn::describe() const {
  const auto copies = static_cast<int>(actions_.size());
  return describe_learner(
      policy_.network(), settings_.replay,
      settings_.replay_bytes(spec_, copies, static_cast<int>(policy_.network().state_size())));
}

void RecurrentDqn::train(TrainingContext& training) {
  VectorEnvironment& world = training.environment();
  while (training.proceed(*this)) {
    begin_rows(replay_, world);
    choose(world, settings_.epsilon.at(training.steps()));
    training.step({.discrete = actions_, .continuous = {}});
    remember(replay_, world, actions_, states_);
    forget_ended(world);
    if (training.steps() < settings_.learning_starts) continue;
    owed_ += world.size();
    since_target_ += world.size();
    if (replay_.size() == 0) continue;
    bool trained = false;
    for (; owed_ >= settings_.train_every; owed_ -= settings_.train_every, trained = true)
      for (int i = 0; i < settings_.updates; ++i) {
        training.report("loss", update(settings_.optimizer.learning_rate.at(training.steps()),
                                       settings_.replay.beta.at(training.steps())));
        training.report("gradient_norm", norm_);
      }
    if (trained && since_target_ >= settings_.target.every) {
      target_->blend(policy_.network(), settings_.target.rate);
      since_target_ = 0;
    }
  }
}

void RecurrentDqn::choose(const VectorEnvironment& world, double epsilon) {
  if (settings_.value_function.noisy) policy_.network().draw_noise(noise_);
  const auto n = static_cast<std::size_t>(spec_.action.n);
  // Also where the action is drawn at random: the memory must see every observation.
  const float* q = policy_.values(world.size(), world.observations(), Noise::drawn, states_.data());
  for (int row = 0; row < world.size(); ++row, q += n)
    actions_[static_cast<std::size_t>(row)] =
        exploration_.bernoulli(epsilon)
            ? uniform_action(spec_.action.n, legal_of(world, row), exploration_)
            : greedy_action(std::span(q, n), legal_of(world, row));
}

void RecurrentDqn::forget_ended(const VectorEnvironment& world) {
  const std::size_t width = policy_.network().state_size();
  for (const EpisodeRecord& episode : world.finished())
    std::fill_n(states_.begin() +
                    static_cast<std::ptrdiff_t>(static_cast<std::size_t>(episode.row) * width),
                width, 0.0f);
}

void RecurrentDqn::make_target(int t, int row, const float* own_values) {
  const ValueHead& head = policy_.head();
  const std::size_t rows = static_cast<std::size_t>(batch_.rows),
                    n = static_cast<std::size_t>(head.actions()),
                    atoms = static_cast<std::size_t>(head.atoms());
  ValueHead::Target target{0, 1};
  const auto gamma = static_cast<float>(settings_.discount);
  int at = t;
  for (int k = 0; k < settings_.n_step && at < batch_.length; ++k, ++at) {
    const std::size_t i = static_cast<std::size_t>(at) * rows + static_cast<std::size_t>(row);
    if (batch_.mask[i] == 0) break;  // the last observation after a truncation: bootstrap there
    target.reward += target.discount * batch_.rewards[i];
    target.discount *= gamma;
    if (batch_.terminated[i] != 0) {
      target.discount = 0;
      ++at;
      break;
    }
  }
  const std::size_t next = static_cast<std::size_t>(at) * rows + static_cast<std::size_t>(row);
  const std::span<const std::uint8_t> legal(batch_.legal);
  const int best = greedy_action(std::span(own_values + next * n, n),
                                 legal.empty() ? legal : legal.subspan(next * n, n));
  const float* const chosen =
      next_outputs_.data() + (next * n + static_cast<std::size_t>(best)) * atoms;
  if (!settings_.rescale) return head.project(target, chosen, target_atoms_.data());
  target_atoms_[0] = squash(target.reward + target.discount * unsquash(chosen[0]));
}

double RecurrentDqn::update(double learning_rate, double beta) {
  Network& network = policy_.network();
  const ValueHead& head = policy_.head();
  const int rows = settings_.batch, length = settings_.length;
  replay_.sample_sequences(rows, length, sampling_, beta, batch_);
  const std::size_t all = static_cast<std::size_t>((length + 1) * rows), width = network.outputs(),
                    n = static_cast<std::size_t>(head.actions()),
                    atoms = static_cast<std::size_t>(head.atoms());
  NetworkInput input;
  input.rows = static_cast<int>(all);
  input.steps = length + 1;
  input.values = batch_.observations.data();
  input.state = batch_.states.data();
  if (spec_.observation.is_discrete()) {
    encode_rows(spec_.observation, input.rows, batch_.observations.data(), encoded_);
    input.values = encoded_.data();
  }
  if (settings_.value_function.noisy) {
    network.draw_noise(noise_);
    target_->draw_noise(noise_);
  }
  next_outputs_.resize(all * width);
  target_->predict(input, next_outputs_.data(), nullptr, Noise::drawn);
  next_values_.resize(all * n);
  head.values(input.rows, next_outputs_.data(), next_values_.data());
  const float* const outputs = network.forward(input);
  own_values_.resize(all * n);
  head.values(input.rows, outputs, own_values_.data());
  const float* const choosing = settings_.double_q ? own_values_.data() : next_values_.data();

  gradient_.assign(all * width, 0.0f);
  target_atoms_.resize(atoms);
  errors_.assign(static_cast<std::size_t>(rows), 0.0f);
  const auto first_of = [&](int row) {
    return batch_.first[static_cast<std::size_t>(row)] != 0 ? 0 : settings_.burn_in;
  };
  int steps = 0;
  for (int row = 0; row < rows; ++row)
    for (int t = first_of(row); t < length; ++t)
      steps += batch_.mask[static_cast<std::size_t>(t * rows + row)];
  double loss = 0;
  for (int row = 0; row < rows && steps > 0; ++row) {
    const float weight = batch_.weights[static_cast<std::size_t>(row)] / static_cast<float>(steps);
    float largest = 0, sum = 0;
    int count = 0;
    for (int t = first_of(row); t < length; ++t) {
      const auto i = static_cast<std::size_t>(t * rows + row);
      if (batch_.mask[i] == 0) break;
      make_target(t, row, choosing);
      const std::size_t at = i * width + static_cast<std::size_t>(batch_.actions[i]) * atoms;
      const auto fit = head.fit(outputs + at, target_atoms_.data(), weight, gradient_.data() + at);
      loss += static_cast<double>(weight) * static_cast<double>(fit.loss);
      largest = std::max(largest, fit.error);
      sum += fit.error;
      ++count;
    }
    if (count > 0)
      errors_[static_cast<std::size_t>(row)] =
          static_cast<float>(settings_.priority_mix) * largest +
          static_cast<float>(1 - settings_.priority_mix) * sum / static_cast<float>(count);
  }
  network.backward(gradient_.data());
  norm_ = network.step(learning_rate);
  replay_.set_errors(batch_.indices, errors_);
  return loss;
}

void RecurrentDqn::save(Writer& out) const {
  out.tag("recurrent dqn");
  policy_.network().save(out);
  target_->save(out);
  exploration_.save(out);
  sampling_.save(out);
  noise_.save(out);
  out.write(states_);
  out.write(owed_);
  out.write(since_target_);
  replay_.save(out);
}

void RecurrentDqn::load(Reader& in) {
  in.expect_tag("recurrent dqn");
  policy_.network().load(in);
  target_->load(in);
  exploration_.load(in);
  sampling_.load(in);
  noise_.load(in);
  const std::size_t size = states_.size();
  in.read(states_);
  if (states_.size() != size) in.fail("the memory is that of another network");
  for (const float x : states_)
    if (!std::isfinite(x)) in.fail("the memory is not finite");
  in.read(owed_);
  in.read(since_target_);
  if (owed_ < 0 || since_target_ < 0) in.fail("a count of steps is negative");
  replay_.load(in);
}

}  // namespace sandlot

#include "learners/network/optimizer.h"

#include <Eigen/Core>
#include <cmath>

namespace sandlot {
namespace {

using Array = Eigen::Map<Eigen::ArrayXf>;

Array view(std::span<float> values) {
  return Array(values.data(), static_cast<Eigen::Index>(values.size()));
}

// In one order, wherever the array lies in memory: Eigen's own sums start at aligned addresses.
double squared_norm(std::span<const float> values) {
  using Block = Eigen::Array<float, 64, 1>;
  constexpr std::size_t size = Block::SizeAtCompileTime;
  Block sums = Block::Zero();
  std::size_t i = 0;
  for (; i + size <= values.size(); i += size)
    sums += Eigen::Map<const Block>(values.data() + i).square();
  double sum = sums.cast<double>().sum();
  for (; i < values.size(); ++i) sum += static_cast<double>(values[i] * values[i]);
  return sum;
}

// Leaves `values` as they are unless all is well.
void read_same(Reader& in, std::vector<float>& values) {
  std::vector<float> found;
  in.read(found);
  if (found.size() != values.size()) in.fail("the optimiser was saved for another network");
  for (const float x : found)
    if (!std::isfinite(x)) in.fail("the optimiser's state is not finite");
  values = std::move(found);
}

}  // namespace

void OptimizerSettings::fields(Fields& f) {
  f.choice("name", kind,
           {{"sgd", OptimizerKind::sgd},
            {"momentum", OptimizerKind::momentum},
            {"rmsprop", OptimizerKind::rmsprop},
            {"adam", OptimizerKind::adam},
            {"adamw", OptimizerKind::adamw}},
           "the method");
  f.schedule("learning_rate", learning_rate, "the size of a step, over the steps of training",
             Range::at_least(0));
  const bool adam = kind == OptimizerKind::adam || kind == OptimizerKind::adamw;
  f.when(kind == OptimizerKind::momentum || kind == OptimizerKind::rmsprop,
         "name: momentum or rmsprop", [&] {
           f.number("momentum", momentum, "what is kept of the step before; rmsprop: 0 for none",
                    Range::between(0, 1));
         });
  f.when(kind == OptimizerKind::rmsprop, "name: rmsprop", [&] {
    f.number("decay", decay, "of the mean of squared gradients", Range::between(0, 1));
    f.boolean("centered", centered, "squares are taken around the mean gradient");
  });
  f.when(adam, "name: adam or adamw", [&] {
    f.number("beta1", beta1, "decay of the mean gradient", Range::between(0, 1));
    f.number("beta2", beta2, "decay of the mean of squared gradients", Range::between(0, 1));
  });
  f.when(adam || kind == OptimizerKind::rmsprop, "name: adam, adamw or rmsprop", [&] {
    f.number("epsilon", epsilon, "added to the root of the mean of squares", Range::above(0));
  });
  f.number("weight_decay", weight_decay, "pull of weights towards 0", Range::at_least(0));
  f.number("clip_norm", clip_norm, "largest norm of a gradient; 0: no limit", Range::at_least(0));
}

Optimizer::Optimizer(const OptimizerSettings& settings, std::size_t parameters)
    : settings_(settings) {
  const OptimizerKind kind = settings.kind;
  const bool adam = kind == OptimizerKind::adam || kind == OptimizerKind::adamw;
  const bool rmsprop = kind == OptimizerKind::rmsprop;
  // RMSProp: `first` holds the mean gradient, and behind it the momentum.
  std::size_t firsts = adam || kind == OptimizerKind::momentum ? 1 : 0;
  if (rmsprop) firsts = 2;
  first.resize(parameters * firsts);
  second.resize(parameters * (adam || rmsprop ? 1 : 0));
}

double Optimizer::step(std::span<float> weights, std::span<float> gradients, double learning_rate) {
  const OptimizerSettings& s = settings_;
  Array w = view(weights), g = view(gradients);
  const double norm = std::sqrt(squared_norm(gradients));
  if (s.clip_norm > 0 && norm > s.clip_norm) g *= static_cast<float>(s.clip_norm / norm);
  ++steps;
  const auto rate = static_cast<float>(learning_rate), decay = static_cast<float>(s.weight_decay);
  const auto epsilon = static_cast<float>(s.epsilon);
  if (decay > 0) {
    if (s.kind == OptimizerKind::adamw)
      w *= 1 - rate * decay;
    else
      g += decay * w;
  }
  switch (s.kind) {
    case OptimizerKind::sgd:
      w -= rate * g;
      break;
    case OptimizerKind::momentum: {
      Array m = view(first);
      m = static_cast<float>(s.momentum) * m + g;
      w -= rate * m;
      break;
    }
    case OptimizerKind::rmsprop: {
      const auto kept = static_cast<float>(s.decay);
      Array mean = view(std::span(first).first(weights.size()));
      Array buffer = view(std::span(first).last(weights.size()));
      Array squares = view(second);
      squares = kept * squares + (1 - kept) * g.square();
      if (s.centered) {
        mean = kept * mean + (1 - kept) * g;
        buffer = static_cast<float>(s.momentum) * buffer +
                 g / ((squares - mean.square()).max(0.0f).sqrt() + epsilon);
      } else {
        buffer = static_cast<float>(s.momentum) * buffer + g / (squares.sqrt() + epsilon);
      }
      w -= rate * buffer;
      break;
    }
    case OptimizerKind::adam:
    case OptimizerKind::adamw: {
      const auto beta1 = static_cast<float>(s.beta1), beta2 = static_cast<float>(s.beta2);
      const auto time = static_cast<double>(steps);
      const auto scale = static_cast<float>(learning_rate / (1 - std::pow(s.beta1, time)));
      const auto root = static_cast<float>(1 / std::sqrt(1 - std::pow(s.beta2, time)));
      // A plain loop, which the compiler turns into vectors: Eigen's exact root is not one of theirs.
      float* const m = first.data();
      float* const v = second.data();
      float* const to = weights.data();
      const float* const from = gradients.data();
      for (std::size_t i = 0; i < weights.size(); ++i) {
        m[i] = beta1 * m[i] + (1 - beta1) * from[i];
        v[i] = beta2 * v[i] + (1 - beta2) * (from[i] * from[i]);
        to[i] -= scale * m[i] / (std::sqrt(v[i]) * root + epsilon);
      }
      break;
    }
  }
  return norm;
}

void Optimizer::save(Writer& out) const {
  out.write(steps);
  out.write(first);
  out.write(second);
}

void Optimizer::load(Reader& in) {
  in.read(steps);
  if (steps < 0) in.fail("the optimiser's count of steps is negative");
  read_same(in, first);
  read_same(in, second);
}

}  // namespace sandlot

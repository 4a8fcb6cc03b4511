#include "agents/tabular/traces.h"

#include <cmath>

#include "sim/core/archive.h"

namespace sandlot {

void Traces::clear() {
  for (const auto i : active_) trace_[i] = 0;
  active_.clear();
}

void Traces::decay(double factor) {
  std::size_t kept = 0;
  for (const auto i : active_) {
    trace_[i] *= factor;
    if (std::abs(trace_[i]) < 1e-8)
      trace_[i] = 0;
    else
      active_[kept++] = i;
  }
  active_.resize(kept);
}

void Traces::raise(std::size_t i, double value) {
  if (trace_[i] == 0) active_.push_back(static_cast<std::uint32_t>(i));
  trace_[i] = value == 0 ? 1e-300 : value;  // never exactly zero while it is listed
}

void Traces::visit(TraceKind kind, const FeatureVector& state, int action, double alpha,
                   std::span<const double> factors) {
  const std::size_t base = static_cast<std::size_t>(action) * features_;
  // z · φ, each product weighed by the step size of its feature: the update that is corrected for
  // moved the weight by that much.
  double overlap = 0;
  if (kind == TraceKind::dutch)
    for (std::size_t k = 0; k < state.index.size(); ++k)
      overlap += trace_[base + static_cast<std::size_t>(state.index[k])] * state.value[k] *
                 (factors.empty() ? 1 : factors[static_cast<std::size_t>(state.index[k])]);
  for (std::size_t k = 0; k < state.index.size(); ++k) {
    const std::size_t i = base + static_cast<std::size_t>(state.index[k]);
    if (state.value[k] == 0) continue;
    switch (kind) {
      case TraceKind::accumulating:
        raise(i, trace_[i] + state.value[k]);
        break;
      case TraceKind::replacing:
        raise(i, 1);
        break;
      case TraceKind::dutch:
        raise(i, trace_[i] + (1 - alpha * overlap) * state.value[k]);
        break;
    }
  }
}

void Traces::apply(ActionValues& q, double step) const {
  const auto weights = q.weights();
  const auto factors = q.step_size_factors();
  for (const auto i : active_)
    weights[i] += step * trace_[i] * (factors.empty() ? 1 : factors[i % features_]);
}

void Traces::save(Writer& out) const {
  out.write(active_);
  for (const auto i : active_) out.write(trace_[i]);
}

void Traces::load(Reader& in) {
  clear();
  std::vector<std::uint32_t> active;
  in.read(active);
  for (const auto i : active) {
    if (i >= trace_.size() || trace_[i] != 0) in.fail("a trace is out of range");
    const auto value = in.read<double>();
    if (value == 0) in.fail("a trace is zero");
    active_.push_back(i);
    trace_[i] = value;
  }
}

}  // namespace sandlot

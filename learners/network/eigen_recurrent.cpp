#include <Eigen/Core>

#include "learners/network/blocks.h"
#include "learners/network/eigen_layers.h"
#include "learners/network/kernels.h"

namespace sandlot {
namespace {

using Array = Eigen::Map<Eigen::ArrayXf>;
using ConstArray = Eigen::Map<const Eigen::ArrayXf>;

// Rows are time-major. Per row are kept: the state before it (zeroed where a sequence starts), the
// gates after their activations, the new c (LSTM) and h U + b of the candidate (GRU).
class Recurrent final : public EigenLayer {
 public:
  Recurrent(const Layer& layer, float* weights, float* gradients, int state_offset)
      : EigenLayer(layer, weights, gradients),
        in_(layer.inputs()),
        units_(layer.outputs()),
        wide_(gates(layer.cell) * units_),
        offset_(state_offset) {
    const std::ptrdiff_t own = static_cast<std::ptrdiff_t>(in_) * wide_;
    const std::ptrdiff_t recurrent = static_cast<std::ptrdiff_t>(units_) * wide_;
    at_recurrent_ = own;
    at_bias_ = own + recurrent;
    at_recurrent_bias_ = at_bias_ + wide_;
  }

  void forward(const Pass& pass, const float* x, float* y) override {
    const int sequences = pass.sequences();
    const std::size_t rows = static_cast<std::size_t>(pass.rows);
    float* const gate = grown(gate_, rows * wide());
    kernels::multiply(pass.rows, wide_, in_, x, in_, 1, weights_, gate, false);
    float* const before = grown(before_, rows * units());
    float* const cell_before = lstm() ? grown(cell_before_, rows * units()) : nullptr;
    float* const cell = lstm() ? grown(cell_, rows * units()) : nullptr;
    float* const product = gru() ? grown(product_, rows * wide()) : nullptr;
    for (int t = 0; t < pass.steps; ++t) {
      const int first = t * sequences;
      for (int b = 0; b < sequences; ++b) {
        const int row = first + b;
        take_state(pass, row, b, t == 0 ? nullptr : y, 0, before);
        if (lstm()) take_state(pass, row, b, t == 0 ? nullptr : cell, units_, cell_before);
      }
      float* const gate_now = gate + at(first, wide_);
      // GRU needs h U apart from x W, the others add it.
      float* const recurrent_now = gru() ? product + at(first, wide_) : gate_now;
      kernels::multiply(sequences, wide_, units_, before + at(first, units_), units_, 1,
                        weights_ + at_recurrent_, recurrent_now, !gru());
      for (int row = first; row < first + sequences; ++row) {
        Array(gate + at(row, wide_), wide_) += ConstArray(weights_ + at_bias_, wide_);
        step(row, y);
      }
    }
    if (pass.new_state) give_state(pass, y);
  }

  void backward(const Pass& pass, const float* x, const float* y, float* dy, float* dx,
                bool learn) override {
    const int sequences = pass.sequences();
    const auto rows = static_cast<std::size_t>(pass.rows);
    float* const by_gate = grown(by_gate_, rows * wide());
    float* const by_product = gru() ? grown(by_product_, rows * wide()) : by_gate;
    const auto block = static_cast<std::size_t>(sequences) * units();
    float* const by_before = grown(by_before_, block);
    float* const by_cell = grown(by_cell_, block);
    std::fill_n(by_before, block, 0.0f);
    std::fill_n(by_cell, block, 0.0f);
    float* const turned =
        grown(turned_, std::max(wide() * units(), wide() * static_cast<std::size_t>(in_)));
    kernels::transpose(units_, wide_, weights_ + at_recurrent_, turned);
    for (int t = pass.steps - 1; t >= 0; --t) {
      const int first = t * sequences;
      Array(dy + at(first, units_), static_cast<Eigen::Index>(block)) +=
          ConstArray(by_before, static_cast<Eigen::Index>(block));
      for (int b = 0; b < sequences; ++b)
        step_backward(first + b, y, dy + at(first + b, units_), by_cell + at(b, units_),
                      by_before + at(b, units_));
      // What step_backward left in by_before is the part that does not go through U.
      kernels::multiply(sequences, units_, wide_, by_product + at(first, wide_), wide_, 1, turned,
                        by_before, gru());
      for (int b = 0; b < sequences; ++b) {
        if (!pass.starts || !pass.starts[first + b]) continue;
        std::fill_n(by_before + at(b, units_), units_, 0.0f);
        std::fill_n(by_cell + at(b, units_), units_, 0.0f);
      }
    }
    if (learn) {
      kernels::multiply(in_, wide_, pass.rows, x, 1, in_, by_gate, gradients_, true);
      kernels::multiply(units_, wide_, pass.rows, before_.data(), 1, units_, by_product,
                        gradients_ + at_recurrent_, true);
      kernels::add_columns(pass.rows, wide_, by_gate, gradients_ + at_bias_);
      if (gru())
        kernels::add_columns(pass.rows, wide_, by_product, gradients_ + at_recurrent_bias_);
    }
    if (dx) {
      kernels::transpose(in_, wide_, weights_, turned);
      kernels::multiply(pass.rows, in_, wide_, by_gate, wide_, 1, turned, dx, false);
    }
  }

 private:
  bool lstm() const { return layer_.cell == Cell::lstm; }
  bool gru() const { return layer_.cell == Cell::gru; }
  std::size_t wide() const { return static_cast<std::size_t>(wide_); }
  std::size_t units() const { return static_cast<std::size_t>(units_); }
  static std::ptrdiff_t at(int row, int width) { return static_cast<std::ptrdiff_t>(row) * width; }
  Array array(std::vector<float>& all, int row, int part = 0) {
    return {all.data() + at(row, units_) + at(part, units_), units_};
  }
  // One gate of a row.
  Array gate(std::vector<float>& all, int row, int which) {
    return {all.data() + at(row, wide_) + at(which, units_), units_};
  }

  // The state before a row: from the row before it in its sequence, or from the pass.
  void take_state(const Pass& pass, int row, int sequence, const float* earlier, int part,
                  float* before) const {
    float* const to = before + at(row, units_);
    if (pass.starts && pass.starts[row])
      std::fill_n(to, units_, 0.0f);
    else if (earlier)
      std::copy_n(earlier + at(row - pass.sequences(), units_), units_, to);
    else if (pass.state)
      std::copy_n(pass.state + at(sequence, pass.state_size) + offset_ + part, units_, to);
    else
      std::fill_n(to, units_, 0.0f);
  }

  void give_state(const Pass& pass, const float* y) const {
    const int sequences = pass.sequences(), first = (pass.steps - 1) * sequences;
    for (int b = 0; b < sequences; ++b) {
      float* const to = pass.new_state + at(b, pass.state_size) + offset_;
      std::copy_n(y + at(first + b, units_), units_, to);
      if (lstm()) std::copy_n(cell_.data() + at(first + b, units_), units_, to + units_);
    }
  }

  void step(int row, float* y) {
    Array h(y + at(row, units_), units_);
    switch (layer_.cell) {
      case Cell::rnn:
        h = gate(gate_, row, 0);
        squash(h);
        return;
      case Cell::lstm: {
        Array i = gate(gate_, row, 0), f = gate(gate_, row, 1), g = gate(gate_, row, 2),
              o = gate(gate_, row, 3);
        open(i);
        open(f);
        squash(g);
        open(o);
        Array c = array(cell_, row);
        c = f * array(cell_before_, row) + i * g;
        h = c;
        squash(h);
        h *= o;
        return;
      }
      case Cell::gru: {
        Array(product_.data() + at(row, wide_), wide_) +=
            ConstArray(weights_ + at_recurrent_bias_, wide_);
        Array r = gate(gate_, row, 0), z = gate(gate_, row, 1), n = gate(gate_, row, 2);
        r += gate(product_, row, 0);
        open(r);
        z += gate(product_, row, 1);
        open(z);
        n += r * gate(product_, row, 2);
        squash(n);
        h = (1.0f - z) * n + z * array(before_, row);
        return;
      }
    }
  }

  void step_backward(int row, const float* y, const float* dh_row, float* dc_row,
                     float* dbefore_row) {
    const ConstArray dh(dh_row, units_), h(y + at(row, units_), units_);
    switch (layer_.cell) {
      case Cell::rnn:
        gate(by_gate_, row, 0) = dh * (1.0f - h.square());
        return;
      case Cell::lstm: {
        const Array i = gate(gate_, row, 0), f = gate(gate_, row, 1), g = gate(gate_, row, 2),
                    o = gate(gate_, row, 3);
        Array dc(dc_row, units_);
        const Eigen::ArrayXf& c = squashed(array(cell_, row));
        dc += dh * o * (1.0f - c.square());
        gate(by_gate_, row, 0) = dc * g * i * (1.0f - i);
        gate(by_gate_, row, 1) = dc * array(cell_before_, row) * f * (1.0f - f);
        gate(by_gate_, row, 2) = dc * i * (1.0f - g.square());
        gate(by_gate_, row, 3) = dh * c * o * (1.0f - o);
        dc *= f;
        return;
      }
      case Cell::gru: {
        const Array r = gate(gate_, row, 0), z = gate(gate_, row, 1), n = gate(gate_, row, 2),
                    before = array(before_, row);
        Array dn = gate(by_gate_, row, 2);
        dn = dh * (1.0f - z) * (1.0f - n.square());
        gate(by_gate_, row, 0) = dn * gate(product_, row, 2) * r * (1.0f - r);
        gate(by_gate_, row, 1) = dh * (before - n) * z * (1.0f - z);
        gate(by_product_, row, 0) = gate(by_gate_, row, 0);
        gate(by_product_, row, 1) = gate(by_gate_, row, 1);
        gate(by_product_, row, 2) = dn * r;
        Array(dbefore_row, units_) = dh * z;
        return;
      }
    }
  }

  void open(Array& values) const { by_blocks(values.data(), units(), logistic); }
  void squash(Array& values) const { by_blocks(values.data(), units(), hyperbolic_tangent); }

  const Eigen::ArrayXf& squashed(const Array& c) {
    tanh_ = c;
    by_blocks(tanh_.data(), units(), hyperbolic_tangent);
    return tanh_;
  }

  int in_, units_, wide_, offset_;
  std::ptrdiff_t at_recurrent_ = 0, at_bias_ = 0, at_recurrent_bias_ = 0;
  std::vector<float> gate_, before_, cell_before_, cell_, product_;
  std::vector<float> by_gate_, by_product_, by_before_, by_cell_, turned_;
  Eigen::ArrayXf tanh_;
};

}  // namespace

std::unique_ptr<EigenLayer> make_eigen_recurrent(const Layer& layer, float* weights,
                                                 float* gradients, int state_offset) {
  return std::make_unique<Recurrent>(layer, weights, gradients, state_offset);
}

}  // namespace sandlot

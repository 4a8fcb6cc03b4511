#include "learners/network/eigen_network.h"

#include <Eigen/Core>
#include <algorithm>

#include "learners/network/eigen_layers.h"
#include "learners/network/kernels.h"

namespace sandlot {
namespace {

using Array = Eigen::Map<Eigen::ArrayXf>;
using ConstArray = Eigen::Map<const Eigen::ArrayXf>;

// One layer with its output and the gradient by it.
struct Node {
  Layer::Kind kind;
  std::unique_ptr<EigenLayer> layer;  // null for keep and add
  int inputs, outputs;
  int partner = -1;  // of keep and add: each other's place in the stream
  std::vector<float> y, dy;
};

class Stream {
 public:
  void push(const Layer& layer, float* weights, float* gradients, int state_offset) {
    Node node{layer.kind,
              make_eigen_layer(layer, weights, gradients, state_offset),
              layer.inputs(),
              layer.outputs(),
              -1,
              {},
              {}};
    const int place = static_cast<int>(nodes_.size());
    if (layer.kind == Layer::Kind::keep) open_.push_back(place);
    if (layer.kind == Layer::Kind::add) {
      node.partner = open_.back();
      nodes_[static_cast<std::size_t>(node.partner)].partner = place;
      open_.pop_back();
    }
    nodes_.push_back(std::move(node));
  }

  const float* forward(const Pass& pass, const float* x) {
    input_ = x;
    for (Node& node : nodes_) {
      const std::size_t size =
          static_cast<std::size_t>(pass.rows) * static_cast<std::size_t>(node.outputs);
      float* const y = grown(node.y, size);
      if (node.layer) {
        node.layer->forward(pass, x, y);
      } else {
        std::copy_n(x, size, y);
        if (node.kind == Layer::Kind::add)
          Array(y, static_cast<Eigen::Index>(size)) +=
              ConstArray(nodes_[static_cast<std::size_t>(node.partner)].y.data(),
                         static_cast<Eigen::Index>(size));
      }
      x = y;
    }
    return x;
  }

  // Where the gradient by the stream's output goes before backward().
  float* gradient(int rows) {
    return grown(nodes_.back().dy,
                 static_cast<std::size_t>(rows) * static_cast<std::size_t>(nodes_.back().outputs));
  }

  void backward(const Pass& pass, float* dx, bool learn) {
    for (std::size_t i = nodes_.size(); i-- > 0;) {
      Node& node = nodes_[i];
      const std::size_t size =
          static_cast<std::size_t>(pass.rows) * static_cast<std::size_t>(node.inputs);
      float* const to = i > 0 ? grown(nodes_[i - 1].dy, size) : dx;
      if (node.layer) {
        const float* const x = i > 0 ? nodes_[i - 1].y.data() : input_;
        node.layer->backward(pass, x, node.y.data(), node.dy.data(), to, learn);
      } else if (to) {
        std::copy_n(node.dy.data(), size, to);
        // add leaves its gradient as it came, so that keep finds it here.
        if (node.kind == Layer::Kind::keep)
          Array(to, static_cast<Eigen::Index>(size)) +=
              ConstArray(nodes_[static_cast<std::size_t>(node.partner)].dy.data(),
                         static_cast<Eigen::Index>(size));
      }
    }
  }

  bool empty() const { return nodes_.empty(); }
  std::size_t size() const { return nodes_.size(); }
  const Node& node(std::size_t i) const { return nodes_[i]; }
  template <class F>
  void each(F use) {
    for (Node& node : nodes_)
      if (node.layer) use(*node.layer);
  }
  template <class F>
  void each(F use) const {
    for (const Node& node : nodes_)
      if (node.layer) use(static_cast<const EigenLayer&>(*node.layer));
  }

 private:
  std::vector<Node> nodes_;
  std::vector<int> open_;
  const float* input_ = nullptr;
};

class EigenNetwork final : public Network {
 public:
  EigenNetwork(const Architecture& whole, const OptimizerSettings& optimizer, Seed seed)
      : Network(whole),
        weights_(whole.initial_weights(seed)),
        gradients_(parameter_count()),
        optimizer_(optimizer, parameter_count()),
        image_(whole.input.height * whole.input.width > 1 && whole.input.channels > 1) {
    std::size_t offset = 0;
    int state_offset = 0;
    const auto build = [&](const std::vector<Layer>& layers, Stream& stream) {
      for (const Layer& layer : layers) {
        stream.push(layer, weights_.data() + offset, gradients_.data() + offset, state_offset);
        Architecture one;
        one.head = {layer};
        offset += one.parameter_count();
        state_offset += static_cast<int>(one.state_size());
      }
    };
    build(whole.torso, torso_);
    build(whole.value, value_);
    build(whole.head, head_);
  }

  std::string backend() const override { return "eigen"; }

  void predict(const NetworkInput& input, float* outputs, float* state, Noise noise) override {
    evaluate(input, state, noise, outputs);
  }

  const float* forward(const NetworkInput& input) override {
    float* const outputs = grown(outputs_, count(input.rows) * this->outputs());
    evaluate(input, nullptr, Noise::drawn, outputs);
    return outputs;
  }

  void backward(const float* gradient) override { back(gradient, nullptr, true); }

  void input_gradient(const float* gradient, float* by_inputs) override {
    if (!image_) return back(gradient, by_inputs, false);
    float* const image = grown(by_image_, count(pass_.rows) * inputs());
    back(gradient, image, false);
    const Shape& shape = architecture().input;
    const int area = shape.height * shape.width;
    for (int row = 0; row < pass_.rows; ++row)
      kernels::transpose(area, shape.channels, image + count(row) * inputs(),
                         by_inputs + count(row) * inputs());
  }

  double step(double learning_rate) override {
    const double norm = optimizer_.step(weights_, gradients_, learning_rate);
    std::fill(gradients_.begin(), gradients_.end(), 0.0f);
    changed();
    return norm;
  }

  bool layer_values(std::size_t layer, std::span<float> values) const override {
    for (const Stream* stream : {&torso_, &value_, &head_}) {
      if (layer >= stream->size()) {
        layer -= stream->size();
        continue;
      }
      const std::vector<float>& held = stream->node(layer).y;
      if (held.size() < values.size()) return false;  // not evaluated yet
      std::copy_n(held.begin(), values.size(), values.begin());
      return true;
    }
    return false;
  }

  void draw_noise(Random& random) override {
    for (Stream* stream : {&torso_, &value_, &head_})
      stream->each([&](EigenLayer& layer) { layer.draw_noise(random); });
  }

  void get_weights(std::span<float> weights) const override {
    std::copy(weights_.begin(), weights_.end(), weights.begin());
  }
  void set_weights(std::span<const float> weights) override {
    std::copy(weights.begin(), weights.end(), weights_.begin());
    changed();
  }
  void get_gradients(std::span<float> gradients) const override {
    std::copy(gradients_.begin(), gradients_.end(), gradients.begin());
  }
  void blend(const Network& other, double tau) override {
    const auto& from = dynamic_cast<const EigenNetwork&>(other).weights_;
    if (tau == 1) {
      weights_ = from;
    } else {
      const auto size = static_cast<Eigen::Index>(from.size());
      Array w(weights_.data(), size);
      w += static_cast<float>(tau) * (ConstArray(from.data(), size) - w);
    }
    changed();
  }

  void save(Writer& out) const override {
    out.tag("network");
    out.write(weights_);
    optimizer_.save(out);
    for (const Stream* stream : {&torso_, &value_, &head_})
      stream->each([&](const EigenLayer& layer) { layer.save(out); });
  }
  void load(Reader& in) override {
    in.expect_tag("network");
    const std::vector<float> weights = read_weights(in);
    std::copy(weights.begin(), weights.end(), weights_.begin());
    optimizer_.load(in);
    for (Stream* stream : {&torso_, &value_, &head_})
      stream->each([&](EigenLayer& layer) { layer.load(in); });
    std::fill(gradients_.begin(), gradients_.end(), 0.0f);
    changed();
  }

 private:
  static std::size_t count(int rows) { return static_cast<std::size_t>(rows); }

  void changed() {
    for (Stream* stream : {&torso_, &value_, &head_})
      stream->each([](EigenLayer& layer) { layer.weights_changed(); });
  }

  // Images as the layers want them: channels last.
  const float* arranged(const NetworkInput& input) {
    if (!image_) return input.values;
    const Shape& shape = architecture().input;
    float* const to = grown(input_, count(input.rows) * inputs());
    for (int row = 0; row < input.rows; ++row)
      kernels::transpose(shape.channels, shape.height * shape.width,
                         input.values + count(row) * inputs(), to + count(row) * inputs());
    return to;
  }

  void evaluate(const NetworkInput& input, float* state, Noise noise, float* outputs) {
    pass_ = {input.rows,   input.steps, input.state,
             input.starts, state,       static_cast<int>(state_size()),
             noise};
    const float* const x = arranged(input);
    const float* const middle = torso_.empty() ? x : torso_.forward(pass_, x);
    const std::size_t size = count(input.rows) * this->outputs();
    std::copy_n(head_.forward(pass_, middle), size, outputs);
    if (!value_.empty()) add_value(value_.forward(pass_, middle), outputs);
  }

  // q(a, z) = v(z) + head(a, z) − the mean of head(·, z).
  void add_value(const float* value, float* outputs) const {
    const int groups = architecture().groups, atoms = architecture().atoms;
    for (int row = 0; row < pass_.rows; ++row, value += atoms, outputs += groups * atoms) {
      for (int z = 0; z < atoms; ++z) {
        float sum = 0;
        for (int a = 0; a < groups; ++a) sum += outputs[a * atoms + z];
        const float shift = value[z] - sum / static_cast<float>(groups);
        for (int a = 0; a < groups; ++a) outputs[a * atoms + z] += shift;
      }
    }
  }

  void back(const float* gradient, float* by_inputs, bool learn) {
    const int rows = pass_.rows;
    const std::size_t size = count(rows) * outputs();
    float* const by_head = head_.gradient(rows);
    std::copy_n(gradient, size, by_head);
    const std::size_t middle = count(rows) * static_cast<std::size_t>(middle_width());
    float* const by_middle = torso_.empty() ? by_inputs : torso_.gradient(rows);
    if (!value_.empty()) split_value(gradient, by_head, value_.gradient(rows));
    head_.backward(pass_, by_middle, learn);
    if (!value_.empty()) {
      float* const other = by_middle ? grown(by_value_, middle) : nullptr;
      value_.backward(pass_, other, learn);
      if (other)
        Array(by_middle, static_cast<Eigen::Index>(middle)) +=
            ConstArray(other, static_cast<Eigen::Index>(middle));
    }
    if (!torso_.empty()) torso_.backward(pass_, by_inputs, learn);
  }

  void split_value(const float* gradient, float* by_head, float* by_value) const {
    const int groups = architecture().groups, atoms = architecture().atoms;
    for (int row = 0; row < pass_.rows; ++row) {
      for (int z = 0; z < atoms; ++z) {
        float sum = 0;
        for (int a = 0; a < groups; ++a) sum += gradient[a * atoms + z];
        by_value[z] = sum;
        for (int a = 0; a < groups; ++a) by_head[a * atoms + z] -= sum / static_cast<float>(groups);
      }
      gradient += groups * atoms;
      by_head += groups * atoms;
      by_value += atoms;
    }
  }

  int middle_width() const { return architecture().head.front().inputs(); }

  std::vector<float> weights_, gradients_;
  Optimizer optimizer_;
  bool image_;
  Stream torso_, value_, head_;
  Pass pass_;
  std::vector<float> input_, outputs_, by_value_, by_image_;
};

}  // namespace

std::unique_ptr<Network> make_eigen_network(const Architecture& architecture,
                                            const OptimizerSettings& optimizer, Seed seed) {
  return std::make_unique<EigenNetwork>(architecture, optimizer, seed);
}

}  // namespace sandlot

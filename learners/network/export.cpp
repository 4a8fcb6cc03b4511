#include "learners/network/export.h"

#include <array>
#include <vector>

namespace sandlot {
namespace {

// A flat JSON object, field by field. Names and texts are our own and need no escapes.
class Json {
 public:
  Json& number(const char* name, int value) { return raw(name, std::to_string(value)); }
  Json& text(const char* name, std::string_view value) {
    return raw(name, "\"" + std::string(value) + "\"");
  }
  Json& boolean(const char* name, bool value) { return raw(name, value ? "true" : "false"); }
  Json& shape(const char* name, const Shape& s) {
    return raw(name, "[" + std::to_string(s.channels) + ", " + std::to_string(s.height) + ", " +
                         std::to_string(s.width) + "]");
  }
  Json& raw(const char* name, const std::string& value) {
    fields_ += (fields_.empty() ? "\"" : ", \"") + std::string(name) + "\": " + value;
    return *this;
  }
  std::string done() const { return "{" + fields_ + "}"; }

 private:
  std::string fields_;
};

std::string layer_json(const Layer& layer) {
  static constexpr std::array cells{"rnn", "gru", "lstm"};
  static constexpr std::array kinds{"dense",      "convolution", "max_pool", "activation",
                                    "layer_norm", "recurrent",   "keep",     "add"};
  Json json;
  json.text("kind", kinds[static_cast<std::size_t>(layer.kind)])
      .text("name", layer.name)
      .shape("in", layer.in)
      .shape("out", layer.out);
  switch (layer.kind) {
    case Layer::Kind::dense:
      json.boolean("noisy", layer.noisy).text("activation", name_of(layer.activation));
      break;
    case Layer::Kind::convolution:
    case Layer::Kind::max_pool:
      json.number("kernel", layer.kernel)
          .number("stride", layer.stride)
          .number("padding", layer.padding);
      if (layer.kind == Layer::Kind::convolution)
        json.text("activation", name_of(layer.activation));
      break;
    case Layer::Kind::activation:
      json.text("activation", name_of(layer.activation));
      break;
    case Layer::Kind::recurrent:
      json.text("cell", cells[static_cast<std::size_t>(layer.cell)]);
      break;
    case Layer::Kind::layer_norm:
    case Layer::Kind::keep:
    case Layer::Kind::add:
      break;
  }
  return json.done();
}

std::string layers_json(const std::vector<Layer>& layers) {
  std::string text;
  for (const Layer& layer : layers) text += (text.empty() ? "" : ",\n    ") + layer_json(layer);
  return text.empty() ? "[]" : "[\n    " + text + "]";
}

}  // namespace

std::string architecture_json(const Architecture& whole) {
  return "{\"input\": [" + std::to_string(whole.input.channels) + ", " +
         std::to_string(whole.input.height) + ", " + std::to_string(whole.input.width) +
         "], \"groups\": " + std::to_string(whole.groups) +
         ", \"atoms\": " + std::to_string(whole.atoms) +
         ",\n  \"dueling\": " + (whole.value.empty() ? "false" : "true") +
         ",\n  \"torso\": " + layers_json(whole.torso) + ",\n  \"value\": " +
         layers_json(whole.value) + ",\n  \"head\": " + layers_json(whole.head) + "}";
}

void export_network(const Network& network, ArraySink& sink) {
  std::vector<float> weights(network.parameter_count());
  network.get_weights(weights);
  sink.add_text("architecture", architecture_json(network.architecture()));
  for (const ParameterBlock& block : network.architecture().parameters())
    sink.add(block.name, block.shape, std::span(weights).subspan(block.offset, block.size()));
}

void export_space(const Space& space, ArraySink& sink) {
  Json json;
  if (space.is_discrete())
    json.text("kind", "discrete").number("n", space.n);
  else
    json.text("kind", "box").number("size", static_cast<int>(space.size()));
  sink.add_text("observation", json.done());
}

void export_inputs(const NetworkInputs& inputs, ArraySink& sink) {
  export_space(inputs.space(), sink);
  if (inputs.space().is_discrete()) return;
  const Standardizer& scale = inputs.standardizer();
  const std::vector<float> mean(scale.mean().begin(), scale.mean().end());
  const std::vector<float> deviation(scale.deviation().begin(), scale.deviation().end());
  const int shape[] = {static_cast<int>(mean.size())};
  sink.add("input.mean", shape, mean);
  sink.add("input.deviation", shape, deviation);
}

}  // namespace sandlot

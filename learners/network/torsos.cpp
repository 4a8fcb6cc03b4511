#include "learners/network/torsos.h"

#include <algorithm>

namespace sandlot {
namespace {

using Sizes = std::vector<std::int64_t>;

void hidden_field(Fields& f, Sizes& hidden) {
  f.integers("hidden", hidden, "units of each dense layer; [] for none", Range::between(1, 65536));
}

void channels_field(Fields& f, Sizes& channels) {
  f.integers("channels", channels, "of each convolution", Range::between(1, 4096));
}

void dense_layers(ArchitectureBuilder& builder, const TorsoSettings& settings, const Sizes& hidden,
                  bool noisy) {
  for (const std::int64_t units : hidden) {
    // Normalised before the activation (Ba, Kiros & Hinton 2016).
    builder.dense(static_cast<int>(units),
                  settings.layer_norm ? Activation::identity : settings.activation, noisy);
    if (!settings.layer_norm) continue;
    builder.layer_norm();
    builder.activation(settings.activation);
  }
}

std::int64_t cyclic(const Sizes& values, std::size_t i) {
  return values.size() == 1 ? values[0] : values[i];
}

bool check_lists(const Sizes& channels, const Sizes& kernels, const Sizes& strides,
                 Issues& issues) {
  bool good = true;
  const auto fits = [&](const Sizes& values, const char* name) {
    if (values.size() == 1 || values.size() == channels.size()) return;
    issues.add(name, "has " + std::to_string(values.size()) + " numbers; expected 1, or " +
                         std::to_string(channels.size()) + " as channels has");
    good = false;
  };
  fits(kernels, "kernels");
  fits(strides, "strides");
  return good;
}

bool check_picture(const Space& observation, std::string_view other, Issues& issues) {
  if (!observation.is_discrete() && observation.shape.size() == 3) return true;
  issues.add("learner",
             "convolutions need a picture (channels × height × width); the observation is " +
                 observation.describe() + ": expected " + std::string(other));
  return false;
}

void check_sizes_of_maps(const Space& observation, const Sizes& channels, const Sizes& kernels,
                         const Sizes& strides, bool same, Issues& issues) {
  int height = observation.shape[1], width = observation.shape[2];
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const int kernel = static_cast<int>(cyclic(kernels, i));
    const int stride = static_cast<int>(cyclic(strides, i));
    const int padding = same ? (kernel - 1) / 2 : 0;
    if (kernel > height + 2 * padding || kernel > width + 2 * padding) {
      issues.add("kernels", "convolution " + std::to_string(i + 1) + " has a kernel of " +
                                std::to_string(kernel) + ", but its input is " +
                                std::to_string(height) + "×" + std::to_string(width) +
                                ": expected a smaller kernel, smaller strides, or same: true");
      return;
    }
    height = (height + 2 * padding - kernel) / stride + 1;
    width = (width + 2 * padding - kernel) / stride + 1;
  }
}

void convolutions(ArchitectureBuilder& builder, Activation activation, const Sizes& channels,
                  const Sizes& kernels, const Sizes& strides, bool same) {
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const int kernel = static_cast<int>(cyclic(kernels, i));
    builder.convolution(static_cast<int>(channels[i]), kernel, static_cast<int>(cyclic(strides, i)),
                        same ? (kernel - 1) / 2 : 0, activation);
  }
}

}  // namespace

void TorsoSettings::fields(Fields& f) {
  f.choice("activation", activation,
           {{"relu", Activation::relu},
            {"leaky_relu", Activation::leaky_relu},
            {"elu", Activation::elu},
            {"tanh", Activation::tanh},
            {"sigmoid", Activation::sigmoid}},
           "between layers");
  f.boolean("layer_norm", layer_norm, "layer normalisation behind each dense layer");
  f.choice("initialization", initialization,
           {{"fan_in", Initialization::fan_in},
            {"he", Initialization::he},
            {"glorot", Initialization::glorot},
            {"orthogonal", Initialization::orthogonal}},
           "of the weights");
}

void Mlp::Settings::fields(Fields& f) {
  hidden_field(f, hidden);
  TorsoSettings::fields(f);
}

void Mlp::Settings::check(const Space&, Issues&) const {}

ArchitectureBuilder Mlp::torso(const Settings& settings, const Space& observation, bool noisy) {
  const Shape flat{static_cast<int>(input_shape(observation).size()), 1, 1};
  ArchitectureBuilder builder(flat, settings.initialization);
  dense_layers(builder, settings, settings.hidden, noisy);
  return builder;
}

void Cnn::Settings::fields(Fields& f) {
  channels_field(f, channels);
  f.integers("kernels", kernels, "side of each kernel: one number for all, or one each",
             Range::between(1, 64));
  f.integers("strides", strides, "one number for all, or one each", Range::between(1, 64));
  f.boolean("same", same, "pictures are padded with zeros, so that stride 1 keeps their size");
  hidden_field(f, hidden);
  TorsoSettings::fields(f);
}

void Cnn::Settings::check(const Space& observation, Issues& issues) const {
  if (check_picture(observation, "mlp", issues) && check_lists(channels, kernels, strides, issues))
    check_sizes_of_maps(observation, channels, kernels, strides, same, issues);
}

ArchitectureBuilder Cnn::torso(const Settings& settings, const Space& observation, bool noisy) {
  ArchitectureBuilder builder(input_shape(observation), settings.initialization);
  convolutions(builder, settings.activation, settings.channels, settings.kernels, settings.strides,
               settings.same);
  dense_layers(builder, settings, settings.hidden, noisy);
  return builder;
}

void ImpalaCnn::Settings::fields(Fields& f) {
  f.integers("channels", channels, "of each stage", Range::between(1, 4096));
  hidden_field(f, hidden);
  TorsoSettings::fields(f);
}

void ImpalaCnn::Settings::check(const Space& observation, Issues& issues) const {
  check_picture(observation, "mlp", issues);
}

ArchitectureBuilder ImpalaCnn::torso(const Settings& settings, const Space& observation,
                                     bool noisy) {
  ArchitectureBuilder builder(input_shape(observation), settings.initialization);
  for (const std::int64_t channels : settings.channels) {
    const int count = static_cast<int>(channels);
    builder.convolution(count, 3, 1, 1, Activation::identity);
    builder.max_pool(3, 2, 1);
    for (int block = 0; block < 2; ++block) {
      builder.keep();
      builder.activation(settings.activation);
      builder.convolution(count, 3, 1, 1, settings.activation);
      builder.convolution(count, 3, 1, 1, Activation::identity);
      builder.add();
    }
  }
  builder.activation(settings.activation);
  dense_layers(builder, settings, settings.hidden, noisy);
  return builder;
}

void Residual::Settings::fields(Fields& f) {
  f.integer("channels", channels, "of each convolution", Range::between(1, 4096));
  f.integer("blocks", blocks, "of two convolutions each", Range::between(0, 100));
  f.integer("head_channels", head_channels, "of the 1×1 convolution at the end",
            Range::between(1, 4096));
  hidden_field(f, hidden);
  TorsoSettings::fields(f);
}

void Residual::Settings::check(const Space& observation, Issues& issues) const {
  check_picture(observation, "mlp", issues);
}

ArchitectureBuilder Residual::torso(const Settings& settings, const Space& observation,
                                    bool noisy) {
  ArchitectureBuilder builder(input_shape(observation), settings.initialization);
  builder.convolution(settings.channels, 3, 1, 1, settings.activation);
  for (int block = 0; block < settings.blocks; ++block) {
    builder.keep();
    builder.convolution(settings.channels, 3, 1, 1, settings.activation);
    builder.convolution(settings.channels, 3, 1, 1, Activation::identity);
    builder.add();
    builder.activation(settings.activation);
  }
  builder.convolution(settings.head_channels, 1, 1, 0, settings.activation);
  dense_layers(builder, settings, settings.hidden, noisy);
  return builder;
}

template <Cell cell>
void RecurrentTorso<cell>::Settings::fields(Fields& f) {
  f.integers("channels", channels, "of each convolution in front; [] for none",
             Range::between(1, 4096));
  f.when(!channels.empty(), "channels given", [&] {
    f.integers("kernels", kernels, "side of each kernel: one number for all, or one each",
               Range::between(1, 64));
    f.integers("strides", strides, "one number for all, or one each", Range::between(1, 64));
  });
  hidden_field(f, hidden);
  f.integers("units", units, "of each recurrent layer", Range::between(1, 4096));
  TorsoSettings::fields(f);
}

template <Cell cell>
void RecurrentTorso<cell>::Settings::check(const Space& observation, Issues& issues) const {
  if (units.empty()) issues.add("units", "expected at least one number");
  if (channels.empty()) return;
  if (check_picture(observation, "channels: []", issues) &&
      check_lists(channels, kernels, strides, issues))
    check_sizes_of_maps(observation, channels, kernels, strides, false, issues);
}

template <Cell cell>
ArchitectureBuilder RecurrentTorso<cell>::torso(const Settings& settings, const Space& observation,
                                                bool noisy) {
  Shape shape = input_shape(observation);
  if (settings.channels.empty()) shape = {static_cast<int>(shape.size()), 1, 1};
  ArchitectureBuilder builder(shape, settings.initialization);
  convolutions(builder, settings.activation, settings.channels, settings.kernels, settings.strides,
               false);
  dense_layers(builder, settings, settings.hidden, noisy);
  for (const std::int64_t units : settings.units) builder.recurrent(cell, static_cast<int>(units));
  return builder;
}

template class RecurrentTorso<Cell::rnn>;
template class RecurrentTorso<Cell::gru>;
template class RecurrentTorso<Cell::lstm>;

}  // namespace sandlot

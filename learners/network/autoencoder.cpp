#include "learners/network/autoencoder.h"

#include <algorithm>

#include "learners/network/loss.h"

namespace sandlot {
namespace {

std::vector<std::int64_t> decoder_sizes(const Autoencoder::Settings& settings) {
  if (!settings.decoder_hidden.empty()) return settings.decoder_hidden;
  return {settings.hidden.rbegin(), settings.hidden.rend()};
}

void push(ArchitectureBuilder& builder, const std::vector<std::int64_t>& sizes,
          Activation activation) {
  for (const std::int64_t units : sizes) builder.dense(static_cast<int>(units), activation);
}

Architecture finish(ArchitectureBuilder& builder, int outputs) {
  ArchitectureBuilder::Head head;
  head.groups = outputs;
  return builder.finish(head);
}

Architecture whole(const Autoencoder::Settings& settings, int width) {
  ArchitectureBuilder builder({width, 1, 1});
  push(builder, settings.hidden, settings.activation);
  builder.dense(settings.code, Activation::identity);
  push(builder, decoder_sizes(settings), settings.activation);
  return finish(builder, width);
}

Architecture encoder(const Autoencoder::Settings& settings, int width) {
  ArchitectureBuilder builder({width, 1, 1});
  push(builder, settings.hidden, settings.activation);
  return finish(builder, settings.code);
}

Architecture decoder(const Autoencoder::Settings& settings, int width) {
  ArchitectureBuilder builder({settings.code, 1, 1});
  push(builder, decoder_sizes(settings), settings.activation);
  return finish(builder, width);
}

}  // namespace

void Autoencoder::Settings::fields(Fields& f) {
  f.integer("code", code, "numbers in the middle", Range::between(1, 65536));
  f.integers("hidden", hidden, "units of each dense layer before the code; [] for none",
             Range::between(1, 65536));
  f.integers("decoder_hidden", decoder_hidden,
             "units of each dense layer behind it; []: as before it, in reverse",
             Range::between(1, 65536));
  f.choice("activation", activation,
           {{"relu", Activation::relu},
            {"leaky_relu", Activation::leaky_relu},
            {"elu", Activation::elu},
            {"tanh", Activation::tanh},
            {"sigmoid", Activation::sigmoid}},
           "between layers");
  FitSettings::fields(f);
}

void Autoencoder::Settings::check(const Space& input, Issues& issues) const {
  if (input.is_discrete())
    issues.add("", "an autoencoder needs inputs in a box; these are " + input.describe());
  backend.check({}, issues);
}

Autoencoder::Autoencoder(const Settings& settings, const Space& input, Seed seed)
    : Transformer(input),
      code_(settings.code),
      inputs_(input, settings.standardize),
      fit_(whole(settings, static_cast<int>(input.size())), settings, seed),
      encoder_(encoder(settings, static_cast<int>(input.size())), settings, seed),
      decoder_(decoder(settings, static_cast<int>(input.size())), settings, seed) {}

NetworkFit::Loss Autoencoder::loss(const Matrix& x) const {
  return [&x, some = Matrix()](std::span<const Eigen::Index> rows, const float* outputs,
                               const float* weights, float* gradient) mutable {
    some = x(rows, Eigen::all);
    return mse_loss(MatrixMap(outputs, some.rows(), some.cols()),
                    MatrixMap(some.data(), some.rows(), some.cols()), weights, gradient);
  };
}

// The parameters of the encoder come before those of the decoder.
void Autoencoder::divide() {
  std::vector<float> weights(fit_.network().parameter_count());
  fit_.network().get_weights(weights);
  const std::size_t first = encoder_.network().parameter_count();
  encoder_.network().set_weights(std::span(weights).first(first));
  decoder_.network().set_weights(std::span(weights).subspan(first));
}

void Autoencoder::do_fit(const MatrixView& x, std::span<const float> weights) {
  fit_.restart();
  const NetworkFit::Split split = fit_.split(x.rows());
  inputs_.fit(x, weights, split.training);
  const Matrix scaled = inputs_(x);
  fit_.run(scaled, weights, split, loss(scaled));
  divide();
}

void Autoencoder::do_partial_fit(const MatrixView& x, std::span<const float> weights) {
  if (!fitted()) {
    fit_.restart();
    std::vector<Eigen::Index> rows(static_cast<std::size_t>(x.rows()));
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<Eigen::Index>(i);
    inputs_.fit(x, weights, rows);
  }
  const Matrix scaled = inputs_(x);
  fit_.pass(scaled, weights, loss(scaled));
  divide();
}

Matrix Autoencoder::do_transform(const MatrixView& x) const { return encoder_.predict(inputs_(x)); }

Matrix Autoencoder::do_inverse(const MatrixView& z) const {
  Matrix x = decoder_.predict(z);
  inputs_.standardizer().undo(x);
  return x;
}

void Autoencoder::do_save(Writer& out) const {
  inputs_.save(out);
  fit_.save(out);
}

void Autoencoder::do_load(Reader& in) {
  inputs_.load(in);
  fit_.load(in);
  divide();
}

}  // namespace sandlot

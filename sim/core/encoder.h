// Encoder and NoveltyDetector: what is learnt of observations before the agent sees them.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "sim/core/registry.h"

namespace sandlot {

// Writes an observation as something that is easier to learn from: the number of a cell, or fewer
// numbers. Rows are row-major; one row of the world's observations, in its own units, is `input`
// floats.
class Encoder {
 public:
  virtual ~Encoder() = default;

  // Learns from observations of random play, before training. [rows, input], at least one row.
  // Throws std::invalid_argument where they are not enough.
  virtual void fit(std::span<const float> observations) = 0;
  // Goes on with those of training, each once, as they come.
  virtual void learn(std::span<const float> observations) { static_cast<void>(observations); }
  // from [rows, input], to [rows, output size].
  virtual void encode(std::span<const float> from, std::span<float> to) const = 0;

  virtual void save(Writer&) const = 0;
  virtual void load(Reader&) = 0;
};

class EncoderFactory : public Component {
 public:
  static constexpr std::string_view kind = "encoder";
  // Steps of random play, over all copies, that fit() is given; they count as steps of training.
  virtual std::int64_t warm_up() const = 0;
  // Refuses observations that it cannot encode.
  virtual void check(const Space& observation, Issues& issues) const = 0;
  virtual Space output(const Space& observation) const = 0;
  virtual std::unique_ptr<Encoder> make(const Space& observation, Seed seed) const = 0;
};

// Tells observations that are unlike anything in training.
class NoveltyDetector {
 public:
  virtual ~NoveltyDetector() = default;

  // The observations of training, each once, as they come. [rows, input].
  virtual void learn(std::span<const float> observations) = 0;
  // Of one observation, [input]; false until enough was learnt to tell.
  virtual bool unfamiliar(std::span<const float> observation) const = 0;

  virtual void save(Writer&) const = 0;
  virtual void load(Reader&) = 0;
};

class NoveltyFactory : public Component {
 public:
  static constexpr std::string_view kind = "novelty";
  virtual void check(const Space& observation, Issues& issues) const = 0;
  virtual std::unique_ptr<NoveltyDetector> make(const Space& observation, Seed seed) const = 0;
};

template <class E>
class TypedEncoderFactory final : public EncoderFactory {
 public:
  void fields(Fields& f) override { settings_.fields(f); }
  std::int64_t warm_up() const override { return settings_.warm_up; }
  void check(const Space& observation, Issues& issues) const override {
    settings_.check(observation, issues);
  }
  Space output(const Space& observation) const override { return settings_.output(observation); }
  std::unique_ptr<Encoder> make(const Space& observation, Seed seed) const override {
    return std::make_unique<E>(settings_, observation, seed);
  }

 private:
  typename E::Settings settings_;
};

template <class N>
class TypedNoveltyFactory final : public NoveltyFactory {
 public:
  void fields(Fields& f) override { settings_.fields(f); }
  void check(const Space& observation, Issues& issues) const override {
    settings_.check(observation, issues);
  }
  std::unique_ptr<NoveltyDetector> make(const Space& observation, Seed seed) const override {
    return std::make_unique<N>(settings_, observation, seed);
  }

 private:
  typename N::Settings settings_;
};

// E: `struct Settings` with fields(Fields&), warm_up, check(const Space&, Issues&) const and
// output(const Space&) const; a constructor E(const Settings&, const Space&, Seed).
template <class E>
void add_encoder(Registry& registry, std::string name, std::string help) {
  registry.add(EncoderFactory::kind, {std::move(name), std::move(help),
                                      [] { return std::make_unique<TypedEncoderFactory<E>>(); }});
}

// N: `struct Settings` with fields(Fields&) and check(const Space&, Issues&) const; a constructor
// N(const Settings&, const Space&, Seed).
template <class N>
void add_novelty_detector(Registry& registry, std::string name, std::string help) {
  registry.add(NoveltyFactory::kind, {std::move(name), std::move(help),
                                      [] { return std::make_unique<TypedNoveltyFactory<N>>(); }});
}

}  // namespace sandlot

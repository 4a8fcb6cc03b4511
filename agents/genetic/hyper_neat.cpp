#include "agents/genetic/hyper_neat.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sandlot {

void SubstrateSettings::fields(Fields& f) {
  f.integers("hidden", hidden, "[rows, columns] of a sheet between inputs and actions; [] for none",
             Range::between(1, 256));
  f.integers("outputs", outputs, "[rows, columns] in which the actions lie; [] for a row",
             Range::between(1, 256));
  f.boolean("distance", distance, "the distance of two nodes is told beside their places");
}

void SubstrateSettings::check(const EnvironmentSpec& spec, Issues& issues) const {
  if (!hidden.empty() && hidden.size() != 2) issues.add("hidden", "expected [rows, columns] or []");
  if (outputs.empty()) return;
  const auto actions = static_cast<std::int64_t>(
      spec.action.is_discrete() ? static_cast<std::size_t>(spec.action.n) : spec.action.size());
  if (outputs.size() != 2 || outputs[0] * outputs[1] != actions)
    issues.add("outputs",
               "expected [rows, columns] of " + std::to_string(actions) + " actions in all, or []");
}

float Substrate::Sheet::x(int i) const {
  const int column = i % columns;
  return columns == 1 ? 0 : 2 * static_cast<float>(column) / static_cast<float>(columns - 1) - 1;
}

float Substrate::Sheet::y(int i) const {
  const int row = i / columns;
  return rows == 1 ? 0 : 2 * static_cast<float>(row) / static_cast<float>(rows - 1) - 1;
}

EnvironmentSpec Substrate::cppn_spec(int planes, bool hidden, bool distance) {
  constexpr float endless = std::numeric_limits<float>::infinity();
  EnvironmentSpec spec;
  spec.observation = Space::box({distance ? 5 : 4}, -endless, endless);
  spec.action = Space::box({planes + (hidden ? 1 : 0)}, -endless, endless);
  return spec;
}

namespace {

int planes_of(const Space& observation) {
  return observation.shape.size() == 3 ? observation.shape[0] : 1;
}

}  // namespace

Substrate::Substrate(const EnvironmentSpec& spec, const SubstrateSettings& settings)
    : planes_(planes_of(spec.observation)),
      has_hidden_(settings.hidden.size() == 2),
      distance_(settings.distance),
      cppn_(cppn_spec(planes_, has_hidden_, distance_), NeatActivation::mixed, false) {
  const auto& shape = spec.observation.shape;
  if (shape.size() >= 2)
    input_ = {shape[shape.size() - 2], shape[shape.size() - 1]};
  else
    input_ = {1, static_cast<int>(spec.observation.size())};
  if (has_hidden_)
    hidden_ = {static_cast<int>(settings.hidden[0]), static_cast<int>(settings.hidden[1])};
  output_ = {1, spec.action.is_discrete() ? spec.action.n : static_cast<int>(spec.action.size())};
  if (settings.outputs.size() == 2)
    output_ = {static_cast<int>(settings.outputs[0]), static_cast<int>(settings.outputs[1])};
}

FlatNetworkSettings Substrate::network(bool scaled) const {
  FlatNetworkSettings settings{.hidden = {}, .bias = false, .scaled = scaled};
  if (has_hidden_) settings.hidden = {hidden_.size()};
  return settings;
}

// All pairs at once, [from, to].
void Substrate::ask(const Sheet& from, const Sheet& to) {
  const std::size_t inputs = distance_ ? 5 : 4;
  const auto pairs = static_cast<std::size_t>(from.size()) * static_cast<std::size_t>(to.size());
  questions_.resize(pairs * inputs);
  answers_.resize(pairs * static_cast<std::size_t>(cppn_.shape().outputs));
  float* question = questions_.data();
  for (int i = 0; i < from.size(); ++i)
    for (int j = 0; j < to.size(); ++j, question += inputs) {
      question[0] = from.x(i), question[1] = from.y(i);
      question[2] = to.x(j), question[3] = to.y(j);
      if (distance_) question[4] = std::hypot(from.x(i) - to.x(j), from.y(i) - to.y(j));
    }
  cppn_.act(static_cast<int>(pairs), questions_, {}, {}, answers_);
}

void Substrate::paint(const NeatGenome& genome, std::vector<float>& weights) {
  const auto weight = [](float answer) {
    const float size = std::abs(quick_tanh(answer));
    if (!(size > kLeast)) return 0.0f;
    return std::copysign((size - kLeast) / (1 - kLeast) * kLargest, answer);
  };
  const auto outputs = static_cast<std::size_t>(cppn_.shape().outputs);
  const Sheet& to = has_hidden_ ? hidden_ : output_;
  const auto pairs = static_cast<std::size_t>(input_.size()) * static_cast<std::size_t>(to.size());
  cppn_.compile(genome);
  ask(input_, to);
  weights.resize(pairs * static_cast<std::size_t>(planes_));
  for (std::size_t plane = 0; plane < static_cast<std::size_t>(planes_); ++plane)
    for (std::size_t k = 0; k < pairs; ++k)
      weights[plane * pairs + k] = weight(answers_[k * outputs + plane]);
  if (!has_hidden_) return;
  ask(hidden_, output_);
  for (std::size_t at = outputs - 1; at < answers_.size(); at += outputs)
    weights.push_back(weight(answers_[at]));
}

HyperNeatPolicy::HyperNeatPolicy(const EnvironmentSpec& spec, const SubstrateSettings& settings,
                                 bool scaled)
    : substrate_(spec, settings), network_(spec, substrate_.network(scaled)) {
  set_genome({});
}

void HyperNeatPolicy::set_genome(const NeatGenome& genome) {
  genome_ = genome;
  substrate_.paint(genome_, weights_);
}

void HyperNeatPolicy::load(Reader& in) {
  constexpr std::int32_t kMostNodes = 1 << 24;
  NeatGenome genome;
  genome.load(in, substrate_.shape(), kMostNodes, std::numeric_limits<std::int32_t>::max());
  set_genome(genome);
}

void HyperNeat::Settings::fields(Fields& f) {
  f.section("substrate", substrate, "the large network whose weights are painted");
  f.boolean("scaled", scaled, "observations with finite bounds are brought to [−1, 1]");
  champions_field(f, champions);
  search.fields(f);
}

void HyperNeat::Settings::check(const EnvironmentSpec& spec, int, Issues& issues) const {
  check_evolution(spec, issues);
  search.check(issues);
  if (search.mutation.recurrent) issues.add("recurrent", "expected false: a CPPN has no memory");
  IssuesBelow below(issues, "substrate");
  substrate.check(spec, below);
}

HyperNeat::HyperNeat(const Settings& settings, const EnvironmentSpec& spec, int copies, Seed seed)
    : Generations(spec, copies, settings.champions),
      policy_(spec, settings.substrate, settings.scaled),
      search_(settings.search, policy_.substrate().shape(), seed) {
  policy_.set_genome(search_.best().genome);
}

std::string HyperNeat::describe() const {
  return std::to_string(search_.population().size()) + " networks that paint, each " +
         std::to_string(policy_.weights()) + " weights, " + std::to_string(copies()) +
         (copies() == 1 ? " episode each" : " episodes each");
}

void HyperNeat::tell(TrainingContext& training, std::span<const double> fitness) {
  double sum = 0;
  for (const double f : fitness) sum += f;
  training.report("best", *std::max_element(fitness.begin(), fitness.end()));
  training.report("mean", sum / static_cast<double>(fitness.size()));
  training.report("species", static_cast<double>(search_.species().size()));
  std::vector<std::int64_t> numbers, members;
  for (const auto& species : search_.species()) {
    numbers.push_back(species.number);
    members.push_back(static_cast<std::int64_t>(species.members.size()));
  }
  log().add_species(numbers, members);
  search_.tell(fitness);
  policy_.set_genome(search_.best().genome);
  training.report("hidden", static_cast<double>(policy_.substrate().cppn().hidden()));
  training.report("links", static_cast<double>(policy_.substrate().cppn().links()));
}

void HyperNeat::save(Writer& out) const {
  out.tag("hyper neat agent");
  log().save(out);
  policy_.save(out);
  search_.save(out);
}

void HyperNeat::load(Reader& in) {
  in.expect_tag("hyper neat agent");
  log().load(in);
  policy_.load(in);
  search_.load(in);
}

}  // namespace sandlot
